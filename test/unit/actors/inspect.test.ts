/** What `inspect()` shows of a running system: plain data, taken at one instant. */
import type { ActorInspection, Address, SystemInspection } from "@pneumatic/actors";
import { actor, bounded, child, implement, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import type { Gate } from "../../support/gate.ts";
import { gate, rejection } from "../../support/gate.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Work {
  wait(payload: { at: Gate }): Promise<void>;
  look(payload: { at: () => Promise<SystemInspection> }): Promise<SystemInspection>;
  again(payload: { left: number }): void;
  fail(): void;
  keep(payload: { address: Address<never> }): void;
  drop(): void;
  ping(): string;
}

const worker = implement<Work>()({
  name: "worker",
  state: (owned?: object | string) => ({ owned, kept: undefined as Address<never> | undefined }),
  on: {
    wait: (_, { at }) => at.promise,
    look: (_, { at }) => at(),
    again: ({ self }, { left }) => {
      if (left > 0) self.tell({ type: "again", left: left - 1 });
    },
    fail: () => {
      throw new Error("bad");
    },
    keep: (context, { address }) => {
      context.state.kept = context.own(address);
    },
    drop: ({ state }) => state.kept?.drop(),
    ping: () => "pong",
  },
});

async function only(system: TestSystem): Promise<ActorInspection> {
  const { actors } = await system.inspect();
  expect(actors).toHaveLength(1);
  return actors[0] as ActorInspection;
}

describe("an actor", () => {
  test("is shown with everything about it", async () => {
    await using system = new TestSystem();
    const opened = gate();
    using address = system.spawn(worker, { name: "w", mailbox: bounded(3, { overflow: "reject" }) });
    using _ = address.clone();
    address.tell({ type: "fail" });
    await quiet();
    address.tell({ type: "wait", at: opened });
    await quiet();
    for (const __ of numbers(2)) address.tell({ type: "ping" });
    await system.advance(70);
    expect(await only(system)).toEqual({
      path: "/w",
      id: 1,
      definition: "worker",
      state: "awaiting",
      depth: 2,
      stashed: 0,
      oldestMessageMs: 70,
      inFlight: { type: "wait", seenForMs: 0 },
      generation: 2,
      restarts: 1,
      mailbox: { capacity: 3, overflow: "reject", isClosed: false },
      strongAddresses: 2,
      thread: undefined,
      children: [],
    });
    opened.open();
  });

  test("has no capacity in an unbounded mailbox, and refuses messages while it drains", async () => {
    await using system = new TestSystem();
    const opened = gate();
    const address = system.spawn(worker);
    address.tell({ type: "wait", at: opened });
    await quiet();
    expect((await only(system)).mailbox).toEqual({ capacity: null, overflow: "wait", isClosed: false });
    address.drop();
    expect(await only(system)).toMatchObject({ mailbox: { isClosed: true }, strongAddresses: 0, state: "awaiting" });
    opened.open();
  });

  test("is shown in each of its states", async () => {
    await using system = new TestSystem();
    const [starting, ending] = [gate(), gate()];
    const slow = actor({
      state: () => starting.promise,
      on: {
        look: async () => (await only(system)).state,
        fail: () => {
          throw new Error("bad");
        },
      },
      stopped: (_, reason) => (reason.kind === "shutdown" ? ending.promise : undefined),
    });
    using address = system.spawn(slow, { backoff: { initialMs: 10, jitter: 0 } });
    const state = async (): Promise<string> => (await only(system)).state;
    expect(await state()).toBe("starting");
    starting.open();
    await quiet();
    expect(await state()).toBe("ready");
    const busy = address.ask({ type: "look" });
    expect(await state()).toBe("queued");
    expect(await busy).toBe("busy");
    for (const _ of numbers(2)) address.tell({ type: "fail" });
    await quiet();
    expect(await state()).toBe("down");
    await system.advance(10);
    void system.stop(address);
    expect(await state()).toBe("ending");
    ending.open();
    await address.exited;
    expect(await system.inspect()).toMatchObject({ living: 0, actors: [] });
  });

  test("that its supervisor has yet to start is new", async () => {
    await using system = new TestSystem();
    const first = gate();
    const slow = actor({ state: () => first.promise, on: {} });
    using top = system.supervise(supervisor({ children: { slow: child(slow), next: child(worker) } }));
    await quiet();
    const { children } = await only(system);
    expect(children.map(({ path, state }) => [path, state])).toEqual([
      [`${top.path}/slow`, "starting"],
      [`${top.path}/next`, "new"],
    ]);
    first.open();
  });

  test("is below its parent", async () => {
    await using system = new TestSystem();
    const parent = actor({
      state: (_: undefined, context) => context.own(context.spawn(worker, { name: "b" })),
      on: {},
    });
    using address = system.spawn(parent, { name: "a" });
    await address.started;
    const { actors, living } = await system.inspect();
    expect(living).toBe(2);
    expect(actors).toMatchObject([{ path: "/a", children: [{ path: "/a/b", strongAddresses: 1, children: [] }] }]);
  });
});

describe("the age of the oldest message", () => {
  test("counts from the first that waits behind a handler, and begins anew with the next", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const [first, second] = [gate(), gate()];
    const age = async (): Promise<number> => (await only(system)).oldestMessageMs;
    address.tell({ type: "wait", at: first });
    await system.advance(10);
    expect(await age()).toBe(0);
    address.tell({ type: "wait", at: second });
    await system.advance(20);
    address.tell({ type: "ping" });
    await system.advance(5);
    expect(await age()).toBe(25);
    first.open();
    await quiet();
    expect(await age()).toBe(0); // the ping is 5 ms old, which nobody has noted
    await system.advance(7);
    expect(await age()).toBe(7);
    second.open();
    await quiet();
    expect(await age()).toBe(0);
  });

  test("counts while the actor starts", async () => {
    await using system = new TestSystem();
    const opened = gate();
    using address = system.spawn(actor({ state: () => opened.promise, on: { ping: () => {} } }));
    address.tell({ type: "ping" });
    await system.advance(30);
    expect((await only(system)).oldestMessageMs).toBe(30);
    opened.open();
  });

  test("is not that of a message that an ask has taken back", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const opened = gate();
    address.tell({ type: "wait", at: opened });
    await quiet();
    const asked = address.ask({ type: "ping" }, { timeout: 50 });
    await system.advance(40);
    address.tell({ type: "ping" });
    await system.advance(10);
    await rejection(asked);
    expect((await only(system)).oldestMessageMs).toBeLessThanOrEqual(10);
    opened.open();
  });

  test("counts for an actor that waits for its turn while others work", async () => {
    const later: (() => void)[] = [];
    const scheduler = {
      soon: (task: () => void) => queueMicrotask(task),
      later: (task: () => void) => later.push(task),
    };
    const system = new TestSystem({ scheduler });
    const slow = actor({ on: { work: () => system.clock.advance(5) } });
    const addresses = numbers(100).map(() => system.spawn(slow));
    await quiet();
    while (later.length > 0) later.shift()?.();
    await quiet();
    for (const address of addresses) address.tell({ type: "work" });
    await quiet();
    system.clock.advance(100);
    const { actors } = await system.inspect();
    const waiting = actors.filter(({ state, depth }) => state === "queued" && depth > 0);
    expect(waiting.length).toBeGreaterThan(50);
    expect(new Set(waiting.map((each) => each.oldestMessageMs))).toEqual(new Set([100])); // since turns were put off
    const over = system.shutdown();
    for (let round = 0; round < 100; round++) {
      later.shift()?.();
      await quiet();
    }
    await over;
  });

  test("of a queue that is longer than a turn is that of its rear at the last look, at most", async () => {
    const later: (() => void)[] = [];
    const scheduler = {
      soon: (task: () => void) => queueMicrotask(task),
      later: (task: () => void) => later.push(task),
    };
    const system = new TestSystem({ scheduler });
    const slow = actor({ on: { work: () => system.clock.advance(1) } });
    const address = system.spawn(slow);
    await quiet();
    for (const _ of numbers(50)) address.tell({ type: "work" });
    const before = system.clock.now();
    for (let round = 0; round < 20; round++) {
      await quiet();
      later.shift()?.();
    }
    await quiet();
    const { depth, oldestMessageMs } = await only(system);
    expect(depth).toBeGreaterThan(0);
    const elapsed = system.clock.now() - before;
    expect(oldestMessageMs).toBeLessThanOrEqual(elapsed);
    expect(oldestMessageMs).toBeGreaterThan(elapsed / 2);
    address.drop();
    const over = system.shutdown();
    while (later.length > 0) {
      later.shift()?.();
      await quiet();
    }
    await over;
  });
});

test("a message in flight is shown for as long as it was seen, and the next one anew", async () => {
  await using system = new TestSystem();
  using address = system.spawn(worker);
  const gates = numbers(2).map(() => gate());
  for (const at of gates) address.tell({ type: "wait", at });
  const seen = async (): Promise<number | undefined> => (await only(system)).inFlight?.seenForMs;
  await quiet();
  expect(await seen()).toBe(0);
  await system.advance(40);
  expect(await seen()).toBe(40);
  gates[0]?.open();
  await quiet();
  expect(await seen()).toBe(0);
  gates[1]?.open();
  await quiet();
  expect(await seen()).toBe(undefined);
});

test("what is shown is JSON, and never what a message says", async () => {
  await using system = new TestSystem({ name: "shop" });
  using address = system.spawn(worker, { args: "a secret" });
  const opened = gate();
  const message = { type: "wait", at: opened, extra: "a secret" } as const;
  for (const _ of numbers(2)) address.tell(message);
  await quiet();
  const shown = await system.inspect();
  expect(JSON.parse(JSON.stringify(shown))).toEqual(JSON.parse(JSON.stringify(shown)));
  expect(JSON.stringify(shown)).not.toContain("secret");
  expect(shown).toMatchObject({ name: "shop", living: 1, ledger: { accepted: 2, queued: 1, inFlight: 1 } });
  opened.open();
});

test("asks that were rejected are counted, whether or not somebody observed them", async () => {
  await using system = new TestSystem();
  using address = system.spawn(worker, { backoff: { initialMs: 0 } });
  await rejection(address.ask({ type: "fail" }));
  void address.ask({ type: "fail" });
  void address.ask({ type: "ping" }, { signal: AbortSignal.abort() });
  void (address as unknown as Address<{ dance(): void }>).ask({ type: "dance" });
  void address.ask(null as never);
  await address.ask({ type: "ping" });
  await system.stop(address);
  void address.ask({ type: "ping" });
  await quiet();
  expect((await system.inspect()).rejectedAsks).toBe(6);
});

describe("cycles", () => {
  const cycles = async (system: TestSystem): Promise<readonly (readonly string[])[]> =>
    (await system.inspect()).cycles.map((cycle) => [...cycle].sort());
  const spawn = (system: TestSystem, name: string, args?: object) => system.spawn(worker, { name, args });
  const give = (to: Address<Work>, address: Address<Work>): void =>
    to.tell({ type: "keep", address: address.clone() as Address<never> });
  const end = (system: TestSystem): void => void system.shutdown();

  test("made of args and own are named, and what only leads to them is not", async () => {
    await using system = new TestSystem();
    const a = spawn(system, "a");
    const b = spawn(system, "b", { deep: [a.clone()] });
    const c = spawn(system, "c", b.clone());
    using before = spawn(system, "before", c.clone());
    give(a, c);
    await quiet();
    expect(await cycles(system)).toEqual([["/a", "/b", "/c"]]);
    for (const each of [a, b, c]) each.drop();
    await quiet();
    expect(system.ledger(before).accepted).toBe(0);
    expect((await system.inspect()).living).toBe(4); // nobody can reach them, but they reach each other
    end(system);
  });

  test("of one actor, and several apart from each other, are each named once", async () => {
    await using system = new TestSystem();
    const [self, a, b] = ["self", "a", "b"].map((name) => spawn(system, name)) as [
      Address<Work>,
      Address<Work>,
      Address<Work>,
    ];
    give(self, self);
    give(a, b);
    give(b, a);
    await quiet();
    expect(await cycles(system)).toEqual([["/self"], ["/a", "/b"]]);
    a.tell({ type: "drop" });
    await quiet();
    expect(await cycles(system)).toEqual([["/self"]]);
    end(system);
    for (const each of [self, a, b]) each.drop();
  });

  test("are none where an address is weak, of an actor that has ended, or of another system", async () => {
    await using system = new TestSystem();
    await using other = new TestSystem();
    using a = spawn(system, "a");
    using b = spawn(system, "b", [a.clone(), a.downgrade()]);
    using foreign = spawn(other, "a", b.clone());
    a.tell({ type: "keep", address: b.downgrade() as unknown as Address<never> });
    give(b, foreign);
    await quiet();
    expect([await cycles(system), await cycles(other)]).toEqual([[], []]);
    end(system);
    end(other);
  });

  test("of thousands of actors in a row are found", async () => {
    await using system = new TestSystem();
    const first = spawn(system, "first");
    let last = first.clone();
    for (const n of numbers(20_000)) last = spawn(system, `n${n}`, last);
    give(first, last);
    await quiet();
    expect((await cycles(system)).map(({ length }) => length)).toEqual([20_001]);
    for (const each of [first, last]) each.drop();
    end(system);
  });

  test("are looked for in arguments that cannot be looked into", async () => {
    await using system = new TestSystem();
    const hostile = {
      get trap(): never {
        throw new Error("trap");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    using _ = spawn(system, "hostile", [hostile, proxy]);
    expect(await cycles(system)).toEqual([]);
  });
});
