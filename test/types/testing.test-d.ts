/** What the types of `@pneumatic/actors/testing` promise. A `@ts-expect-error` line must not compile. */
import type { Address, AnyAddress, ExitReason, MessageOf, ProtocolOf, SupervisorAddress } from "@pneumatic/actors";
import { ActorSystem, actor } from "@pneumatic/actors";
import type {
  Exploration,
  ExploreOptions,
  Fault,
  FaultKind,
  Probe,
  ProbeReplies,
  TestSystem,
} from "@pneumatic/actors/testing";
import { explore, probe, testSystem } from "@pneumatic/actors/testing";
import { expression, same } from "../support/type-proofs.ts";

declare const system: TestSystem;

interface Audit {
  note(payload: { what: string }): void;
  limit(): number;
  load(payload: { key: string }): Promise<string>;
}
const counter = actor({
  on: {
    add: (_, { by }: { by: number }) => void by,
    get: async () => 5,
  },
});

/** A probe is typed by a protocol, written first or of a definition. */
export async function probes(): Promise<void> {
  const audit = probe<Audit>(system);
  same<typeof audit, Probe<Audit>>(true);
  same<typeof audit.address, Address<Audit>>(true);
  same<typeof audit.messages, readonly MessageOf<Audit>[]>(true);
  audit satisfies Disposable;
  const limit = await audit.address.ask({ type: "limit" });
  same<typeof limit, number>(true);
  const counted = probe<ProtocolOf<typeof counter>>(system, { get: () => 5 }, { name: "counter" });
  const { by } = await counted.expectMessage("add");
  same<typeof by, number>(true);
  system.spawn(actor({ state: (to: Address<Audit>) => ({ to }), on: {} }), { args: audit.address });

  // @ts-expect-error: it is an actor of a test system
  probe<Audit>(new ActorSystem());
  // @ts-expect-error: there is no such message
  audit.address.tell({ type: "nope" });
  // @ts-expect-error: it takes other messages
  probe<Pick<Audit, "note">>(system).address satisfies Address<Audit>;
  // @ts-expect-error: there is no such option
  probe<Audit>(system, {}, { nam: "audit" });
  // @ts-expect-error: what a probe has is looked at, not changed
  audit.messages.push({ type: "limit" });
}

/** What is expected is narrowed by its type. */
export async function expectations(audit: Probe<Audit>): Promise<void> {
  const { what } = await audit.expectMessage("note", { within: 5 });
  same<typeof what, string>(true);
  const plain = await audit.expectMessage("limit");
  same<typeof plain, { readonly type: "limit" }>(true);
  const any = await audit.expectMessage({ within: 5 });
  same<typeof any, MessageOf<Audit>>(true);
  if (any.type === "load") same<typeof any.key, string>(true);
  const either = await audit.expectMessage(expression<"note" | "load">());
  if (either.type === "note") same<typeof either.what, string>(true);
  (await audit.expectNoMessage({ within: 5 })) satisfies undefined | void;
  const reason = await audit.expectTerminated(expression<AnyAddress>());
  same<typeof reason, ExitReason>(true);
  await audit.expectTerminated(expression<SupervisorAddress>(), { within: 5 });
  audit.watch(expression<Address<Audit>>(), ({ kind }) => ({ type: "note", what: kind })) satisfies Disposable;

  // @ts-expect-error: there is no such message
  await audit.expectMessage("nope");
  // @ts-expect-error: nothing of the kind is in it
  (await audit.expectMessage("note")).key;
  // @ts-expect-error: it may be another one
  (await audit.expectMessage()).what;
  // @ts-expect-error: there is no such option
  await audit.expectMessage("note", { withn: 5 });
  // @ts-expect-error: milliseconds
  await audit.expectNoMessage({ within: "5" });
  // @ts-expect-error: that is no address
  await audit.expectTerminated("/audit");
  // @ts-expect-error: the probe has no such message
  audit.watch(expression<Address<Audit>>(), () => ({ type: "nope" }));
}

/** Replies are those of the protocol, or promises of them. */
export function replies(): void {
  probe<Audit>(system, { limit: () => 5, load: async ({ key }) => key });
  probe<Audit>(system, { limit: async () => 5, load: ({ key }) => Promise.resolve(key), note: () => {} });
  probe<Audit>(system, {
    limit: () => {
      throw new Error("none");
    },
  });
  ({ limit: () => 5 }) satisfies ProbeReplies<Audit>;

  // @ts-expect-error: another type
  probe<Audit>(system, { limit: () => "5" });
  // @ts-expect-error: another type
  probe<Audit>(system, { limit: async () => "5" });
  // @ts-expect-error: there is no such message
  probe<Audit>(system, { nope: () => 5 });
  // @ts-expect-error: another payload
  probe<Audit>(system, { load: async ({ kei }) => kei });
  // @ts-expect-error: a reply is a function
  probe<Audit>(system, { limit: 5 });
}

/** Systems and explorations have the options of a system, but for what a test decides. */
export async function systems(): Promise<void> {
  const made = testSystem({ clock: "virtual", seed: 5, autoAdvance: true, deadlock: "warn", faultBudget: 1 });
  same<typeof made, TestSystem>(true);
  made satisfies ActorSystem;
  const ms = await made.advanceToNext();
  same<typeof ms, number>(true);
  const found = await explore((each) => void same<typeof each, TestSystem>(true), { runs: 5, seed: 1, maxSteps: 5 });
  same<typeof found, Exploration>(true);
  await explore(async (each) => each.settle());
  ({ runs: 5, name: "shop" }) satisfies ExploreOptions;

  // @ts-expect-error: time is virtual
  testSystem({ clock: "real" });
  // @ts-expect-error: a whole number
  testSystem({ seed: "5" });
  // @ts-expect-error: the seed is what decides
  testSystem({ random: Math.random });
  // @ts-expect-error: time moves by itself there
  await explore(() => {}, { autoAdvance: true });
  // @ts-expect-error: a scenario is a function
  await explore({});
}

/** Each kind of fault has its own options. */
export function faults(): void {
  same<FaultKind, "panic" | "crash" | "slow" | "delay" | "full" | "clockJump">(true);
  ({ kind: "panic", actor: /till/, message: "pay", nth: 2, at: "end" }) satisfies Fault;
  ({ kind: "slow", ms: 5, chance: 0.1, when: ({ type }, path) => type === path }) satisfies Fault;
  ({ kind: "clockJump", nth: 5 }) satisfies Fault;

  // @ts-expect-error: there is no such kind
  ({ kind: "explode" }) satisfies Fault;
  // @ts-expect-error: room is there or not
  ({ kind: "full", ms: 5 }) satisfies Fault;
  // @ts-expect-error: time jumps for all
  ({ kind: "clockJump", actor: "/till", nth: 5 }) satisfies Fault;
}
