/** Every kind of fault, for every way to send, kind of handler and occasion: what the sender, the handler and the ledger see. */
import type { Address } from "@pneumatic/actors";
import { bounded, implement } from "@pneumatic/actors";
import type { Fault, Occasion } from "@pneumatic/actors/testing";
import { testSystem } from "@pneumatic/actors/testing";
import { expect, test } from "vitest";
import { unaccounted } from "../../../support/test-system.ts";

interface Works {
  work(payload: { id: number }): number;
}
type Way = "tell" | "trySend" | "send" | "ask";
type Case = readonly [fault: string, way: Way, handler: "sync" | "async", occasion: string];

/** What a fault makes of one message. */
interface Outcome {
  /** What its sender is told, by the way it was sent; "fine" when left out. */
  readonly told: Partial<Record<Way, string>>;
  /** Whether the handler has done its work. */
  readonly isDone: boolean;
  /** In which term of the ledger the message is. */
  readonly term: string;
  /** When the last of three messages is done: of one that is struck, of all that are. */
  readonly ms?: readonly [one: number, all: number];
}

const PANICKED = { ask: "ActorPanickedError" };
const TABLE: Readonly<Record<string, readonly [Fault, Outcome]>> = {
  panic: [{ kind: "panic" }, { told: PANICKED, isDone: false, term: "panicked" }],
  "panic at the end": [
    { kind: "panic", at: "end" },
    { told: PANICKED, isDone: true, term: "panicked" },
  ],
  crash: [{ kind: "crash" }, { told: PANICKED, isDone: false, term: "panicked" }],
  "crash at the end": [
    { kind: "crash", at: "end" },
    { told: PANICKED, isDone: true, term: "panicked" },
  ],
  slow: [
    { kind: "slow", ms: 10 },
    { told: {}, isDone: true, term: "handled", ms: [10, 30] },
  ],
  delay: [
    { kind: "delay", ms: 10 },
    { told: {}, isDone: true, term: "handled", ms: [10, 10] },
  ],
  full: [
    { kind: "full" },
    { told: { trySend: "full", send: "full", ask: "MailboxFullError" }, isDone: false, term: "full" },
  ],
  drop: [{ kind: "drop" }, { told: { ask: "ActorStoppedError" }, isDone: false, term: "stopped" }],
};
const OCCASIONS: Readonly<Record<string, Occasion>> = {
  "every message": {},
  "the second message": { nth: 2 },
  "the message that is meant": { when: (message) => (message as { readonly id?: number }).id === 2 },
  "each that the seed chooses": { chance: 1 },
};
const IDS = [1, 2, 3];
const NO_WAIT = { initialMs: 0 };

const cases = Object.keys(TABLE).flatMap((fault) =>
  (["tell", "trySend", "send", "ask"] as const).flatMap((way) =>
    (["sync", "async"] as const).flatMap((handler) =>
      Object.keys(OCCASIONS).map((occasion): Case => [fault, way, handler, occasion]),
    ),
  ),
);

/** What the sender is told, as one word. */
async function sentBy(way: Way, address: Address<Works>, id: number): Promise<string> {
  const message = { type: "work", id } as const;
  if (way === "tell") {
    address.tell(message);
    return "fine";
  }
  if (way === "ask") {
    return address.ask(message).then(
      (reply) => (reply === id ? "fine" : "?"),
      (error: Error) => error.name,
    );
  }
  const sent = way === "send" ? await address.send(message) : address.trySend(message);
  return sent.ok ? "fine" : sent.error.kind;
}

test.each(cases)("%s: a %s to a handler that is %s, struck at %s", async (name, way, handler, occasion) => {
  const [fault, struck] = TABLE[name] as [Fault, Outcome];
  const isEach = occasion === "every message" || occasion === "each that the seed chooses";
  const isStruck = (id: number): boolean => isEach || id === 2;
  const done: number[] = [];
  const works = implement<Works>()({
    on: {
      work: (_, { id }) => {
        done.push(id);
        return handler === "sync" ? id : (Promise.resolve(id) as unknown as number);
      },
    },
  });
  const plan: Fault = { ...fault, actor: "/works", message: "work", ...OCCASIONS[occasion] };
  await using system = testSystem({ seed: 1, autoAdvance: true, faults: [plan] });
  using address = system.spawn(works, {
    name: "works",
    mailbox: bounded(10, { overflow: "reject" }),
    backoff: NO_WAIT,
  });
  const told = await Promise.all(IDS.map((id) => sentBy(way, address, id)));
  await system.drain(address);

  expect(told).toEqual(IDS.map((id) => (isStruck(id) ? (struck.told[way] ?? "fine") : "fine")));
  expect(done).toEqual(IDS.filter((id) => struck.isDone || !isStruck(id)));
  const { ledger } = await system.inspect();
  const terms: Record<string, number> = { panicked: ledger.panicked, handled: ledger.handled, ...ledger.deadLettered };
  const wasRefused = struck.told[way] === "full" || struck.told[way] === "MailboxFullError";
  const inTerm = struck.term === "handled" ? IDS.length : wasRefused ? 0 : IDS.filter(isStruck).length;
  expect([unaccounted(ledger), terms[struck.term] ?? 0]).toEqual([0, inTerm]);
  const [one, all] = struck.ms ?? [0, 0];
  expect(system.now).toBe(isEach ? all : one);
});
