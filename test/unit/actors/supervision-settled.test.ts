/** The questions about supervision that the design settles; each test is named after its sentence. */
import type { ExitReason } from "@pneumatic/actors";
import {
  ActorPanickedError,
  ActorStoppedError,
  actor,
  child,
  DuplicateNameError,
  retry,
  supervisor,
} from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import type { RecordedChild } from "../../support/child-recorder.ts";
import { BAD, ChildRecorder, recordedChild, supervisorOf } from "../../support/child-recorder.ts";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const AT_ONCE = { backoff: { initialMs: 0 } };
const NO_TIMEOUT = { timeout: Number.POSITIVE_INFINITY };

/** A supervisor of supervisors, three levels deep: `/top/middle/low/x`, each with a neighbour. */
function tower(recorder: ChildRecorder, restarts: { low: number; middle: number; top: number }) {
  const one = (name: string) => child(recorder.definition(name), AT_ONCE);
  const within = (count: number) => ({ restarts: count, withinMs: 1000 });
  const low = supervisor({ intensity: within(restarts.low), children: { x: one("x"), y: one("y") } });
  const middle = supervisor({ intensity: within(restarts.middle), children: { low, z: one("z") } });
  return supervisor({ intensity: within(restarts.top), children: { middle, q: one("q") } });
}

describe("a supervisor whose intensity is exceeded ends as a failure for its own parent", () => {
  test.each([
    { restarts: { low: 1, middle: 1, top: 1 }, fails: 1, again: "x" },
    { restarts: { low: 1, middle: 1, top: 1 }, fails: 2, again: "x y" },
    { restarts: { low: 0, middle: 0, top: 1 }, fails: 1, again: "x y z" },
    { restarts: { low: 0, middle: 0, top: 0 }, fails: 1, again: "" },
  ])("with $restarts after $fails failures: $again starts again", async ({ restarts, fails, again }) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(tower(recorder, restarts), { name: "top" });
    await top.started;
    using low = supervisorOf(supervisorOf(top, "middle"), "low");
    using x = recordedChild(low, "x");
    for (const _ of numbers(fails)) {
      recorder.takeSteps();
      await rejection(x.ask({ type: "fail" }));
      await quiet();
    }
    expect(recorder.done().filter((step) => step.startsWith("started"))).toEqual(
      again
        .split(" ")
        .filter(Boolean)
        .map((name) => `started ${name}`),
    );
    const panicked: ExitReason = { kind: "panicked", error: BAD, message: { type: "fail" } };
    if (again === "") expect(await top.exited).toEqual(panicked);
    else expect(await x.ask({ type: "get" })).toBe(1 + fails);
    expect(await isPending(low.exited)).toBe(again !== "");
    if (again === "") expect(await low.exited).toEqual(panicked);
  });
});

describe("a supervisor restarted by its parent: its static children come back, dynamic ones are gone", () => {
  test("under the same addresses with empty queues", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(tower(recorder, { low: 0, middle: 1, top: 1 }));
    await top.started;
    using low = supervisorOf(supervisorOf(top, "middle"), "low");
    using x = recordedChild(low, "x");
    using y = recordedChild(low, "y");
    using late = low.startChild("late", child(recorder.definition("late")));
    y.tell({ type: "hold" });
    await quiet();
    recorder.takeSteps();
    const asked = y.ask({ type: "get" }, NO_TIMEOUT);
    x.tell({ type: "fail" });
    x.tell({ type: "put", n: 1 });
    y.tell({ type: "put", n: 1 });
    late.tell({ type: "hold" });
    await quiet();
    late.tell({ type: "put", n: 1 });
    recorder.waitOf("late").open();
    await quiet();
    recorder.waitOf("y").open();
    expect(await rejection(asked)).toBeInstanceOf(ActorStoppedError);
    await quiet();
    expect(await late.exited).toEqual({ kind: "shutdown" });
    expect(low.children()).toEqual([
      { id: "x", alive: true, restarts: 1 },
      { id: "y", alive: true, restarts: 1 },
    ]);
    expect(system.ledger().deadLettered).toEqual({ intensityExceeded: 4 });
    for (const address of [x, y]) expect(await address.ask({ type: "get" })).toBe(2);
    expect(recorder.takeSteps().filter((step) => step.startsWith("put"))).toEqual([]);
  });

  test("with a window of its own that begins anew", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(tower(recorder, { low: 1, middle: 2, top: 0 }));
    await top.started;
    using x = recordedChild(supervisorOf(supervisorOf(top, "middle"), "low"), "x");
    for (const _ of numbers(5)) {
      await rejection(x.ask({ type: "fail" }));
      await quiet();
      await system.advance(120); // the backoff of a supervisor is the default one
    }
    expect(await x.ask({ type: "get" })).toBe(6);
    x.tell({ type: "fail" });
    expect((await top.exited).kind).toBe("panicked");
  });

  test("also one that was terminated, one that ended normally and a temporary one", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const sub = supervisor({
      intensity: { restarts: 0, withinMs: 1000 },
      children: {
        x: child(recorder.definition("x")),
        y: child(recorder.definition("y"), { restart: "transient" }),
        z: child(recorder.definition("z"), { restart: "temporary" }),
        q: child(recorder.definition("q")),
      },
    });
    using top = system.supervise(supervisor({ children: { sub } }));
    await top.started;
    using down = supervisorOf(top, "sub");
    await down.terminateChild("x");
    for (const id of ["y", "z"]) recordedChild(down, id).tell({ type: "end" });
    await quiet();
    expect(down.children().map(({ id, alive }) => `${id} ${alive}`)).toEqual(["x false", "y false", "q true"]);
    expect(() => down.startChild("q", child(recorder.definition("q")))).toThrow(DuplicateNameError);
    recorder.takeSteps();
    recordedChild(down, "q").tell({ type: "fail" });
    await quiet();
    expect(recorder.done().slice(-4)).toEqual(["started x", "started y", "started z", "started q"]);
    expect(down.children().map(({ id, alive }) => `${id} ${alive}`)).toEqual(
      ["x", "y", "z", "q"].map((id) => `${id} true`),
    );
    recorder.takeSteps();
    await system.stop(top);
    expect(recorder.done()).toEqual(["stopped q", "stopped z", "stopped y", "stopped x"]);
  });
});

describe("a start that fails while a supervisor is restarted", () => {
  test("fails that restart, which is tried again and counts for its parent", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(tower(recorder, { low: 0, middle: 3, top: 0 }));
    await top.started;
    using x = recordedChild(supervisorOf(supervisorOf(top, "middle"), "low"), "x");
    recorder.failing.set("y", 2);
    recorder.takeSteps();
    x.tell({ type: "fail" });
    const asked = x.ask({ type: "get" }, NO_TIMEOUT);
    expect(await rejection(asked)).toBeInstanceOf(ActorStoppedError);
    for (const _ of numbers(3)) await system.advance(300);
    expect(await x.ask({ type: "get" })).toBe(4);
    expect(recorder.takeSteps().filter((step) => step.startsWith("started"))).toEqual([
      ...["started x", "started x", "started x", "started y"],
    ]);
  });
});

describe("siblings of a group are stopped within their shutdownMs", () => {
  test.each(["one_for_all", "rest_for_one"] as const)("then killed, under %s", async (strategy) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { shutdownMs: 50 });
    using top = system.supervise(supervisor({ strategy, children: { a: one("a"), b: one("b"), c: one("c") } }));
    await top.started;
    using b = recordedChild(top, "b");
    b.tell({ type: "hold" });
    for (const n of numbers(2)) b.tell({ type: "put", n });
    await quiet();
    recorder.takeSteps();
    recordedChild(top, "a").tell({ type: "fail" });
    await quiet();
    await system.advance(49);
    expect(recorder.done()).toEqual(["stopped a", "stopped c"]);
    await system.advance(1);
    expect(recorder.done().slice(0, 3)).toEqual(["started a", "started b", "put b 0"]);
    expect(system.ledger().deadLettered).toEqual({ killed: 1 });
    expect(system.clock.pending).toBe(0);
    await system.kill(top);
  });
});

describe("the backoff of a group", () => {
  test.each([
    { random: 0.5, ms: 100 },
    { random: 0, ms: 80 },
    { random: 0.75, ms: 110 },
  ])("is $ms ms before its second restart at a chance of $random", async ({ random, ms }) => {
    await using system = new TestSystem({ random: () => random });
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name));
    using top = system.supervise(supervisor({ strategy: "one_for_all", children: { a: one("a"), b: one("b") } }));
    await top.started;
    using b = recordedChild(top, "b");
    for (const _ of numbers(2)) b.tell({ type: "fail" });
    await quiet();
    recorder.takeSteps();
    await system.advance(Math.ceil(ms) - 1);
    expect(recorder.takeSteps()).toEqual([]);
    await system.advance(2);
    expect(recorder.done()).toEqual(["started a", "started b"]);
  });
});

test("last address of a supervisor dropped: children drain in reverse start order within `shutdownMs`, then stop", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const top = system.supervise(tower(recorder, { low: 0, middle: 0, top: 0 }));
  await top.started;
  using middle = supervisorOf(top, "middle");
  using x = recordedChild(supervisorOf(middle, "low"), "x");
  using z = recordedChild(middle, "z");
  for (const each of [x, z]) each.tell({ type: "hold" });
  await quiet();
  for (const each of [x, z]) each.tell({ type: "put", n: 1 });
  recorder.takeSteps();
  top.drop();
  await quiet();
  expect(recorder.done()).toEqual(["stopped q"]);
  recorder.waitOf("z").open();
  await quiet();
  expect(recorder.done()).toEqual(["put z 1", "stopped z", "stopped y"]);
  await system.advance(5000);
  expect(await x.exited).toEqual({ kind: "killed" });
  expect(await top.exited).toEqual({ kind: "normal" });
  expect(system.ledger().deadLettered).toEqual({ killed: 1, stopped: 1 });
});

describe("retry(n)", () => {
  const FAIL = { type: "fail" } as const;
  async function retried(options: object = {}) {
    const system = new TestSystem();
    const recorder = new ChildRecorder();
    const address = system.spawn(recorder.definition("a"), { poison: retry(2), ...AT_ONCE, ...options });
    await quiet();
    return { system, stage: recorder, address };
  }

  test("keeps its place at the head and is one message in the ledger", async () => {
    const { system, stage: recorder, address } = await retried({ backoff: { jitter: 0 } });
    await using _ = system;
    const asked = address.ask(FAIL, NO_TIMEOUT);
    address.tell({ type: "put", n: 1 });
    await quiet();
    expect(await isPending(asked)).toBe(true);
    expect(system.ledger(address)).toMatchObject({ accepted: 2, queued: 2, panicked: 0 });
    await system.advance(100);
    const error = await rejection(asked);
    expect(error).toBeInstanceOf(ActorPanickedError);
    expect(error).toMatchObject({ cause: BAD });
    await system.advance(200);
    expect(recorder.done().filter((step) => /^(started|put)/.test(step))).toEqual([
      ...["started a", "started a", "started a", "started a", "put a 1"],
    ]);
    expect(system.ledger(address)).toMatchObject({ accepted: 2, handled: 1, panicked: 1, queued: 0, deadLettered: {} });
    address.drop();
  });

  test.each(["aborted", "timed out"] as const)("an ask that was %s between attempts is expired", async (how) => {
    const { system, stage: recorder, address } = await retried({ backoff: { jitter: 0 } });
    await using _ = system;
    const controller = new AbortController();
    const options = how === "aborted" ? { ...NO_TIMEOUT, signal: controller.signal } : { timeout: 50 };
    const asked = address.ask(FAIL, options);
    address.tell({ type: "put", n: 1 });
    await quiet();
    controller.abort(new Error("enough"));
    const error = rejection(asked);
    await system.advance(50);
    expect((await error) as Error).toMatchObject(
      how === "aborted" ? { message: "enough" } : { code: "ERR_ACTOR_ASK_TIMEOUT" },
    );
    expect(system.ledger(address)).toMatchObject({ accepted: 2, expired: 1, queued: 1 });
    await system.advance(50);
    expect(recorder.done().at(-1)).toBe("put a 1");
    expect(system.ledger(address)).toMatchObject({ accepted: 2, expired: 1, handled: 1, panicked: 0 });
    address.drop();
  });

  test("on a temporary actor gives the message up", async () => {
    const { system, address } = await retried({ restart: "temporary" });
    await using _ = system;
    expect(await rejection(address.ask(FAIL))).toBeInstanceOf(ActorPanickedError);
    expect((await address.exited).kind).toBe("panicked");
    expect(system.ledger()).toMatchObject({ accepted: 1, panicked: 1, deadLettered: {} });
    address.drop();
  });

  test("on a draining actor goes on to the last attempt", async () => {
    const { system, stage: recorder, address } = await retried();
    await using _ = system;
    address.tell(FAIL);
    address.drop();
    expect((await address.exited).kind).toBe("panicked");
    expect(recorder.done().filter((step) => step === "started a")).toHaveLength(3);
    expect(system.ledger()).toMatchObject({ accepted: 1, panicked: 1, deadLettered: {} });
  });

  test("under an exceeded intensity gives the message up as panicked", async () => {
    const { system, address } = await retried({ intensity: { restarts: 1, withinMs: 1000 } });
    await using _ = system;
    address.tell(FAIL);
    address.tell({ type: "put", n: 1 });
    expect((await address.exited).kind).toBe("panicked");
    expect(system.ledger()).toMatchObject({ accepted: 2, panicked: 1, deadLettered: { intensityExceeded: 1 } });
    address.drop();
  });

  test.each([
    { how: "kill", letters: { stopped: 1 } },
    { how: "stop", letters: { stopped: 1 } },
  ] as const)("between two attempts ended by $how makes a dead letter of it", async ({ how, letters }) => {
    const { system, address } = await retried({ backoff: { jitter: 0 }, poison: retry(3) });
    await using _ = system;
    const asked = address.ask(FAIL, NO_TIMEOUT);
    await quiet();
    void (how === "kill" ? system.kill(address, { restart: false }) : system.stop(address));
    expect(await rejection(asked)).toBeInstanceOf(ActorStoppedError);
    expect(system.ledger()).toMatchObject({ accepted: 1, panicked: 0, deadLettered: letters });
    address.drop();
  });

  test("in a group is handled again as soon as its actor has started", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { ...AT_ONCE, poison: retry(1) });
    using top = system.supervise(supervisor({ strategy: "one_for_all", children: { a: one("a"), b: one("b") } }));
    await top.started;
    using a = recordedChild(top, "a");
    using b = recordedChild(top, "b");
    for (const each of [a, b]) each.tell({ type: "put", n: 0 });
    recorder.takeSteps();
    const asked = a.ask(FAIL, NO_TIMEOUT);
    for (const each of [a, b]) each.tell({ type: "put", n: 1 });
    expect(await rejection(asked)).toBeInstanceOf(ActorPanickedError);
    await quiet();
    expect(recorder.takeSteps().filter((step) => step.startsWith("put"))).toEqual([
      "put a 0",
      "put b 0",
      "put b 1",
      "put a 1",
    ]);
    expect(await a.ask({ type: "get" })).toBe(3);
    expect(await b.ask({ type: "get" })).toBe(2); // it had not started again when the last attempt failed
    expect(system.ledger()).toMatchObject({ accepted: 7, handled: 6, panicked: 1, deadLettered: {} });
  });
});

test.each(["one_for_one", "one_for_all"] as const)("quarantine keeps message and error, under %s", async (strategy) => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  using top = system.supervise(
    supervisor({
      strategy,
      children: { a: child(recorder.definition("a"), { poison: "quarantine" }), b: child(recorder.definition("b")) },
    }),
  );
  using a = recordedChild(top, "a");
  expect(await rejection(a.ask({ type: "fail" }))).toBeInstanceOf(ActorPanickedError);
  expect(system.deadLetters()).toMatchObject([
    { message: { type: "fail" }, reason: "quarantined", to: a.path, error: BAD },
  ]);
  expect(await a.ask({ type: "get" })).toBe(2);
  expect(system.ledger()).toMatchObject({ accepted: 2, panicked: 1, handled: 1, deadLettered: {} });
});

test("an address in a quarantined message that its handler has sent on is not dropped with it", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const kept: RecordedChild[] = [];
  const carrier = actor({
    on: {
      carry: (_, { player }: { player: RecordedChild }) => {
        kept.push(player);
        throw BAD;
      },
      unknown: () => {},
    },
  });
  using address = system.spawn(carrier, { poison: "quarantine" });
  using player = system.spawn(recorder.definition("a"));
  address.tell({ type: "carry", player: player.clone() });
  await quiet();
  await system.stop(address);
  for (const _ of numbers(1000)) address.tell({ type: "unknown" });
  expect(system.deadLetters().every(({ reason }) => reason === "stopped")).toBe(true);
  expect(await kept[0]?.ask({ type: "get" })).toBe(1);
  kept[0]?.drop();
});

test("the signal of an ask is aborted with the attempt that failed, and the next attempt has one of its own", async () => {
  await using system = new TestSystem();
  const signals: AbortSignal[] = [];
  const flaky = actor({
    on: {
      work: ({ signal, attempt }) => {
        signals.push(signal);
        if (attempt === 1) throw BAD;
        return signal.aborted;
      },
    },
  });
  using address = system.spawn(flaky, { poison: retry(1) });
  expect(await address.ask({ type: "work" })).toBe(false);
  expect(signals.map(({ reason }) => reason)).toEqual([BAD, undefined]);
});

test("a dynamic child that exceeds the intensity of its supervisor ends with its own reason", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  using top = system.supervise(tower(recorder, { low: 0, middle: 1, top: 1 }));
  await top.started;
  using low = supervisorOf(supervisorOf(top, "middle"), "low");
  using late = low.startChild("late", child(recorder.definition("late")));
  late.tell({ type: "fail" });
  expect(await late.exited).toEqual({ kind: "panicked", error: BAD, message: { type: "fail" } });
  await quiet();
  expect(low.children().map(({ id, alive }) => `${id} ${alive}`)).toEqual(["x true", "y true"]);
});
