/** The system: names and paths, finding actors, being idle, and the end of everything. */
import type { Address, Definition, ExitReason, NoMessages } from "@pneumatic/actors";
import {
  ActorSystem,
  actor,
  child,
  DuplicateNameError,
  implement,
  SpawnRefusedError,
  supervisor,
} from "@pneumatic/actors";
import { useClock } from "@pneumatic/core/testing";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const idle = actor({ name: "idle", on: { ping: () => "pong" } });
const nameless = actor({ on: { ping: () => "pong" } });

/** Spawns the children it is told to. */
const parent = actor({
  on: {
    spawn: (context, { name }: { name?: string }) =>
      context.own(context.spawn(idle, name === undefined ? {} : { name })).path,
  },
});

describe("a name", () => {
  test("makes the path, below that of the parent", async () => {
    await using system = new TestSystem();
    using address = system.spawn(parent, { name: "parent" });
    expect(address.path).toBe("/parent");
    expect(await address.ask({ type: "spawn", name: "child" })).toBe("/parent/child");
  });

  test("that is left out is that of the definition and a number", async () => {
    await using system = new TestSystem();
    using first = system.spawn(idle);
    using second = system.spawn(idle);
    using third = system.spawn(nameless);
    using top = system.supervise(supervisor({ children: {} }));
    expect([first, second, third, top].map(({ path }) => path)).toEqual([
      "/idle-1",
      "/idle-2",
      "/actor-3",
      "/supervisor-4",
    ]);
  });

  test("that is left out avoids those that are taken", async () => {
    await using system = new TestSystem();
    using named = system.spawn(idle, { name: "idle-2" });
    using unnamed = system.spawn(idle);
    expect(unnamed.path).not.toBe(named.path);
    expect(await unnamed.ask({ type: "ping" })).toBe("pong");
  });

  test("is unique among siblings, and free among others", async () => {
    await using system = new TestSystem();
    using address = system.spawn(parent, { name: "same" });
    expect(await address.ask({ type: "spawn", name: "same" })).toBe("/same/same");
    expect(() => system.spawn(idle, { name: "same" })).toThrow(DuplicateNameError);
    expect(() => system.spawn(idle, { name: "same" })).toThrow(
      'Cannot spawn "/same": an actor of that name is alive. Choose another name, or leave it out',
    );
    expect(await rejection(address.ask({ type: "spawn", name: "same" }))).toMatchObject({
      cause: expect.any(DuplicateNameError),
    });
  });

  test("is taken while its actor ends, and free once it has", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ on: {}, stopped: () => open.promise });
    using address = system.spawn(slow, { name: "slow" });
    await quiet();
    const stopped = system.stop(address);
    await quiet();
    expect(() => system.spawn(idle, { name: "slow" })).toThrow(DuplicateNameError);
    open.open();
    await stopped;
    using another = system.spawn(idle, { name: "slow" });
    expect(await another.ask({ type: "ping" })).toBe("pong");
  });

  test("that is refused spawns nothing, and leaves the args to the caller", async () => {
    await using system = new TestSystem();
    using address = system.spawn(idle, { name: "idle" });
    const other = system.spawn(idle);
    const owner = actor({ state: (args: { other: Address<{ ping(): string }> }) => args, on: {} });
    expect(() => system.spawn(owner, { name: "idle", args: { other } })).toThrow(DuplicateNameError);
    expect(await other.ask({ type: "ping" })).toBe("pong");
    other.drop();
    await other.exited;
    address.drop();
    await system.terminated;
  });
});

describe("lookup", () => {
  test("finds a living actor at any depth, and gives a weak address", async () => {
    await using system = new TestSystem();
    using address = system.spawn(parent, { name: "parent" });
    await address.ask({ type: "spawn", name: "child" });
    using top = system.supervise(supervisor({ children: { worker: child(idle) } }));
    for (const path of ["/parent/child", `${top.path}/worker`]) {
      const found = system.lookup<{ ping(): string }>(path);
      expect(found?.path).toBe(path);
      expect(await found?.ask({ type: "ping" })).toBe("pong");
    }
    const weak = system.lookup("/parent");
    address.drop();
    expect(await weak?.exited).toEqual({ kind: "normal" });
    expect(system.lookup("/parent")).toBeUndefined();
    expect(system.lookup("/parent/child")).toBeUndefined();
  });

  test.each(["", "/", "parent", "/nobody", "/parent/", "//parent", "/parent/nobody", "/constructor", "/__proto__"])(
    'finds nothing at "%s"',
    async (path) => {
      await using system = new TestSystem();
      using address = system.spawn(parent, { name: "parent" });
      expect(system.lookup(path)).toBeUndefined();
      await address.started;
    },
  );
});

describe("terminated", () => {
  test("resolves when the last actor has ended, whatever its depth", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ on: {}, stopped: () => open.promise });
    const top = actor({ state: (_: undefined, context) => context.own(context.spawn(slow)), on: {} });
    const first = system.spawn(idle);
    const second = system.spawn(top);
    const { terminated } = system;
    await quiet();
    first.drop();
    second.drop();
    expect(await isPending(terminated)).toBe(true);
    open.open();
    await terminated;
    await system.terminated;
  });

  test("is pending before the first spawn and resolves at shutdown", async () => {
    await using system = new TestSystem();
    const { terminated } = system;
    expect(await isPending(terminated)).toBe(true);
    await system.shutdown();
    await terminated;
  });

  test("is renewed by a later spawn", async () => {
    await using system = new TestSystem();
    for (const _ of numbers(3)) {
      const address = system.spawn(idle);
      const { terminated } = system;
      expect(await isPending(terminated)).toBe(true);
      address.drop();
      await terminated;
    }
    const top = system.supervise(supervisor({ children: { only: child(idle) } }));
    expect(await isPending(system.terminated)).toBe(true);
    top.drop();
    await system.terminated;
  });
});

describe("shutdown", () => {
  test("lets every actor handle what is queued, then stops it", async () => {
    const system = new TestSystem();
    const done: number[] = [];
    const slow = actor({
      on: {
        put: async (_, { n }: { n: number }) => {
          await Promise.resolve();
          done.push(n);
        },
      },
    });
    const address = system.spawn(slow);
    for (const n of numbers(10)) address.tell({ type: "put", n });
    await system.shutdown();
    expect(done).toEqual(numbers(10));
    expect(await address.exited).toEqual({ kind: "shutdown" });
    expect(system.ledger()).toMatchObject({ accepted: 10, handled: 10 });
    expect(system.clock.pending).toBe(0);
  });

  test("stops siblings in reverse order of their start, one after the other, and children first", async () => {
    const system = new TestSystem();
    const steps: string[] = [];
    const node: Definition<NoMessages, { child?: string }> = implement<NoMessages>()({
      state: (args: { child?: string }, context) => {
        if (args.child !== undefined) context.own(context.spawn(node, { name: args.child, args: {} }));
      },
      on: {},
      stopped: async ({ path }) => {
        steps.push(`stopping ${path}`);
        await quiet();
        steps.push(`stopped ${path}`);
      },
    });
    system.spawn(node, { name: "a", args: { child: "x" } });
    system.spawn(node, { name: "b", args: {} });
    system.spawn(node, { name: "c", args: { child: "y" } });
    await quiet();
    await system.shutdown();
    const order = ["/c/y", "/c", "/b", "/a/x", "/a"];
    expect(steps).toEqual(order.flatMap((path) => [`stopping ${path}`, `stopped ${path}`]));
  });

  test("lets an actor use those that were started before it to the end", async () => {
    const system = new TestSystem();
    const replies: string[] = [];
    const store = system.spawn(idle);
    const user = actor({
      state: (args: { store: typeof store }) => args,
      on: {
        use: async ({ state }) => {
          replies.push(await state.store.ask({ type: "ping" }));
        },
      },
      stopped: async ({ state }) => {
        replies.push(await state.store.ask({ type: "ping" }));
      },
    });
    const address = system.spawn(user, { args: { store: store.clone() } });
    address.tell({ type: "use" });
    await system.shutdown();
    expect(replies).toEqual(["pong", "pong"]);
  });

  test("lets the messages it drains spawn children", async () => {
    const system = new TestSystem();
    const address = system.spawn(parent);
    const asked = address.ask({ type: "spawn", name: "child" });
    await system.shutdown();
    expect(await asked).toBe(`${address.path}/child`);
  });

  test("kills at the deadline what has not ended by then, and waits no longer", async () => {
    const system = new TestSystem();
    const stuck = actor({ on: { hang: () => gate().promise, put: () => {} } });
    const hooked = actor({ on: {}, stopped: () => gate().promise });
    const first = system.spawn(stuck);
    const second = system.spawn(hooked);
    const third = system.spawn(idle);
    first.tell({ type: "hang" });
    first.tell({ type: "put" });
    await quiet();
    const over = system.shutdown({ timeoutMs: 200 });
    await system.advance(199);
    expect(await isPending(over)).toBe(true);
    await system.advance(1);
    await over;
    expect(await Promise.all([first, second, third].map(({ exited }) => exited))).toEqual<ExitReason[]>([
      { kind: "killed" },
      { kind: "killed" },
      { kind: "shutdown" },
    ]);
    expect(system.ledger().deadLettered).toEqual({ killed: 1, stopped: 1 });
    expect(system.clock.pending).toBe(0);
  });

  test("takes 10,000 ms at most when left to itself", async () => {
    const system = new TestSystem();
    const address = system.spawn(actor({ state: () => gate().promise, on: {} }));
    const over = system.shutdown();
    await system.advance(9999);
    expect(await isPending(over)).toBe(true);
    await system.advance(1);
    await over;
    expect(await address.exited).toEqual({ kind: "killed" });
  });

  test("ends at once what waits for a restart with nothing to do", async () => {
    const system = new TestSystem();
    const failing = actor({
      on: {
        fail: () => {
          throw new Error("bad");
        },
      },
    });
    const address = system.spawn(failing);
    for (const _ of numbers(2)) address.tell({ type: "fail" });
    await quiet();
    await system.shutdown();
    expect(await address.exited).toEqual({ kind: "shutdown" });
  });

  test("is one and the same however often it is called", async () => {
    const system = new TestSystem();
    system.spawn(idle);
    expect(system.shutdown()).toBe(system.shutdown({ timeoutMs: 1 }));
    await system.shutdown();
    await system[Symbol.asyncDispose]();
  });

  test("of a system without actors is over at once", async () => {
    const system = new TestSystem();
    await system.shutdown();
    expect(system.clock.pending).toBe(0);
  });

  test("refuses to spawn and to supervise from then on", async () => {
    const system = new TestSystem();
    const over = system.shutdown();
    for (const spawn of [
      () => system.spawn(idle, { name: "late" }),
      () => system.supervise(supervisor({ children: {} })),
    ]) {
      expect(spawn).toThrow(SpawnRefusedError);
    }
    expect(() => system.spawn(idle, { name: "late" })).toThrow('Cannot spawn "/late": the system was shut down');
    await over;
    expect(() => system.spawn(idle)).toThrow(SpawnRefusedError);
    expect(system.ledger().accepted).toBe(0);
  });

  test("takes what is told afterwards for dead letters", async () => {
    const system = new TestSystem();
    const address = system.spawn(idle);
    await system.shutdown();
    address.tell({ type: "ping" });
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
  });

  test("goes on though an actor ends in the meantime by itself", async () => {
    const system = new TestSystem();
    const first = system.spawn(idle);
    const second = system.spawn(idle);
    const over = system.shutdown();
    void system.kill(first, { restart: false });
    await over;
    expect([(await first.exited).kind, (await second.exited).kind]).toEqual(["killed", "shutdown"]);
  });
});

describe("a system", () => {
  test("is idle without actors, and spawns again", async () => {
    await using system = new TestSystem();
    const first = system.spawn(idle, { name: "idle" });
    first.drop();
    await system.terminated;
    using second = system.spawn(idle, { name: "idle" });
    expect(await second.ask({ type: "ping" })).toBe("pong");
  });

  test("lets its actors tell those of another system", async () => {
    await using system = new TestSystem();
    await using other = new TestSystem();
    using target = other.spawn(idle);
    const caller = actor({ on: { call: (_, { to }: { to: typeof target }) => to.ask({ type: "ping" }) } });
    using address = system.spawn(caller);
    expect(await address.ask({ type: "call", to: target })).toBe("pong");
  });

  test("takes the clock in force when it is made, where it is given none", async () => {
    const clock = new VirtualClock();
    const installed = useClock(clock);
    await using system = new ActorSystem({ logger: new RecordingLog().logger });
    installed[Symbol.dispose]();
    using address = system.spawn(actor({ on: { hang: () => gate().promise } }));
    const asked = address.ask({ type: "hang" }, { timeout: 1_000_000 });
    await quiet();
    clock.advance(1_000_000);
    expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_ASK_TIMEOUT" });
    await system.kill(address, { restart: false });
  });

  test("puts its turns off with the scheduler it is given", async () => {
    const tasks: (() => void)[] = [];
    const scheduler = { soon: (task: () => void) => tasks.push(task), later: (task: () => void) => tasks.push(task) };
    const system = new TestSystem({ scheduler });
    const done: number[] = [];
    const address = system.spawn(actor({ on: { put: (_, { n }: { n: number }) => done.push(n) } }));
    address.tell({ type: "put", n: 1 });
    await quiet();
    expect(done).toEqual([]);
    while (tasks.length > 0) tasks.shift()?.();
    expect(done).toEqual([1]);
    const over = system.shutdown();
    while (tasks.length > 0) tasks.shift()?.();
    await over;
  });
});
