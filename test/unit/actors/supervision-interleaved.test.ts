/** Whatever is asked of a supervisor while it starts, stops or restarts its children ends, and leaves nobody behind. */
import { child, retry, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { ChildRecorder, recordedChild, supervisorOf } from "../../support/child-recorder.ts";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const OFTEN = { restarts: 100, withinMs: 1000 };
const ONCE = { restarts: 0, withinMs: 1000 };
const AT_ONCE = { backoff: { initialMs: 0 } };

/** A supervisor of `a`, of another one `sub` over `x` and `y`, and of `z`. */
function nest(recorder: ChildRecorder, strategy: "one_for_one" | "one_for_all" | "rest_for_one", intensity = OFTEN) {
  const one = (name: string) => child(recorder.definition(name), AT_ONCE);
  const sub = supervisor({ intensity, children: { x: one("x"), y: one("y") } });
  return supervisor({ strategy, intensity: OFTEN, children: { a: one("a"), sub, z: one("z") } });
}

describe("nobody is left behind", () => {
  test("below a supervisor that is killed before its turn to start has come", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    recorder.slowStart("a");
    using top = system.supervise(nest(recorder, "one_for_one"));
    using sub = supervisorOf(top, "sub");
    using x = recordedChild(sub, "x");
    x.tell({ type: "put", n: 1 });
    await quiet();
    await system.kill(top);
    expect(await x.exited).toEqual({ kind: "killed" });
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
    await system.terminated;
  });

  test("below a supervisor that is terminated before its turn to start has come", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const open = recorder.slowStart("a");
    using top = system.supervise(nest(recorder, "one_for_one"));
    using sub = supervisorOf(top, "sub");
    using x = recordedChild(sub, "x");
    await quiet();
    expect(await top.terminateChild("sub")).toEqual({ kind: "shutdown" });
    expect(await x.exited).toEqual({ kind: "shutdown" });
    open.open();
    await top.started;
    expect(recorder.done()).toEqual(["started a", "started z"]);
  });

  test.each(["stop", "kill", "drain"] as const)("below one that is held when its own is ended by %s", async (end) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(nest(recorder, "one_for_all"));
    await top.started;
    using sub = supervisorOf(top, "sub");
    using x = recordedChild(sub, "x");
    recorder.slowStart("a");
    recordedChild(top, "a").tell({ type: "fail" });
    await quiet();
    expect(recorder.takeSteps().slice(-1)).toEqual(["start a"]);
    void system[end](top);
    await quiet();
    await system.advance(5000);
    expect(await isPending(top.exited)).toBe(false);
    expect((await x.exited).kind).toBe(end === "kill" ? "killed" : "shutdown");
    await system.terminated;
  });

  test("below one that stops for a restart when it is stopped for good", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    using top = system.supervise(nest(recorder, "one_for_one", ONCE));
    await top.started;
    using sub = supervisorOf(top, "sub");
    using x = recordedChild(sub, "x");
    using y = recordedChild(sub, "y");
    const stop = recorder.slowStop("x");
    y.tell({ type: "fail" });
    await quiet();
    const terminated = top.terminateChild("sub");
    stop.open();
    expect(await terminated).toEqual({ kind: "shutdown" });
    expect(await x.exited).toEqual({ kind: "shutdown" });
    expect(await y.exited).toEqual({ kind: "shutdown" });
  });
});

describe("a supervisor that is killed with a restart", () => {
  test("while it takes its children down starts all of them again", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), AT_ONCE);
    const sub = supervisor({ intensity: ONCE, children: { x: one("x"), y: one("y"), z: one("z") } });
    using top = system.supervise(supervisor({ intensity: OFTEN, children: { sub } }));
    await top.started;
    using down = supervisorOf(top, "sub");
    recorder.slowStop("z");
    recordedChild(down, "x").tell({ type: "fail" });
    await quiet();
    recorder.takeSteps();
    await system.kill(down);
    await quiet();
    expect(recorder.done()).toEqual(["started x", "started y", "started z"]);
    for (const id of ["x", "y", "z"]) expect(await recordedChild(down, id).ask({ type: "get" })).toBe(2);
  });

  test("while a supervisor below it takes its own down starts all of them again", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), AT_ONCE);
    const leaf = supervisor({ children: { x: one("x"), y: one("y") } });
    const middle = supervisor({ intensity: ONCE, children: { leaf, z: one("z"), q: one("q") } });
    using top = system.supervise(supervisor({ intensity: OFTEN, children: { middle } }));
    await top.started;
    using down = supervisorOf(top, "middle");
    recorder.slowStop("q");
    recordedChild(down, "z").tell({ type: "fail" });
    await quiet();
    recorder.takeSteps();
    await system.kill(down);
    await quiet();
    expect(recorder.done()).toEqual(["started x", "started y", "started z", "started q"]);
  });

  test("before it has ever started leaves the children of its specification, and no others", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), AT_ONCE);
    const temporary = child(recorder.definition("x"), { restart: "temporary" });
    using top = system.supervise(
      supervisor({ children: { sub: supervisor({ children: { x: temporary, y: one("y") } }) } }),
    );
    using sub = supervisorOf(top, "sub");
    const open = recorder.slowStart("y");
    await quiet();
    recordedChild(sub, "x").tell({ type: "end" });
    using late = sub.startChild("late", one("late"));
    await quiet();
    expect(sub.children().map(({ id }) => id)).toEqual(["y", "late"]);
    await system.kill(sub);
    open.open();
    await top.started;
    expect(await late.exited).toEqual({ kind: "killed" });
    expect(sub.children().map(({ id, alive }) => `${id} ${alive}`)).toEqual(["x true", "y true"]);
  });
});

test.each(numbers(20))(
  "a group whose supervisor is killed %i steps into its restart starts in order",
  async (ticks) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), AT_ONCE);
    const sub = supervisor({ strategy: "one_for_all", children: { x: one("x"), y: one("y") } });
    using top = system.supervise(supervisor({ children: { sub } }));
    await top.started;
    using down = supervisorOf(top, "sub");
    recordedChild(down, "x").tell({ type: "fail" });
    for (const _ of numbers(ticks)) await undefined;
    void system.kill(down);
    await quiet();
    expect(recorder.done().slice(-2)).toEqual(["started x", "started y"]);
  },
);

test("a child whose kill exceeds the intensity ends its supervisor, which stops the others gently", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const one = (name: string) => child(recorder.definition(name));
  using top = system.supervise(supervisor({ intensity: ONCE, children: { a: one("a"), b: one("b") } }));
  await top.started;
  recorder.takeSteps();
  expect(await system.kill(recordedChild(top, "a"))).toEqual({ kind: "killed" });
  expect(await top.exited).toEqual({ kind: "killed" });
  expect(recorder.done()).toEqual(["stopped b"]);
});

test("children are stopped in reverse order of their last start, not of their making", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const one = (name: string) => child(recorder.definition(name), { ...AT_ONCE, restart: "transient" });
  using top = system.supervise(
    supervisor({ strategy: "one_for_all", children: { a: one("a"), b: one("b"), c: one("c") } }),
  );
  await top.started;
  recordedChild(top, "b").tell({ type: "end" });
  await quiet();
  recordedChild(top, "c").tell({ type: "fail" });
  await quiet();
  recorder.takeSteps();
  await system.stop(top);
  expect(recorder.done()).toEqual(["stopped c", "stopped b", "stopped a"]);
});

describe("a child that had ended normally and comes back with its group", () => {
  test("is tried again when it fails to start, and each try counts", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { ...AT_ONCE, restart: "transient" });
    using top = system.supervise(
      supervisor({
        strategy: "rest_for_one",
        intensity: { restarts: 3, withinMs: 1000 },
        children: { a: one("a"), b: one("b"), c: one("c") },
      }),
    );
    await top.started;
    recordedChild(top, "b").tell({ type: "end" });
    await quiet();
    recorder.takeSteps();
    recorder.failing.set("b", 2);
    recordedChild(top, "a").tell({ type: "fail" });
    await quiet();
    const starts = ["start a", "started a", "start b", "start b", "start b", "started b", "start c", "started c"];
    expect(recorder.takeSteps().slice(-starts.length)).toEqual(starts);
    recordedChild(top, "a").tell({ type: "fail" });
    expect((await top.exited).kind).toBe("panicked");
  });
});

test("startChild before the supervisor has begun waits for its turn, and its failure fails nobody else", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  recorder.failing.set("late", 1);
  using top = system.supervise(supervisor({ children: { a: child(recorder.definition("a")) } }));
  using late = top.startChild("late", child(recorder.definition("late")));
  using later = top.startChild("later", child(recorder.definition("later")));
  await top.started;
  expect(await later.ask({ type: "get" })).toBe(1);
  expect(await late.exited).toMatchObject({ kind: "startFailed" });
  expect(recorder.takeSteps()).toEqual(["start a", "started a", "start late", "start later", "started later"]);
  expect(top.children().map(({ id }) => id)).toEqual(["a", "later"]);
});

test("a child that exceeds the intensity while its supervisor starts keeps its addresses", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const one = (name: string) => child(recorder.definition(name), AT_ONCE);
  const sub = supervisor({ intensity: ONCE, children: { x: one("x"), y: one("y") } });
  using top = system.supervise(supervisor({ children: { sub } }));
  using down = supervisorOf(top, "sub");
  using x = recordedChild(down, "x");
  const open = recorder.slowStart("y");
  await quiet();
  x.tell({ type: "fail" });
  await quiet();
  open.open();
  await top.started;
  expect(await x.ask({ type: "get" })).toBe(2);
});

test("an ask that was given up while it was handled is not retried", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const definition = recorder.definition("a");
  using a = system.spawn(definition, { poison: retry(3), ...AT_ONCE });
  const held = recorder.waitOf("a");
  const controller = new AbortController();
  const asked = a.ask({ type: "hold" }, { signal: controller.signal });
  await quiet();
  controller.abort(new Error("enough"));
  expect(await rejection(asked)).toEqual(new Error("enough"));
  held.fail(new Error("aborted"));
  expect(await a.ask({ type: "get" })).toBe(2);
  expect(system.ledger(a)).toMatchObject({ accepted: 2, panicked: 1, handled: 1, queued: 0 });
});

describe("terminateChild of a supervisor of which a child does not finish its start", () => {
  test("kills that child after its shutdownMs", async () => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { shutdownMs: 50 });
    recorder.slowStart("x");
    using top = system.supervise(
      supervisor({ children: { sub: supervisor({ children: { x: one("x"), y: one("y") } }), z: one("z") } }),
    );
    using x = recordedChild(supervisorOf(top, "sub"), "x");
    await quiet();
    const { started } = supervisorOf(top, "sub");
    const terminated = top.terminateChild("sub");
    await quiet();
    await system.advance(49);
    expect(await isPending(terminated)).toBe(true);
    await system.advance(1);
    expect(await isPending(terminated)).toBe(false);
    expect(await rejection(started)).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(await x.exited).toEqual({ kind: "shutdown" });
    await top.started;
    expect(recorder.takeSteps()).toEqual(["start x", "start z", "started z"]);
  });
});

test("a draining child in its backoff whose messages are given up with its supervisor is accounted for", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const sub = supervisor({
    intensity: { restarts: 2, withinMs: 1000 },
    children: { x: child(recorder.definition("x")), y: child(recorder.definition("y")) },
  });
  using top = system.supervise(supervisor({ children: { sub } }));
  await top.started;
  using down = supervisorOf(top, "sub");
  using x = recordedChild(down, "x");
  using y = recordedChild(down, "y");
  for (const _ of numbers(2)) x.tell({ type: "fail" });
  x.tell({ type: "put", n: 1 });
  await quiet();
  expect(system.ledger(x).queued).toBe(1);
  void system.drain(x);
  y.tell({ type: "fail" });
  await quiet();
  expect(await x.exited).toEqual({ kind: "shutdown" });
  expect(await y.ask({ type: "get" })).toBe(2);
  const { accepted, panicked, handled, deadLettered } = system.ledger();
  expect({ accepted, panicked, handled, deadLettered }).toEqual({
    accepted: 5,
    panicked: 3,
    handled: 1,
    deadLettered: { intensityExceeded: 1 },
  });
});

describe("a group that waits for one of its children to finish its message", () => {
  async function waiting() {
    const system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { backoff: { jitter: 0 } });
    const children = { x: one("x"), y: one("y"), z: one("z") };
    const sub = supervisor({ strategy: "one_for_all", intensity: OFTEN, children });
    const top = system.supervise(supervisor({ intensity: OFTEN, children: { sub } }));
    await top.started;
    const down = supervisorOf(top, "sub");
    const player = (id: string) => recordedChild(down, id);
    player("x").tell({ type: "fail" });
    await quiet();
    player("z").tell({ type: "hold" });
    await quiet();
    recorder.takeSteps();
    player("x").tell({ type: "fail" }); // the second time, after which it waits 100 ms
    await quiet();
    return { system, stage: recorder, top, down, player };
  }

  test("forgets what it had to do when its supervisor is killed and begins anew", async () => {
    const { system, stage: recorder, top, down, player } = await waiting();
    await using _ = system;
    await system.kill(down);
    await quiet();
    const everybody = ["started x", "started y", "started z"];
    expect(recorder.done()).toEqual(["stopped x", ...everybody]);
    player("y").tell({ type: "fail" }); // the first time, after which it does not wait
    await quiet();
    expect(recorder.done().slice(3)).toEqual(everybody);
    top.drop();
  });

  test("starts nobody again when its supervisor is stopped", async () => {
    const { system, stage: recorder, down, top } = await waiting();
    await using _ = system;
    const stopped = system.stop(down);
    await quiet();
    recorder.waitOf("z").open();
    expect(await stopped).toEqual({ kind: "shutdown" });
    await system.advance(100);
    expect(recorder.takeSteps().filter((step) => step.startsWith("start"))).toEqual([]);
    top.drop();
  });

  test("starts the others again when the one that failed is replaced meanwhile", async () => {
    const { system, stage: recorder, down, top } = await waiting();
    await using _ = system;
    await down.terminateChild("x");
    using again = down.startChild("x", child(recorder.definition("x")));
    await quiet();
    recorder.waitOf("z").open();
    await system.advance(100);
    await system.advance(100);
    expect(await again.ask({ type: "get" })).toBeGreaterThan(0);
    for (const id of ["y", "z"]) expect(await recordedChild(down, id).ask({ type: "get" })).toBe(3);
    top.drop();
  });

  test("waits as long as the one that has to wait longest", async () => {
    const { system, stage: recorder, top, player } = await waiting();
    await using _ = system;
    player("y").tell({ type: "fail" }); // meanwhile, and for the first time
    await quiet();
    recorder.waitOf("z").open();
    await quiet();
    await system.advance(99);
    expect(recorder.done()).toEqual(["stopped x", "stopped y", "stopped z"]);
    await system.advance(1);
    expect(recorder.done()).toEqual(["started x", "started y", "started z"]);
    top.drop();
  });
});

test("a supervisor that is taken down while it starts starts all of its children when it begins again", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const one = (name: string) => child(recorder.definition(name), { ...AT_ONCE, shutdownMs: 50 });
  const low = supervisor({ intensity: ONCE, children: { x: one("x"), y: one("y") } });
  const middle = supervisor({ intensity: { restarts: 1, withinMs: 1000 }, children: { low, z: one("z") } });
  using top = system.supervise(supervisor({ intensity: OFTEN, children: { middle } }));
  await top.started;
  using between = supervisorOf(top, "middle");
  recorder.slowStart("x");
  recordedChild(supervisorOf(between, "low"), "y").tell({ type: "fail" });
  await quiet();
  recordedChild(between, "z").tell({ type: "fail" });
  await quiet();
  recorder.slowStart("x").open();
  recorder.takeSteps();
  await system.advance(50);
  expect(recorder.takeSteps()).toEqual(["start x", "started x", "start y", "started y", "start z", "started z"]);
});

test.each(numbers(16))("a child that is killed %i steps into the start of its supervisor comes back", async (ticks) => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const one = (name: string) => child(recorder.definition(name), AT_ONCE);
  const sub = supervisor({ intensity: ONCE, children: { x: one("x"), y: one("y") } });
  using top = system.supervise(supervisor({ intensity: OFTEN, children: { sub } }));
  using x = recordedChild(supervisorOf(top, "sub"), "x");
  for (const _ of numbers(ticks)) await undefined;
  await system.kill(x);
  await quiet();
  for (const id of ["x", "y"]) {
    expect(await recordedChild(supervisorOf(top, "sub"), id).ask({ type: "get" })).toBeGreaterThan(0);
  }
});

test.each(["one_for_all", "rest_for_one"] as const)(
  "%s leaves those dead that were ended on purpose",
  async (strategy) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), AT_ONCE);
    const children = { a: one("a"), b: one("b"), c: one("c"), d: one("d"), e: one("e") };
    using top = system.supervise(supervisor({ strategy, children }));
    await top.started;
    await top.terminateChild("b");
    await system.kill(recordedChild(top, "c"), { restart: false });
    await system.stop(recordedChild(top, "d"));
    recorder.takeSteps();
    recordedChild(top, "a").tell({ type: "fail" });
    await quiet();
    expect(recorder.done()).toEqual(["stopped a", "stopped e", "started a", "started e"]);
    expect(top.children().map(({ alive }) => alive)).toEqual([true, false, false, false, true]);
  },
);

test("a poison that exceeds the intensity counts as panicked, though it might have been retried", async () => {
  await using system = new TestSystem();
  const recorder = new ChildRecorder();
  const x = child(recorder.definition("x"), { ...AT_ONCE, poison: retry(3) });
  using top = system.supervise(supervisor({ children: { sub: supervisor({ intensity: ONCE, children: { x } }) } }));
  await top.started;
  using player = recordedChild(supervisorOf(top, "sub"), "x");
  player.tell({ type: "fail" });
  await quiet();
  expect(await player.ask({ type: "get" })).toBe(2);
  expect(system.ledger(player)).toMatchObject({ accepted: 2, handled: 1, panicked: 1, deadLettered: {} });
});
