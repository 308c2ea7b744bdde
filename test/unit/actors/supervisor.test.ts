/** A supervisor starts its children in order, restarts each under its policy, and stops them in reverse. */
import type { Address, ChildOptions, ExitReason, ProtocolOf } from "@pneumatic/actors";
import {
  actor,
  child,
  DuplicateNameError,
  InvalidDefinitionError,
  SpawnRefusedError,
  StartFailedError,
  supervisor,
} from "@pneumatic/actors";
import { UseAfterDropError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");

/** Notes its starts and stops. */
function noted(steps: string[]) {
  return actor({
    started: ({ path }) => {
      steps.push(`started ${path}`);
    },
    on: {
      fail: () => {
        throw BAD;
      },
      end: (context) => context.stop(),
      get: ({ generation }) => generation,
      hold: () => gate().promise,
      put: ({ path }) => {
        steps.push(`put ${path}`);
      },
    },
    stopped: async ({ path }, reason) => {
      await Promise.resolve();
      steps.push(`stopped ${path} ${reason.kind}`);
    },
  });
}

type Noted = Address<ProtocolOf<ReturnType<typeof noted>>>;

/** A system with a supervisor of `a`, `b` and `c`. */
async function family(options: ChildOptions = {}, intensity = { restarts: 3, withinMs: 1000 }) {
  const system = new TestSystem();
  const steps: string[] = [];
  const definition = noted(steps);
  const a = child(definition, options);
  const top = system.supervise(
    supervisor({ intensity, children: { a, b: child(definition, options), c: child(definition, options) } }),
  );
  await top.started;
  await quiet();
  return { system, top, steps, definition };
}

describe("a supervisor", () => {
  test("starts its children in order, each after the one before has started", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const slow = (name: string, open: Promise<void>) =>
      actor({
        state: () => {
          steps.push(`begin ${name}`);
          return open;
        },
        started: () => {
          steps.push(`started ${name}`);
        },
        on: {},
      });
    const first = gate();
    const second = gate();
    const children = { a: child(slow("a", first.promise)), b: child(slow("b", second.promise)) };
    using top = system.supervise(supervisor({ children }));
    second.open();
    await quiet();
    expect(steps).toEqual(["begin a"]);
    expect(await isPending(top.started)).toBe(true);
    first.open();
    await top.started;
    expect(steps).toEqual(["begin a", "started a", "begin b", "started b"]);
  });

  test("has addresses for its children before they have started", async () => {
    await using system = new TestSystem();
    const open = gate();
    const echo = actor({ state: () => open.promise, on: { say: (_, { text }: { text: string }) => text } });
    using top = system.supervise(supervisor({ children: { first: child(echo), second: child(echo) } }));
    using second = top.child("second");
    expect(second.path).toBe(`${top.path}/second`);
    const asked = second.ask({ type: "say", text: "hello" });
    await quiet();
    expect(top.children()).toEqual([
      { id: "first", alive: true, restarts: 0 },
      { id: "second", alive: true, restarts: 0 },
    ]);
    open.open();
    expect(await asked).toBe("hello");
  });

  test("without children starts and lives", async () => {
    await using system = new TestSystem();
    using top = system.supervise(supervisor({ children: {} }));
    await top.started;
    expect(await isPending(top.exited)).toBe(true);
    expect(top.children()).toEqual([]);
  });

  test("restarts one child and lets the others be", async () => {
    const { system, top } = await family();
    await using _ = system;
    using b = top.child("b");
    await rejection(b.ask({ type: "fail" }));
    expect(await b.ask({ type: "get" })).toBe(2);
    for (const id of ["a", "c"] as const) {
      using other = top.child(id);
      expect(await other.ask({ type: "get" })).toBe(1);
    }
    expect(top.children()).toEqual([
      { id: "a", alive: true, restarts: 0 },
      { id: "b", alive: true, restarts: 1 },
      { id: "c", alive: true, restarts: 0 },
    ]);
    top.drop();
  });

  test("gives a new strong address at each child(), which the caller drops", async () => {
    const { system, top } = await family();
    await using _ = system;
    const first = top.child("a");
    const second = top.child("a");
    expect(first).not.toBe(second);
    first.drop();
    expect(() => first.tell({ type: "put" })).toThrow(UseAfterDropError);
    expect(await second.ask({ type: "get" })).toBe(1);
    second.drop();
    await quiet();
    expect(top.children()[0]).toEqual({ id: "a", alive: true, restarts: 0 });
    top.drop();
  });

  test.each([
    { restart: undefined, alive: true, listed: true },
    { restart: "permanent", alive: true, listed: true },
    { restart: "transient", alive: false, listed: true },
    { restart: "temporary", alive: false, listed: false },
  ] as const)("lists a child that stopped itself, when it is $restart: $listed, alive: $alive", async (row) => {
    const { restart, alive, listed } = row;
    const { system, top } = await family(restart && { restart });
    await using _ = system;
    using b = top.child("b");
    b.tell({ type: "end" });
    await quiet();
    const info = top.children().find(({ id }) => id === "b");
    expect(info).toEqual(listed ? { id: "b", alive, restarts: alive ? 1 : 0 } : undefined);
    if (alive) expect(await b.ask({ type: "get" })).toBe(2);
    else expect(await b.exited).toEqual({ kind: "normal" });
    top.drop();
  });

  test("counts the restarts of all children together", async () => {
    const { system, top, steps } = await family({ backoff: { initialMs: 0 } });
    await using _ = system;
    for (const id of ["a", "b", "c"] as const) {
      using address = top.child(id);
      await rejection(address.ask({ type: "fail" }));
      expect(await address.ask({ type: "get" })).toBe(2);
    }
    steps.length = 0;
    using a = top.child("a");
    a.tell({ type: "fail" });
    expect(await top.exited).toMatchObject({ kind: "panicked", error: BAD });
    expect(await a.exited).toMatchObject({ kind: "panicked", error: BAD });
    expect(steps).toEqual([
      `stopped ${top.path}/a panicked`,
      `stopped ${top.path}/c shutdown`,
      `stopped ${top.path}/b shutdown`,
    ]);
  });

  test("whose intensity is exceeded makes dead letters of every queued message, with that reason", async () => {
    const { system, top } = await family({}, { restarts: 0, withinMs: 1000 });
    await using _ = system;
    const addresses = (["a", "b", "c"] as const).map((id) => top.child(id));
    const [a, b, c] = addresses as [Noted, Noted, Noted];
    const noTimeout = { timeout: Number.POSITIVE_INFINITY };
    const held = b.ask({ type: "hold" }, noTimeout);
    await quiet();
    a.tell({ type: "fail" });
    for (const address of [a, b]) for (const _ of numbers(2)) address.tell({ type: "put" });
    const asked = b.ask({ type: "get" }, noTimeout);
    await quiet();
    expect((await c.exited).kind).toBe("shutdown");
    await system.advance(5000);
    expect((await b.exited).kind).toBe("killed");
    expect(await rejection(held)).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect((await top.exited).kind).toBe("panicked");
    expect(system.ledger().deadLettered).toEqual({ intensityExceeded: 5, killed: 1 });
    expect(system.clock.pending).toBe(0);
  });

  test("whose intensity is exceeded ends as a failure of its own", async () => {
    await using system = new TestSystem();
    const failing = noted([]);
    const seen: ExitReason[] = [];
    const parent = actor({
      state: (_: undefined, context) => {
        const spec = supervisor({ intensity: { restarts: 0, withinMs: 1 }, children: { only: child(failing) } });
        const top = context.own(context.supervise(spec));
        void top.exited.then((reason) => seen.push(reason));
        return top;
      },
      on: { child: ({ state }) => state.child("only") },
    });
    using address = system.spawn(parent, { name: "parent" });
    using only = await address.ask({ type: "child" });
    expect(only.path).toMatch(/^\/parent\/supervisor-\d+\/only$/);
    only.tell({ type: "fail" });
    await quiet();
    expect(seen).toEqual([{ kind: "panicked", error: BAD, message: { type: "fail" } }]);
    expect(await isPending(address.exited)).toBe(true);
  });

  test("starts a child in its backoff anew while the others work", async () => {
    const { system, top } = await family({ backoff: { jitter: 0 } });
    await using _ = system;
    using a = top.child("a");
    using b = top.child("b");
    for (const _ of numbers(2)) a.tell({ type: "fail" });
    const asked = a.ask({ type: "get" });
    await quiet();
    expect(await b.ask({ type: "get" })).toBe(1);
    expect(await isPending(asked)).toBe(true);
    await system.advance(100);
    expect(await asked).toBe(3);
    top.drop();
  });
});

describe("the end of a supervisor", () => {
  test.each(["drop", "stop", "drain"] as const)("by %s stops its children in reverse, hooks awaited", async (end) => {
    const { system, top, steps } = await family();
    await using _ = system;
    steps.length = 0;
    if (end === "drop") top.drop();
    else void system[end](top);
    const reason = await top.exited;
    expect(reason).toEqual({ kind: end === "drop" ? "normal" : "shutdown" });
    expect(steps).toEqual(["c", "b", "a"].map((id) => `stopped ${top.path}/${id} shutdown`));
  });

  test("by its last drop lets each child handle what is queued, in reverse", async () => {
    const { system, top, steps } = await family();
    await using _ = system;
    const addresses = (["a", "b", "c"] as const).map((id) => top.child(id));
    steps.length = 0;
    const clone = top.clone();
    top.drop();
    for (const address of addresses) address.tell({ type: "put" });
    await quiet();
    expect(steps).toHaveLength(3);
    for (const address of addresses) address.tell({ type: "put" });
    clone.drop();
    expect(await top.exited).toEqual({ kind: "normal" });
    const ends = steps.slice(3).filter((step) => step.startsWith("stopped"));
    expect(ends).toEqual(["c", "b", "a"].map((id) => `stopped ${top.path}/${id} shutdown`));
    expect(steps.filter((step) => step.startsWith("put"))).toHaveLength(6);
    expect(system.ledger()).toMatchObject({ accepted: 6, handled: 6 });
  });

  test("kills a child that drains longer than its shutdownMs, and goes on with the others", async () => {
    const { system, top } = await family({ shutdownMs: 100 });
    await using _ = system;
    using a = top.child("a");
    using b = top.child("b");
    using c = top.child("c");
    b.tell({ type: "hold" });
    a.tell({ type: "put" });
    await quiet();
    b.tell({ type: "put" });
    top.drop();
    await quiet();
    expect(await c.exited).toEqual({ kind: "shutdown" });
    await system.advance(99);
    expect(await isPending(b.exited)).toBe(true);
    expect(await isPending(a.exited)).toBe(true);
    await system.advance(1);
    expect(await b.exited).toEqual({ kind: "killed" });
    expect(await a.exited).toEqual({ kind: "shutdown" });
    expect(await top.exited).toEqual({ kind: "normal" });
    expect(system.ledger().deadLettered).toEqual({ killed: 1, stopped: 1 });
  });

  test("by stop makes dead letters of what its children have queued", async () => {
    const { system, top } = await family();
    await using _ = system;
    using c = top.child("c");
    c.tell({ type: "put" });
    await system.stop(top);
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
  });

  test("by kill kills its children without their hooks", async () => {
    const { system, top, steps } = await family();
    await using _ = system;
    using a = top.child("a");
    steps.length = 0;
    await system.kill(top, { restart: false });
    expect(await top.exited).toEqual({ kind: "killed" });
    expect(await a.exited).toEqual({ kind: "killed" });
    expect(steps).toEqual([]);
  });

  test("is not restarted by kill", async () => {
    const { system, top } = await family();
    await using _ = system;
    await system.kill(top);
    expect(await top.exited).toEqual({ kind: "killed" });
  });

  test("before it has started ends the children it has not begun", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({ state: () => open.promise, on: { put: () => {} } });
    const top = system.supervise(supervisor({ children: { a: child(slow), b: child(slow) } }));
    using b = top.child("b");
    b.tell({ type: "put" });
    await quiet();
    await system.kill(top);
    expect(await b.exited).toMatchObject({ kind: "killed" });
    expect(await rejection(b.started)).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
    expect(system.lookup(b.path)).toBeUndefined();
    top.drop();
  });

  test("awaits the start that is under way, and then drains", async () => {
    await using system = new TestSystem();
    const open = gate();
    const steps: string[] = [];
    const slow = actor({ state: () => open.promise, on: { put: () => steps.push("put") } });
    const top = system.supervise(supervisor({ children: { a: child(slow), b: child(slow) } }));
    using b = top.child("b");
    b.tell({ type: "put" });
    await quiet();
    top.drop();
    expect(await isPending(top.exited)).toBe(true);
    open.open();
    expect(await top.exited).toEqual({ kind: "normal" });
    expect(steps).toEqual(["put"]);
  });
});

describe("a supervisor of which a child cannot start", () => {
  test("stops the started ones in reverse, begins no other, and fails", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const good = noted(steps);
    const broken = actor({
      state: () => {
        throw BAD;
      },
      on: { put: () => {} },
    });
    const children = { a: child(good), b: child(good), broken: child(broken), late: child(good) };
    using top = system.supervise(supervisor({ children }));
    using late = top.child("late");
    late.tell({ type: "put" });
    const error = await rejection(top.started);
    expect(error).toBeInstanceOf(StartFailedError);
    expect(error).toMatchObject({ message: expect.stringContaining("Error: bad") });
    expect((error as Error).cause).toBeInstanceOf(StartFailedError);
    expect(((error as Error).cause as Error).cause).toBe(BAD);
    expect((await top.exited).kind).toBe("startFailed");
    expect(steps).toEqual([
      `started ${top.path}/a`,
      `started ${top.path}/b`,
      `stopped ${top.path}/b shutdown`,
      `stopped ${top.path}/a shutdown`,
    ]);
    expect((await late.exited).kind).toBe("shutdown");
    expect(system.ledger().deadLettered).toEqual({ startFailed: 1 });
  });
});

describe("startChild", () => {
  test("starts another child, which is restarted, listed and stopped like any other", async () => {
    const { system, top, steps, definition } = await family();
    await using _ = system;
    const late = top.startChild("late", child(definition));
    expect(await late.ask({ type: "get" })).toBe(1);
    await rejection(late.ask({ type: "fail" }));
    expect(await late.ask({ type: "get" })).toBe(2);
    late.drop();
    await quiet();
    expect(top.children().at(-1)).toEqual({ id: "late", alive: true, restarts: 1 });
    steps.length = 0;
    top.drop();
    await top.exited;
    expect(steps).toEqual(["late", "c", "b", "a"].map((id) => `stopped ${top.path}/${id} shutdown`));
  });

  test("refuses an id that is alive, and takes over one that is not", async () => {
    const { system, top, definition } = await family();
    await using _ = system;
    expect(() => top.startChild("a", child(definition))).toThrow(DuplicateNameError);
    expect(await top.terminateChild("a")).toEqual({ kind: "shutdown" });
    using again = top.startChild("a", child(definition));
    expect(await again.ask({ type: "get" })).toBe(1);
    expect(top.children().filter(({ id }) => id === "a")).toEqual([{ id: "a", alive: true, restarts: 0 }]);
    top.drop();
  });

  test("does not list a child that could not start", async () => {
    const { system, top } = await family();
    await using _ = system;
    const broken = actor({
      started: () => {
        throw BAD;
      },
      on: {},
    });
    using address = top.startChild("broken", child(broken));
    expect(await rejection(address.started)).toBeInstanceOf(StartFailedError);
    expect(top.children().map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(await isPending(top.exited)).toBe(true);
    top.drop();
  });

  test("keeps a child listed that had started before, though it could not start again", async () => {
    const { system, top } = await family();
    await using _ = system;
    const open = gate();
    const moody = actor({
      state: (_: undefined, { generation }) => (generation > 1 ? open.promise : undefined),
      on: {
        fail: () => {
          throw BAD;
        },
      },
    });
    using late = top.startChild("late", child(moody));
    late.tell({ type: "fail" });
    await quiet();
    const terminated = top.terminateChild("late");
    open.fail(BAD);
    expect((await terminated).kind).toBe("startFailed");
    expect(top.children().at(-1)).toEqual({ id: "late", alive: false, restarts: 1 });
    top.drop();
  });

  test("is refused once the supervisor has ended or is about to", async () => {
    const { system, top, definition } = await family();
    await using _ = system;
    using a = top.child("a");
    a.tell({ type: "hold" });
    await quiet();
    void system.stop(top);
    await quiet();
    expect(() => top.startChild("late", child(definition))).toThrow(SpawnRefusedError);
    await system.advance(5000);
    await top.exited;
    expect(() => top.startChild("late", child(definition))).toThrow(
      /Cannot spawn ".*\/late": its supervisor has ended/,
    );
    top.drop();
  });
});

describe("terminateChild", () => {
  test("stops a child for good after its current message, and keeps it listed", async () => {
    const { system, top, steps } = await family();
    await using _ = system;
    using a = top.child("a");
    a.tell({ type: "put" });
    a.tell({ type: "put" });
    steps.length = 0;
    expect(await top.terminateChild("a")).toEqual({ kind: "shutdown" });
    expect(await top.terminateChild("a")).toEqual({ kind: "shutdown" });
    expect(steps).toEqual([`stopped ${top.path}/a shutdown`]);
    expect(system.ledger().deadLettered).toEqual({ stopped: 2 });
    expect(top.children()[0]).toEqual({ id: "a", alive: false, restarts: 0 });
    top.drop();
  });

  test("kills a child that takes longer than its shutdownMs", async () => {
    const { system, top } = await family({ shutdownMs: 50 });
    await using _ = system;
    using a = top.child("a");
    a.tell({ type: "hold" });
    await quiet();
    const terminated = top.terminateChild("a");
    await system.advance(49);
    expect(await isPending(terminated)).toBe(true);
    await system.advance(1);
    expect(await terminated).toEqual({ kind: "killed" });
    expect(await isPending(top.exited)).toBe(true);
    top.drop();
  });

  test("makes a temporary child vanish", async () => {
    const { system, top } = await family({ restart: "temporary" });
    await using _ = system;
    await top.terminateChild("b");
    expect(top.children().map(({ id }) => id)).toEqual(["a", "c"]);
    top.drop();
  });

  test("of a child whose turn to start has not come does not fail the start", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const definition = noted(steps);
    using top = system.supervise(
      supervisor({ children: { a: child(definition), b: child(definition), c: child(definition) } }),
    );
    expect(await top.terminateChild("b")).toEqual({ kind: "shutdown" });
    await top.started;
    expect(steps).toEqual(["a", "c"].map((id) => `started ${top.path}/${id}`));
    expect(top.children().map(({ alive }) => alive)).toEqual([true, false, true]);
  });

  test("rejects for an id that is unknown, and says which are not", async () => {
    const { system, top } = await family();
    await using _ = system;
    const error = await rejection(top.terminateChild("d"));
    expect(error).toBeInstanceOf(InvalidDefinitionError);
    expect(error).toMatchObject({ message: `Supervisor "${top.path}" has no child "d"; it has: a, b, c` });
    expect(() => top.child("constructor" as "a")).toThrow(InvalidDefinitionError);
    top.drop();
  });
});

test("a dropped supervisor address throws at every use", async () => {
  const { system, top } = await family();
  await using _ = system;
  const clone = top.clone();
  top.drop();
  top.drop();
  for (const use of [
    () => top.child("a"),
    () => top.children(),
    () => top.clone(),
    () => top.startChild("x", child(noted([]))),
  ]) {
    expect(use).toThrow(UseAfterDropError);
  }
  expect(await rejection(top.terminateChild("a"))).toBeInstanceOf(UseAfterDropError);
  expect(clone.children()).toHaveLength(3);
  await top.started;
  clone[Symbol.dispose]();
  expect(await top.exited).toEqual({ kind: "normal" });
});

test("two supervisors of one specification share nothing", async () => {
  await using system = new TestSystem();
  const spec = supervisor({ intensity: { restarts: 0, withinMs: 1 }, children: { only: child(noted([])) } });
  using first = system.supervise(spec);
  using second = system.supervise(spec);
  expect(first.path).not.toBe(second.path);
  using only = first.child("only");
  only.tell({ type: "fail" });
  await first.exited;
  using other = second.child("only");
  expect(await other.ask({ type: "get" })).toBe(1);
});
