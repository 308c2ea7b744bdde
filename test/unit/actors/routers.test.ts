/** A router puts each message into the mailbox of the routee that its strategy chooses, and their number may change. */
import type { Address, ExitReason, RoutingStrategy } from "@pneumatic/actors";
import {
  ActorStoppedError,
  actor,
  BroadcastAskError,
  bounded,
  InvalidDefinitionError,
  RoutingKeyError,
  registryKey,
  SpawnRefusedError,
  topic,
} from "@pneumatic/actors";
import { UseAfterDropError } from "@pneumatic/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem, unaccounted } from "../../support/test-system.ts";

const NORMAL: ExitReason = { kind: "normal" };
type Seen = readonly [routee: string, n: number];

/** Notes which routee handled which number; holds until a gate opens, panics or stops when told. */
function worker(seen: Seen[]) {
  const name = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
  return actor({
    name: "worker",
    on: {
      do: ({ path }, { n }: { n: number }) => {
        seen.push([name(path), n]);
        return name(path);
      },
      hold: async (_, { open }: { open: Promise<void> }) => open,
      fail: () => {
        throw new Error("bad");
      },
      quit: (context) => context.stop(),
      take: (_, { address }: { address: Idle }) => {
        address.tell({ type: "ping" }); // throws if it was dropped
        address.drop();
      },
    },
  });
}
const idle = actor({ on: { ping: () => "pong" } });
type Idle = Address<{ ping(): string }>;

function by(seen: readonly Seen[], routee: string): number[] {
  return seen.filter(([name]) => name === routee).map(([, n]) => n);
}

const MANY_RESTARTS = { restarts: 1000, withinMs: 1000 };
const AT_ONCE = { initialMs: 0 };

describe("a round_robin router", () => {
  test("takes its routees in turn, and keeps the order at each", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 3 });
    for (const n of numbers(9)) router.tell({ type: "do", n });
    await quiet();
    expect(by(seen, "routee-1")).toEqual([0, 3, 6]);
    expect(by(seen, "routee-2")).toEqual([1, 4, 7]);
    expect(by(seen, "routee-3")).toEqual([2, 5, 8]);
  });

  test("is an address: ask, send, trySend, weak ones, and lookup", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2, name: "pool" });
    const found = system.lookup<{ do(payload: { n: number }): string }>("/pool");
    expect(await router.ask({ type: "do", n: 0 })).toBe("routee-1");
    expect(await router.downgrade().ask({ type: "do", n: 0 })).toBe("routee-2");
    expect(await found?.ask({ type: "do", n: 0 })).toBe("routee-1");
    expect((await router.send({ type: "do", n: 0 })).ok).toBe(true);
    expect(router.trySend({ type: "do", n: 0 }).ok).toBe(true);
    await router.started;
    expect(router.isDisconnected).toBe(false);
    expect(String(router)).toBe("[object RouterAddress]");
    await quiet();
    expect(system.ledger(router)).toMatchObject({ accepted: 5, handled: 5 });
  });

  test("passes over routees that have ended for good, until none is left", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2, restart: "temporary" });
    await rejection(router.ask({ type: "fail" }));
    expect(await router.ask({ type: "do", n: 0 })).toBe("routee-2");
    expect(await router.ask({ type: "do", n: 0 })).toBe("routee-2");
    expect(router.routees().map(({ alive }) => alive)).toEqual([false, true]);
    await rejection(router.ask({ type: "fail" }));
    expect(await rejection(router.ask({ type: "do", n: 0 }))).toBeInstanceOf(ActorStoppedError);
    router.tell({ type: "do", n: 1 });
    expect(router.trySend({ type: "do", n: 2 })).toMatchObject({ ok: false, error: { kind: "disconnected" } });
    expect(system.deadLetters()).toMatchObject([{ message: { n: 1 }, reason: "stopped" }]);
    expect(system.ledger(router)).toMatchObject({ accepted: 5, handled: 2, panicked: 2, deadLettered: { stopped: 1 } });
    expect(await isPending(router.exited)).toBe(true);
    router.resize(2);
    expect(await router.ask({ type: "do", n: 3 })).toMatch(/^routee-[12]$/);
    expect(router.routees().map(({ alive }) => alive)).toEqual([true, true]);
    expect(system.ledger(router)).toMatchObject({ accepted: 6, handled: 3, panicked: 2, deadLettered: { stopped: 1 } });
  });
});

describe("a random router", () => {
  test("takes the chance of the system, whatever that returns", async () => {
    const chances = [0, 0.34, 0.99, 1, -1, Number.NaN];
    await using system = new TestSystem({ random: () => chances.shift() ?? 0 });
    using router = system.route(worker([]), { size: 3, strategy: "random" });
    const taken: string[] = [];
    for (const n of numbers(6)) taken.push(await router.ask({ type: "do", n }));
    expect(taken).toEqual(["routee-1", "routee-2", "routee-3", "routee-3", "routee-1", "routee-1"]);
  });
});

describe("a least_loaded router", () => {
  test("counts what is queued and in flight, and takes equal ones in turn", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 3, strategy: "least_loaded" });
    const open = gate();
    router.tell({ type: "hold", open: open.promise });
    await quiet();
    for (const n of numbers(2)) router.tell({ type: "do", n });
    expect(router.routees().map(({ queued }) => queued)).toEqual([0, 1, 1]);
    for (const n of numbers(3)) router.tell({ type: "do", n: n + 2 });
    expect(router.routees().map(({ queued }) => queued)).toEqual([1, 2, 2]);
    await quiet();
    const taken: string[] = [];
    for (const n of numbers(4)) taken.push(await router.ask({ type: "do", n }));
    expect(new Set(taken)).toEqual(new Set(["routee-2", "routee-3"]));
    expect(taken[0]).not.toBe(taken[1]);
    open.open();
    await quiet();
  });
});

describe("a consistent_hash router", () => {
  const keyed = (system: TestSystem, size: number) =>
    system.route(worker([]), { size, strategy: "consistent_hash", key: (message) => key(message) });
  const key = (message: object): string => `key ${"n" in message ? message.n : ""}`;
  const KEYS = numbers(400);
  const places = async (router: Address<{ do(payload: { n: number }): string }>): Promise<string[]> => {
    return Promise.all(KEYS.map((n) => router.ask({ type: "do", n })));
  };

  test("sends one key to one routee, and moves about one key in n when their number changes", async () => {
    await using system = new TestSystem();
    using router = keyed(system, 4);
    const before = await places(router);
    expect(await places(router)).toEqual(before);
    for (const name of numbers(4).map((n) => `routee-${n + 1}`)) {
      const share = before.filter((place) => place === name).length;
      expect(share).toBeGreaterThan(KEYS.length / 8);
      expect(share).toBeLessThan(KEYS.length / 2);
    }
    router.resize(5);
    const after = await places(router);
    const moved = after.filter((place, n) => place !== before[n]);
    expect(new Set(moved)).toEqual(new Set(["routee-5"]));
    expect(moved.length).toBeGreaterThan(KEYS.length / 10);
    expect(moved.length).toBeLessThan(KEYS.length / 3);
    router.resize(4);
    await quiet();
    expect(await places(router)).toEqual(before);
  });

  test("throws to the sender what is wrong with a key, and sends nothing", async () => {
    await using system = new TestSystem();
    const keys: unknown[] = [5, null, "good"];
    const bad = new Error("bad key");
    using router = system.route(worker([]), {
      size: 2,
      name: "pool",
      strategy: "consistent_hash",
      key: () => {
        if (keys.length === 0) throw bad;
        return keys.shift() as string;
      },
    });
    expect(() => router.tell({ type: "do", n: 0 })).toThrow(
      'Cannot route "do" at router "/pool": its key returned number, not a string',
    );
    expect(await rejection(router.ask({ type: "do", n: 0 }))).toBeInstanceOf(RoutingKeyError);
    expect((await router.send({ type: "do", n: 0 })).ok).toBe(true);
    expect(await rejection(router.send({ type: "do", n: 0 }))).toMatchObject({
      cause: bad,
      code: "ERR_ACTOR_ROUTING_KEY",
    });
    expect(() => router.trySend({ type: "do", n: 0 })).toThrow(RoutingKeyError);
    await quiet();
    expect(system.ledger(router)).toMatchObject({ accepted: 1, handled: 1 });
    const everyone = topic<{ type: "do"; n: number }>("everyone");
    system.topics.subscribe(everyone, router);
    expect(system.topics.publish(everyone, { type: "do", n: 1 })).toBe(1);
    expect(system.ledger(router).deadLettered).toEqual({ undeliverable: 1 });
  });

  test("bears a key that resizes, and one that drops the router", async () => {
    await using system = new TestSystem();
    let meddle = (): void => {};
    const router = system.route(worker([]), {
      size: 3,
      strategy: "consistent_hash",
      key: () => {
        meddle();
        return "key";
      },
    });
    meddle = () => router.resize(1);
    expect(await router.ask({ type: "do", n: 0 })).toBe(router.routees()[0]?.id);
    meddle = () => router.drop();
    router.tell({ type: "do", n: 1 });
    expect(system.deadLetters()).toMatchObject([{ reason: "draining", to: router.path }]);
    expect(await router.exited).toEqual(NORMAL);
    expect(unaccounted(system.ledger())).toBe(0);
  });
});

describe("a broadcast router", () => {
  test("tells all, each with addresses of its own", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 3, strategy: "broadcast" });
    router.tell({ type: "do", n: 5 });
    expect(router.trySend({ type: "do", n: 6 }).ok).toBe(true);
    expect((await router.send({ type: "do", n: 7 })).ok).toBe(true);
    await quiet();
    for (const { id } of router.routees()) expect(by(seen, id)).toEqual([5, 6, 7]);
    expect(system.ledger(router)).toMatchObject({ accepted: 9, handled: 9 });
    const passed = system.spawn(idle);
    router.tell({ type: "take", address: passed });
    await quiet();
    expect(await passed.exited).toEqual(NORMAL);
    expect(system.ledger(router)).toMatchObject({ handled: 12, panicked: 0 });
  });

  test("cannot be asked, as the sender is told", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2, strategy: "broadcast", name: "all" });
    const ask = router.ask as unknown as (message: object) => Promise<unknown>;
    const error = await rejection(ask.call(router, { type: "do", n: 5 }));
    expect(error).toBeInstanceOf(BroadcastAskError);
    expect(String(error)).toContain('Cannot ask router "/all" for "do"');
    expect(system.ledger(router).accepted).toBe(0);
  });

  test("says which message one refused, and gives back its addresses alone", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 3, strategy: "broadcast", mailbox: bounded(1) });
    await router.started;
    const open = gate();
    router.tell({ type: "hold", open: open.promise });
    await quiet();
    router.tell({ type: "do", n: 0 });
    const passed = system.spawn(idle);
    const refused = router.trySend({ type: "take", address: passed });
    expect(refused).toMatchObject({ ok: false, error: { kind: "full" } });
    if (!refused.ok) refused.error.value.address.drop();
    expect(await passed.exited).toEqual(NORMAL);
    router.tell({ type: "do", n: 1 });
    expect(system.ledger(router).deadLettered).toEqual({ full: 3 });
    const sent = router.send({ type: "do", n: 2 });
    expect(await isPending(sent)).toBe(true);
    open.open();
    expect((await sent).ok).toBe(true);
    await quiet();
    expect(system.ledger(router)).toMatchObject({ handled: 9, queued: 0 });
  });

  test("makes one dead letter when no routee is left", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2, strategy: "broadcast", restart: "temporary" });
    router.tell({ type: "fail" });
    await quiet();
    router.tell({ type: "do", n: 0 });
    expect(system.ledger(router)).toMatchObject({ accepted: 3, panicked: 2, deadLettered: { stopped: 1 } });
  });
});

describe("a routee that panics", () => {
  test("loses nothing but the poison, and nothing of the others", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 2, backoff: { initialMs: 100 } });
    router.tell({ type: "fail" });
    for (const n of numbers(7)) router.tell({ type: "do", n });
    await quiet();
    expect(by(seen, "routee-1")).toEqual([1, 3, 5]);
    expect(by(seen, "routee-2")).toEqual([0, 2, 4, 6]);
    expect(router.routees().map(({ restarts }) => restarts)).toEqual([1, 0]);
    expect(system.ledger(router)).toMatchObject({ accepted: 8, handled: 7, panicked: 1, deadLettered: {} });
  });

  test("as one job in ten of ten thousand does leaves the pool as it was, and takes no time", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 4 });
    const outcomes = await Promise.all(
      numbers(10_000).map((n) =>
        router.ask(n % 10 === 0 ? { type: "fail" } : { type: "do", n }).then(
          () => "done",
          ({ cause }: Error) => (cause as Error).message,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "bad")).toHaveLength(1000);
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(9000);
    expect(system.clock.now()).toBe(0);
    expect(router.routees().every(({ alive }) => alive)).toBe(true);
    expect(system.ledger(router)).toMatchObject({ accepted: 10_000, handled: 9000, panicked: 1000 });
  });

  test("does not count against an intensity that is given, nor does a kill", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 1, intensity: { restarts: 0, withinMs: 1000 }, backoff: AT_ONCE });
    for (const _ of numbers(5)) await rejection(router.ask({ type: "fail" }));
    await system.kill(system.lookup(`${router.path}/routee-1`) as never);
    expect(await router.ask({ type: "do", n: 1 })).toBe("routee-1");
  });

  test("and has handled none since it last did waits under its backoff, which a handled message resets", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    const backoff = { initialMs: 100, maxMs: 1000, jitter: 0 };
    using router = system.route(worker(seen), { size: 1, backoff });
    const isUpAfter = async (ms: number): Promise<void> => {
      router.tell({ type: "do", n: 0 });
      const { length } = seen;
      if (ms > 0) await system.advance(ms - 1);
      else await quiet();
      expect(seen).toHaveLength(ms > 0 ? length : length + 1);
      if (ms > 0) await system.advance(1);
      expect(seen).toHaveLength(length + 1);
    };
    router.tell({ type: "fail" });
    await quiet();
    await isUpAfter(0);
    for (const _ of numbers(3)) router.tell({ type: "fail" });
    await quiet();
    await system.advance(100); // between the second and the third
    await isUpAfter(200);
    router.tell({ type: "fail" });
    await quiet();
    await isUpAfter(0);
  });

  test("at too many starts ends the router, whose queues become dead letters", async () => {
    await using system = new TestSystem();
    let starts = 0;
    const failing = actor({
      state: () => {
        if (++starts > 2) throw new Error("no start");
      },
      on: {
        fail: () => {
          throw new Error("bad");
        },
        do: (_, { n }: { n: number }) => n,
      },
    });
    using router = system.route(failing, { size: 2, intensity: { restarts: 1, withinMs: 1000 }, backoff: AT_ONCE });
    await quiet();
    for (const _ of numbers(4)) router.tell({ type: "fail" });
    for (const n of numbers(4)) router.tell({ type: "do", n });
    expect(await router.exited).toMatchObject({ kind: "startFailed" });
    expect(system.ledger().deadLettered.intensityExceeded).toBeGreaterThan(0);
    router.tell({ type: "do", n: 9 });
    expect(await rejection(router.ask({ type: "do", n: 9 }))).toBeInstanceOf(ActorStoppedError);
    expect(system.ledger(router)).toEqual(system.ledger());
    expect(unaccounted(system.ledger())).toBe(0);
    for (const size of [1, 3]) expect(() => router.resize(size)).toThrow(SpawnRefusedError);
  });
});

describe("a router that is resized", () => {
  test("drains those with the least to do, and starts more", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 3 });
    const open = gate();
    router.tell({ type: "hold", open: open.promise });
    await quiet();
    for (const n of numbers(6)) router.tell({ type: "do", n });
    router.resize(1);
    expect(router.routees()).toEqual(
      [
        { id: "routee-1", alive: true, restarts: 0, queued: 2 },
        { id: "routee-3", alive: true, restarts: 0, queued: 2 },
        { id: "routee-2", alive: true, restarts: 0, queued: 2 },
      ].toSorted((a, b) => a.id.localeCompare(b.id)),
    );
    await quiet();
    expect(seen.map(([, n]) => n).sort()).toEqual([0, 1, 3, 4]);
    expect(router.routees().map(({ id }) => id)).toEqual(["routee-1"]);
    router.resize(2);
    expect(router.routees().map(({ id }) => id)).toEqual(["routee-1", "routee-2"]);
    open.open();
    await quiet();
    expect(seen).toHaveLength(6);
    expect(system.ledger(router)).toMatchObject({ accepted: 7, handled: 7, deadLettered: {} });
  });

  test("keeps the one that is busy", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2 });
    const open = gate();
    router.tell({ type: "do", n: 0 });
    router.tell({ type: "hold", open: open.promise });
    await quiet();
    router.resize(1);
    await quiet();
    expect(router.routees().map(({ id }) => id)).toEqual(["routee-2"]);
    open.open();
  });

  test("loses neither what waits for room nor what panics at a routee that leaves", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 2, mailbox: bounded(1) });
    await router.started;
    const open = gate();
    for (const _ of numbers(2)) router.tell({ type: "hold", open: open.promise });
    await quiet();
    const failed = numbers(2).map(() => rejection(router.ask({ type: "fail" })));
    const sent = numbers(6).map((n) => router.send({ type: "do", n }));
    router.resize(1);
    open.open();
    expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
    await Promise.all(failed);
    await quiet();
    expect(seen.map(([, n]) => n).sort()).toEqual(numbers(6));
    expect(router.routees()).toHaveLength(1);
  });

  test("before its routees have started loses nothing", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    using router = system.route(worker(seen), { size: 4 });
    for (const n of numbers(8)) router.tell({ type: "do", n });
    router.resize(1);
    await quiet();
    expect(seen).toHaveLength(8);
    expect(router.routees()).toHaveLength(1);
  });
});

describe("an elastic router", () => {
  test("starts one more for a message that finds all loaded, and drains those that are idle", async () => {
    await using system = new TestSystem();
    using router = system.route(worker([]), {
      size: { min: 1, max: 3, loadedAt: 1, idleMs: 100 },
      strategy: "least_loaded",
    });
    const open = gate();
    const hold = async (): Promise<number> => {
      router.tell({ type: "hold", open: open.promise });
      await quiet();
      return router.routees().length;
    };
    expect([await hold(), await hold(), await hold(), await hold()]).toEqual([1, 2, 3, 3]);
    await system.advance(1000);
    expect(await hold()).toBe(3);
    open.open();
    await quiet();
    await system.advance(99);
    expect(router.routees()).toHaveLength(3);
    await router.ask({ type: "do", n: 0 });
    await system.advance(1);
    expect(router.routees()).toHaveLength(2); // the third was given nothing since the last look
    await system.advance(100);
    expect(router.routees()).toHaveLength(1);
    expect(system.clock.pending).toBe(1); // the ask's
    expect(system.ledger(router)).toMatchObject({ accepted: 6, handled: 6 });
  });

  test("does not grow when its routees have ended for good, and leaves no timer when it ends", async () => {
    await using system = new TestSystem();
    const router = system.route(worker([]), { size: { min: 1, max: 2, loadedAt: 1 }, restart: "transient" });
    const open = gate();
    router.tell({ type: "hold", open: open.promise });
    router.tell({ type: "hold", open: open.promise });
    expect(router.routees()).toHaveLength(2);
    expect(system.clock.pending).toBe(1);
    open.open();
    for (const _ of numbers(2)) router.tell({ type: "quit" });
    await quiet();
    router.tell({ type: "do", n: 0 });
    expect(router.routees().map(({ alive }) => alive)).toEqual([false, false]);
    router.drop();
    expect(await router.exited).toEqual(NORMAL);
    expect(system.clock.pending).toBe(0);
  });
});

describe("the end of a router", () => {
  test("follows from its last address: the routees drain and stop", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    const router = system.route(worker(seen), { size: 3 });
    const clone = router.clone();
    for (const n of numbers(9)) router.tell({ type: "do", n });
    router.drop();
    expect(await isPending(clone.exited)).toBe(true);
    expect(clone.routees()).toHaveLength(3);
    clone.tell({ type: "do", n: 9 });
    clone.drop();
    expect(await clone.exited).toEqual(NORMAL);
    expect(seen).toHaveLength(10);
    await system.terminated;
    for (const use of [() => router.tell({ type: "do", n: 0 }), () => router.resize(1), () => router.routees()]) {
      expect(use).toThrow(UseAfterDropError);
    }
  });

  test.each(["stop", "drain", "kill"] as const)("comes by system.%s as for any actor", async (end) => {
    await using system = new TestSystem();
    using router = system.route(worker([]), { size: 2 });
    await router.started;
    for (const n of numbers(4)) router.tell({ type: "do", n });
    const reason = await system[end](router);
    await quiet();
    expect(reason).toEqual({ kind: end === "kill" ? "killed" : "shutdown" });
    router.tell({ type: "do", n: 4 });
    const { handled, accepted, deadLettered } = system.ledger(router);
    expect(accepted).toBe(5);
    const stopped = { stop: 3, drain: 1, kill: 5 }[end]; // siblings are stopped one after the other
    expect({ handled, deadLettered }).toEqual({ handled: 5 - stopped, deadLettered: { stopped } });
  });

  test("drops the addresses in its args, of which each routee has its own", async () => {
    await using system = new TestSystem();
    const passed = system.spawn(idle);
    const caller = actor({
      state: (args: { to: Idle }) => args,
      on: { call: ({ state }) => state.to.ask({ type: "ping" }) },
    });
    const router = system.route(caller, { size: 3, args: { to: passed } });
    router.resize(1);
    await quiet();
    expect(await router.ask({ type: "call" })).toBe("pong");
    router.resize(2);
    expect(await router.ask({ type: "call" })).toBe("pong");
    expect(await router.ask({ type: "call" })).toBe("pong");
    router.drop();
    expect(await passed.exited).toEqual(NORMAL);
  });

  test("comes with its parent, when an actor has made it", async () => {
    await using system = new TestSystem();
    const seen: Seen[] = [];
    const parent = actor({
      state: (_: undefined, { route, own }) => own(route(worker(seen), { size: 2, name: "pool" })),
      on: { pass: ({ state }, { n }: { n: number }) => state.tell({ type: "do", n }) },
    });
    const address = system.spawn(parent, { name: "parent" });
    for (const n of numbers(4)) address.tell({ type: "pass", n });
    await quiet();
    expect(system.lookup("/parent/pool/routee-2")).toBeDefined();
    address.drop();
    await address.exited;
    expect(seen).toHaveLength(4);
    expect(system.lookup("/parent/pool")).toBeUndefined();
  });
});

test.each([
  ["random", undefined],
  ["least_loaded", undefined],
  ["consistent_hash", (message: object) => JSON.stringify(message)],
] as const)("a %s router passes over a routee that has ended for good", async (strategy, key) => {
  await using system = new TestSystem();
  const options = { size: 3, strategy, key, name: "pool" };
  using router = system.route(worker([]), options as { size: number });
  await router.started;
  const second = system.lookup("/pool/routee-2");
  if (second !== undefined) await system.stop(second);
  const taken = new Set<string>();
  for (const n of numbers(30)) taken.add(await router.ask({ type: "do", n }));
  expect(taken).toEqual(new Set(["routee-1", "routee-3"]));
});

test("a router is registered as any actor, and does its work from there", async () => {
  await using system = new TestSystem();
  using router = system.route(worker([]), { size: 2 });
  const workers = registryKey<{ do(payload: { n: number }): string }>("workers");
  system.registry.register(workers, router);
  expect(await system.registry.lookup(workers)?.ask({ type: "do", n: 0 })).toBe("routee-1");
  expect(await system.registry.lookup(workers)?.ask({ type: "do", n: 0 })).toBe("routee-2");
});

test("every message told through a router is in one place, whatever happens to its routees", async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("tell" as const, "yield" as const) },
    { weight: 3, arbitrary: fc.constantFrom("fail" as const, "quit" as const, "hold" as const, "time" as const) },
    { weight: 2, arbitrary: fc.constantFrom("kill" as const, "stop" as const, "killForGood" as const) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }) },
  );
  const strategies: RoutingStrategy[] = ["round_robin", "random", "least_loaded", "consistent_hash", "broadcast"];
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.constantFrom(...strategies),
      fc.boolean(),
      async (steps, strategy, elastic) => {
        await using system = new TestSystem({ random: () => 0.5 });
        const seen: Seen[] = [];
        const options = {
          size: elastic && strategy !== "broadcast" ? { min: 2, max: 4 } : 3,
          strategy,
          key: strategy === "consistent_hash" ? (message: object) => JSON.stringify(message) : undefined,
          intensity: MANY_RESTARTS,
          name: "pool",
        };
        using router = system.route(worker(seen), options as { size: number });
        let open = gate();
        let told = 0;
        for (const each of steps) {
          const routee = system.lookup(`/pool/routee-${(told % 4) + 1}`);
          if (typeof each === "number") router.resize(each);
          else if (each === "tell") router.tell({ type: "do", n: told++ });
          else if (each === "fail" || each === "quit") router.tell({ type: each });
          else if (each === "hold") router.tell({ type: "hold", open: open.promise });
          else if (each === "time") await system.advance(20_000);
          else if (each === "yield") {
            open.open();
            open = gate();
            await quiet();
          } else if (routee !== undefined) {
            if (each === "stop") void system.stop(routee);
            else void system.kill(routee, { restart: each === "kill" });
          }
          expect(unaccounted(system.ledger(router))).toBe(0);
          expect(system.ledger(router)).toEqual(system.ledger());
        }
        open.open();
        router.drop();
        await quiet();
        for (const _ of numbers(10)) await system.advance(10_000); // backoffs of one after the other
        expect(await isPending(router.exited)).toBe(false);
        const lost = system.deadLetters().map(({ message }) => message as { type: string; n: number });
        const ends = [...seen.map(([, n]) => n), ...lost.filter(({ type }) => type === "do").map(({ n }) => n)];
        expect([...new Set(ends)].sort((a, b) => a - b)).toEqual(numbers(told));
        if (strategy !== "broadcast") expect(ends).toHaveLength(told);
        expect(unaccounted(system.ledger())).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});

test.each([
  ["no options", undefined, /size of a router must be the number of routees, .* not undefined/],
  ["no size", {}, /size of a router must be the number of routees/],
  ["a size of none", { size: 0 }, /an integer of 1 or more, .* not 0/],
  ["a size that is no integer", { size: 1.5 }, /an integer of 1 or more, .* not 1.5/],
  ["a max below min", { size: { min: 3, max: 2 } }, /max of its size must be 3 or more, as min is, not 2/],
  ["no max", { size: { min: 3 } }, /max of the size of a router must be an integer of 1 or more, not undefined/],
  ["a loadedAt of 0", { size: { min: 1, max: 2, loadedAt: 0 } }, /loadedAt/],
  ["an idleMs of 0", { size: { min: 1, max: 2, idleMs: 0 } }, /idleMs/],
  [
    "another strategy",
    { size: 1, strategy: "best" },
    /strategy of a router must be one of "round_robin", .*, not "best"/,
  ],
  ["no key", { size: 1, strategy: "consistent_hash" }, /needs a key/],
  ["a key for nothing", { size: 1, key: () => "" }, /goes with consistent_hash alone/],
  ["an elastic broadcast", { size: { min: 1, max: 2 }, strategy: "broadcast" }, /of a broadcast is a number/],
  ["an option that is none", { size: 1, sise: 2 }, /did you mean size\?\), not "sise"/],
  [
    "an intensity that is none",
    { size: 1, intensity: { restarts: -1, withinMs: 1 } },
    /restarts of intensity must be an integer of 0 or more, not -1/,
  ],
])("a router with %s is refused", async (_, options, message) => {
  await using system = new TestSystem();
  const route = (): unknown => system.route(worker([]), options as { size: number });
  expect(route).toThrow(InvalidDefinitionError);
  expect(route).toThrow(message);
});

test("a router that cannot be made leaves nothing behind", async () => {
  await using system = new TestSystem();
  using router = system.route(worker([]), { size: 1, name: "pool" });
  const passed = system.spawn(idle);
  const owner = actor({ state: (args: { to: Idle }) => args, on: {} });
  expect(() => system.route(owner, { size: 3, name: "pool", args: { to: passed } })).toThrow(/alive/);
  expect(() => router.resize({ min: 2, max: 1 })).toThrow(InvalidDefinitionError);
  expect(await passed.ask({ type: "ping" })).toBe("pong");
  passed.drop();
  expect(await passed.exited).toEqual(NORMAL);
});
