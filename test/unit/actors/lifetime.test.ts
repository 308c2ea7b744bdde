/** An actor lives as long as somebody holds an address of it; what it owns goes with it. */
import type { Address, Definition, ExitReason, NoMessages, ProtocolOf } from "@pneumatic/actors";
import { actor, bounded, implement, unbounded } from "@pneumatic/actors";
import { UseAfterDropError } from "@pneumatic/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const NORMAL: ExitReason = { kind: "normal" };

const idle = actor({ on: { ping: () => "pong" } });
type Idle = Address<ProtocolOf<typeof idle>>;

/** Keeps what it is given. */
const keeper = actor({
  state: (_: { addresses: readonly Disposable[] } | undefined) => 0,
  on: {
    own: (context, { address }: { address: Idle }) => {
      context.own(address);
    },
    fail: () => {
      throw new Error("bad");
    },
    ping: () => "pong",
  },
});

describe("an actor", () => {
  test("lives while an address does, and ends when the last is dropped", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle);
    const clone = address.clone();
    address.drop();
    expect(await isPending(clone.exited)).toBe(true);
    expect(await clone.ask({ type: "ping" })).toBe("pong");
    clone.drop();
    expect(await clone.exited).toEqual(NORMAL);
  });

  test.each([
    ["unbounded", unbounded()],
    ["bounded", bounded(100)],
  ])("handles what is queued before it ends when its mailbox is %s", async (_, mailbox) => {
    await using system = new TestSystem();
    const done: number[] = [];
    const slow = actor({
      on: {
        put: async (_, { n }: { n: number }) => {
          await Promise.resolve();
          done.push(n);
        },
      },
      stopped: () => {
        done.push(-1);
      },
    });
    const address = system.spawn(slow, { mailbox });
    for (const n of numbers(50)) address.tell({ type: "put", n });
    address.drop();
    expect(await address.exited).toEqual(NORMAL);
    expect(done).toEqual([...numbers(50), -1]);
  });

  test("handles the messages that wait for room before it ends", async () => {
    await using system = new TestSystem();
    const done: number[] = [];
    const slow = actor({ on: { put: (_, { n }: { n: number }) => done.push(n) } });
    const address = system.spawn(slow, { mailbox: bounded(1) });
    const sent = numbers(5).map((n) => address.send({ type: "put", n }));
    address.drop();
    expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
    await address.exited;
    expect(done).toEqual(numbers(5));
  });

  test("starts before it ends when its address is dropped at once", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const brief = actor({
      state: () => {
        steps.push("state");
      },
      started: () => {
        steps.push("started");
      },
      on: {},
      stopped: () => {
        steps.push("stopped");
      },
    });
    const address = system.spawn(brief);
    address.drop();
    await address.exited;
    expect(steps).toEqual(["state", "started", "stopped"]);
    await address.started;
  });

  test("counts clones of clones, and every drop once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 60 }), async (steps) => {
        await using system = new TestSystem();
        const all: Idle[] = [system.spawn(idle)];
        const dropped = new Set<Idle>();
        for (const [clones, at] of steps) {
          const address = all[at % all.length] as Idle;
          if (!clones) dropped.add(address);
          if (clones && !dropped.has(address)) all.push(address.clone());
          if (dropped.has(address)) address.drop();
        }
        const exited = (all[0] as Idle).exited;
        expect(await isPending(exited)).toBe(dropped.size < all.length);
        for (const address of all) address.drop();
        expect(await exited).toEqual(NORMAL);
      }),
      { numRuns: 100 },
    );
  });

  test("ends when its last address is disposed of", async () => {
    await using system = new TestSystem();
    let exited: Promise<ExitReason>;
    {
      using address = system.spawn(idle);
      ({ exited } = address);
      await address.ask({ type: "ping" });
    }
    expect(await exited).toEqual(NORMAL);
  });

  test("is not kept alive by weak addresses, its `exited`, its `started` or `closed()`", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle, { name: "idle" });
    const weak = address.downgrade();
    const found = system.lookup("/idle");
    const closed = address.closed();
    const { exited, started } = address;
    address.drop();
    expect(await exited).toEqual(NORMAL);
    expect(await weak.exited).toEqual(NORMAL);
    expect(await found?.exited).toEqual(NORMAL);
    await Promise.all([closed, started]);
    expect(weak.upgrade()).toBeUndefined();
  });

  test("is not kept alive by its own `self` nor by its timers", async () => {
    await using system = new TestSystem();
    interface Ticker {
      tick(): void;
      self(): unknown;
    }
    const ticker = implement<Ticker>()({
      state: (_: undefined, context) => {
        context.timers.every("tick", 10, { type: "tick" });
        context.timers.after("later", 1000, { type: "tick" });
        return context.self;
      },
      on: { tick: () => {}, self: ({ state, self }) => state === self },
    });
    const address = system.spawn(ticker);
    expect(await address.ask({ type: "self" })).toBe(true);
    expect(system.clock.pending).toBe(3);
    address.drop();
    expect(await address.exited).toEqual(NORMAL);
    expect(system.ledger()).toMatchObject({ accepted: 1, handled: 1 });
    await system.advance(5000);
    expect(system.ledger()).toMatchObject({ accepted: 1, deadLettered: {} });
  });

  test("is not kept alive by its own handlers when they tell `self` once it drains", async () => {
    await using system = new TestSystem();
    interface Loop {
      again(): void;
    }
    const loop = implement<Loop>()({ on: { again: ({ self }) => self.tell({ type: "again" }) } });
    const address = system.spawn(loop);
    address.tell({ type: "again" });
    address.drop();
    expect(await address.exited).toEqual(NORMAL);
    expect(system.deadLetters()).toMatchObject([{ message: { type: "again" }, reason: "draining", to: address.path }]);
  });
});

describe("what an actor owns", () => {
  test("is dropped when it ends, and the end goes on along a chain of owners", async () => {
    await using system = new TestSystem();
    const last = system.spawn(idle);
    const { exited } = last;
    let next: Disposable = last;
    for (const _ of numbers(20)) next = system.spawn(keeper, { args: { addresses: [next] } });
    await quiet();
    expect(await isPending(exited)).toBe(true);
    next[Symbol.dispose]();
    expect(await exited).toEqual(NORMAL);
    expect(system.ledger()).toMatchObject({ accepted: 0 });
    await system.terminated;
  });

  test("is found anywhere in args, Maps and Sets included, each once, and in no instance of a class", async () => {
    await using system = new TestSystem();
    const spawned = numbers(7).map(() => system.spawn(idle));
    const [a, b, c, d, found, hidden, weak] = spawned as [Idle, Idle, Idle, Idle, Idle, Idle, Idle];
    const args = {
      a,
      again: a,
      list: [[b], { c }],
      bare: Object.assign(Object.create(null), { d }),
      map: new Map([["inner", new Set([found])]]),
      instance: new (class {
        readonly hidden = hidden;
      })(),
      weak: weak.downgrade(),
      self: undefined as unknown,
      nothing: null,
    };
    args.self = args;
    const owner = actor({ state: (_: object) => 0, on: {} });
    system.spawn(owner, { args }).drop();
    await quiet();
    const alive = await Promise.all(spawned.map(({ exited }) => isPending(exited)));
    expect(alive).toEqual([false, false, false, false, false, true, true]);
    hidden.drop();
    weak.drop();
  });

  test("from its args is the same for every incarnation, and lives through a restart", async () => {
    await using system = new TestSystem();
    const other = system.spawn(idle);
    const caller = actor({
      state: (args: { other: Idle }) => args,
      on: {
        fail: () => {
          throw new Error("bad");
        },
        call: ({ state }) => state.other.ask({ type: "ping" }),
        which: ({ state }) => state.other,
      },
    });
    const address = system.spawn(caller, { args: { other } });
    await rejection(address.ask({ type: "fail" }));
    expect(await address.ask({ type: "call" })).toBe("pong");
    expect(await address.ask({ type: "which" })).toBe(other);
    address.drop();
    expect(await other.exited).toEqual(NORMAL);
  });

  test("by ctx.own() is dropped at a restart", async () => {
    await using system = new TestSystem();
    using address = system.spawn(keeper);
    const other = system.spawn(idle);
    address.tell({ type: "own", address: other });
    await quiet();
    expect(await isPending(other.exited)).toBe(true);
    await rejection(address.ask({ type: "fail" }));
    expect(await other.exited).toEqual(NORMAL);
    expect(await address.ask({ type: "ping" })).toBe("pong");
  });

  test.each(["stop", "drain", "kill"] as const)("is dropped at %s", async (end) => {
    await using system = new TestSystem();
    const inArgs = system.spawn(idle);
    const owned = system.spawn(idle);
    using address = system.spawn(keeper, { args: { addresses: [inArgs] } });
    address.tell({ type: "own", address: owned });
    await quiet();
    if (end === "kill") await system.kill(address, { restart: false });
    else await system[end](address);
    expect(await inArgs.exited).toEqual(NORMAL);
    expect(await owned.exited).toEqual(NORMAL);
  });

  test("is dropped when it cannot start", async () => {
    await using system = new TestSystem();
    const other = system.spawn(idle);
    const failing = actor({
      state: (_: { other: Idle }) => {
        throw new Error("bad");
      },
      on: {},
    });
    using address = system.spawn(failing, { args: { other } });
    expect((await address.exited).kind).toBe("startFailed");
    expect(await other.exited).toEqual(NORMAL);
  });

  test("is still there in its `stopped` hook", async () => {
    await using system = new TestSystem();
    const other = system.spawn(idle);
    const replies: unknown[] = [];
    const caller = actor({
      state: (args: { other: Idle }, context) => ({ ...args, own: context.own(args.other.clone()) }),
      on: {},
      stopped: async ({ state }) => {
        replies.push(await state.other.ask({ type: "ping" }), await state.own.ask({ type: "ping" }));
      },
    });
    const address = system.spawn(caller, { args: { other } });
    address.drop();
    await address.exited;
    expect(replies).toEqual(["pong", "pong"]);
    expect(await other.exited).toEqual(NORMAL);
  });

  test("by system.own() is dropped at shutdown and not before", async () => {
    const system = new TestSystem();
    const address = system.own(system.spawn(idle));
    await quiet();
    expect(await isPending(address.exited)).toBe(true);
    await system.shutdown();
    expect(() => address.tell({ type: "ping" })).toThrow(UseAfterDropError);
    const late = { dropped: 0, [Symbol.dispose]: () => late.dropped++ };
    expect(system.own(late)).toBe(late);
    expect(late.dropped).toBe(1);
  });

  test("is dropped, and the actor ends, though one of them throws", async () => {
    await using system = new TestSystem();
    const other = system.spawn(idle);
    const clumsy = actor({
      state: (_: undefined, context) => {
        context.own({
          [Symbol.dispose]: () => {
            throw new Error("clumsy");
          },
        });
        context.own(other);
      },
      on: {},
    });
    const address = system.spawn(clumsy);
    await address.started;
    address.drop();
    expect(await address.exited).toEqual(NORMAL);
    expect(await other.exited).toEqual(NORMAL);
    expect(system.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  });
});

describe("the end of an actor with children", () => {
  /** Notes when it starts and stops; as deep and as wide as it is told. */
  function tree(steps: string[], depth: number) {
    const node: Definition<NoMessages, { depth: number }> = implement<NoMessages>()({
      name: "node",
      state: (args: { depth: number }, context) => {
        if (args.depth === 0) return;
        for (const name of ["a", "b"]) {
          context.own(context.spawn(node, { name, args: { depth: args.depth - 1 } }));
        }
      },
      started: ({ path }) => {
        steps.push(`start ${path}`);
      },
      on: {},
      stopped: async ({ path }) => {
        steps.push(`stopping ${path}`);
        await Promise.resolve();
        steps.push(`stopped ${path}`);
      },
    });
    return { definition: node, options: { name: "root", args: { depth } } };
  }

  test.each(["drop", "stop", "drain"] as const)(
    "at %s awaits children before parents, and siblings in reverse",
    async (end) => {
      await using system = new TestSystem();
      const steps: string[] = [];
      const { definition, options } = tree(steps, 2);
      using address = system.spawn(definition, options);
      await quiet();
      const started = steps.splice(0);
      expect(started).toHaveLength(7);
      if (end === "drop") address.drop();
      else void system[end](address);
      await address.exited;
      const order = ["/b/b", "/b/a", "/b", "/a/b", "/a/a", "/a", ""];
      expect(steps).toEqual(order.flatMap((path) => [`stopping /root${path}`, `stopped /root${path}`]));
    },
  );

  test("lets the children of one that drains handle what is queued", async () => {
    await using system = new TestSystem();
    const done: number[] = [];
    const child = actor({
      on: {
        put: async (_, { n }: { n: number }) => {
          await Promise.resolve();
          done.push(n);
        },
      },
    });
    const parent = actor({
      on: {
        fill: (context) => {
          const address = context.own(context.spawn(child));
          for (const n of numbers(5)) address.tell({ type: "put", n });
        },
      },
    });
    const address = system.spawn(parent);
    address.tell({ type: "fill" });
    address.drop();
    await address.exited;
    expect(done).toEqual(numbers(5));
  });

  test("makes dead letters of what is queued at the children of one that is stopped", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ state: () => open.promise, on: { put: () => {} } });
    const parent = actor({
      state: (_: undefined, context) => {
        const address = context.own(context.spawn(slow));
        for (const _ of numbers(3)) address.tell({ type: "put" });
      },
      on: {},
    });
    using address = system.spawn(parent);
    await quiet();
    const stopped = system.stop(address);
    open.open();
    await stopped;
    expect(system.ledger().deadLettered).toEqual({ stopped: 3 });
  });

  test("kills a child that takes longer than its shutdownMs", async () => {
    await using system = new TestSystem();
    const reasons: ExitReason[] = [];
    const stuck = actor({ on: {}, stopped: () => gate().promise });
    const parent = actor({
      state: (_: undefined, context) => {
        const child = context.own(context.spawn(stuck, { shutdownMs: 300 }));
        void child.exited.then((reason) => reasons.push(reason));
      },
      on: {},
    });
    using address = system.spawn(parent);
    await quiet();
    const stopped = system.stop(address);
    await quiet();
    await system.advance(299);
    expect(reasons).toEqual([]);
    await system.advance(1);
    expect(reasons).toEqual([{ kind: "killed" }]);
    expect(await stopped).toEqual({ kind: "shutdown" });
    expect(system.clock.pending).toBe(0);
  });

  test("does not wait for a child that has a shutdownMs of 5,000 by default", async () => {
    await using system = new TestSystem();
    const stuck = actor({ on: {}, stopped: () => gate().promise });
    const parent = actor({ state: (_: undefined, context) => context.own(context.spawn(stuck)), on: {} });
    using address = system.spawn(parent);
    await quiet();
    const stopped = system.stop(address);
    await system.advance(4999);
    expect(await isPending(stopped)).toBe(true);
    await system.advance(1);
    expect(await stopped).toEqual({ kind: "shutdown" });
  });

  test("kills the children of one that is killed, without their hooks", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const { definition, options } = tree(steps, 2);
    using address = system.spawn(definition, options);
    await quiet();
    steps.splice(0);
    const deep = system.lookup("/root/a/b");
    await system.kill(address, { restart: false });
    expect(await deep?.exited).toEqual({ kind: "killed" });
    expect(steps).toEqual([]);
  });

  test("leaves children alone that ended before, and ends a child by its own addresses", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const parent = actor({
      on: {
        brief: async (context) => {
          const child = context.spawn(idle, { name: "brief" });
          child.drop();
          steps.push((await child.exited).kind);
          return system.lookup(child.path);
        },
      },
    });
    using address = system.spawn(parent);
    expect(await address.ask({ type: "brief" })).toBeUndefined();
    expect(steps).toEqual(["normal"]);
  });
});

describe("a dropped address", () => {
  test("throws at every use, and rejects where a promise is returned", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle);
    using clone = address.clone();
    address.drop();
    const ping = { type: "ping" } as const;
    for (const use of [
      () => address.tell(ping),
      () => address.trySend(ping),
      () => address.clone(),
      () => address.downgrade(),
      () => address.isDisconnected,
    ]) {
      expect(use).toThrow(UseAfterDropError);
    }
    for (const use of [() => address.ask(ping), () => address.send(ping), () => address.closed()]) {
      expect(await rejection(use())).toBeInstanceOf(UseAfterDropError);
    }
    expect(() => address.tell(ping)).toThrow(/Cannot tell: this Address of "\/actor-1" was dropped/);
    expect(system.ledger().accepted).toBe(0);
    expect(await clone.ask(ping)).toBe("pong");
  });

  test("counts once however often it is dropped", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle);
    using clone = address.clone();
    for (const _ of numbers(3)) address.drop();
    address[Symbol.dispose]();
    expect(await clone.ask({ type: "ping" })).toBe("pong");
  });

  test("still tells its path, and when its actor started and exited", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle, { name: "idle" });
    address.drop();
    expect(address.path).toBe("/idle");
    await address.started;
    expect(await address.exited).toEqual(NORMAL);
  });

  test("lets go of none of its pending asks and sends", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ on: { wait: () => open.promise, ping: () => "pong" } });
    const address = system.spawn(slow, { mailbox: bounded(1) });
    address.tell({ type: "wait" });
    await quiet();
    const asked = address.ask({ type: "ping" });
    const sent = address.send({ type: "ping" });
    address.drop();
    open.open();
    expect(await asked).toBe("pong");
    expect((await sent).ok).toBe(true);
    await address.exited;
  });
});

describe("an upgraded weak address", () => {
  test("keeps its actor alive like any other", async () => {
    await using system = new TestSystem();
    const address = system.spawn(idle);
    const upgraded = address.downgrade().upgrade();
    address.drop();
    expect(await upgraded?.ask({ type: "ping" })).toBe("pong");
    upgraded?.drop();
    expect(await address.exited).toEqual(NORMAL);
  });

  test("is undefined once the last strong one is dropped, though the actor still drains", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ on: { wait: () => open.promise } });
    const address = system.spawn(slow);
    const weak = address.downgrade();
    address.tell({ type: "wait" });
    await quiet();
    address.drop();
    expect(weak.upgrade()).toBeUndefined();
    open.open();
    await address.exited;
    expect(weak.upgrade()).toBeUndefined();
  });
});

test("closed() resolves at the end of the actor, and is abortable", async () => {
  await using system = new TestSystem();
  using address = system.spawn(idle);
  const controller = new AbortController();
  const aborted = address.closed({ signal: controller.signal });
  const closed = address.closed();
  expect(await isPending(closed)).toBe(true);
  controller.abort("enough");
  expect(await rejection(aborted)).toBe("enough");
  expect(address.isDisconnected).toBe(false);
  await system.stop(address);
  await closed;
  expect(address.isDisconnected).toBe(true);
  await address.closed();
});
