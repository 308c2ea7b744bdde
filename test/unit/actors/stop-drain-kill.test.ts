/** The three ways to end an actor from outside, at every moment of its life. */
import type { Address, ExitReason, ProtocolOf } from "@pneumatic/actors";
import { AskTimeoutError, actor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const SHUTDOWN: ExitReason = { kind: "shutdown" };
const KILLED: ExitReason = { kind: "killed" };
const BAD = new Error("bad");
const ENDS = ["stop", "drain", "kill"] as const;
type End = (typeof ENDS)[number];

/** Waits at the gates that a test hands it; notes everything it does. */
class Life {
  readonly steps: string[] = [];
  readonly start = gate();
  readonly message = gate();
  readonly hook = gate();

  readonly definition = actor({
    state: (_: undefined, { generation }) => {
      this.steps.push(`state ${generation}`);
      return this.start.promise;
    },
    on: {
      work: async () => {
        this.steps.push("work");
        await this.message.promise;
        this.steps.push("worked");
      },
      put: (_, { n }: { n: number }) => {
        this.steps.push(`put ${n}`);
      },
      fail: () => {
        throw BAD;
      },
    },
    stopped: async (_, reason) => {
      this.steps.push(`stopping ${reason.kind}`);
      await this.hook.promise;
      this.steps.push("stopped");
    },
  });
}

type LifeAddress = Address<ProtocolOf<Life["definition"]>>;

interface Scene {
  readonly system: TestSystem;
  readonly life: Life;
  readonly address: LifeAddress;
}

function begin(options: object = {}): Scene {
  const system = new TestSystem();
  const life = new Life();
  return { system, life, address: system.spawn(life.definition, { name: "life", ...options }) };
}

function end({ system, address }: Scene, by: End): Promise<ExitReason> {
  return by === "kill" ? system.kill(address, { restart: false }) : system[by](address);
}

/** The moments of a life, each as a function that makes the very moment. Each leaves two messages queued. */
const MOMENTS = {
  "before its start": async () => () => queued(begin()),
  "during its start": async () => quietly(queued(begin())),
  "while it awaits a handler": async () => {
    const scene = begin();
    scene.life.start.open();
    scene.address.tell({ type: "work" });
    return quietly(queued(scene));
  },
  "during its backoff": async () => {
    const scene = begin({ backoff: { initialMs: 100, jitter: 0 } });
    scene.life.start.open();
    scene.life.hook.open();
    for (const _ of numbers(2)) scene.address.tell({ type: "fail" });
    return quietly(queued(scene));
  },
  "during the hook before a restart": async () => {
    const scene = begin();
    scene.life.start.open();
    scene.address.tell({ type: "fail" });
    return quietly(queued(scene));
  },
  "before its turn": async () => {
    const scene = begin();
    scene.life.start.open();
    await quietly(scene);
    return () => queued(scene);
  },
} satisfies Record<string, () => Promise<() => Scene>>;

function queued(scene: Scene): Scene {
  for (const n of numbers(2)) scene.address.tell({ type: "put", n });
  return scene;
}

async function quietly(scene: Scene): Promise<() => Scene> {
  await quiet();
  scene.life.steps.length = 0;
  return () => scene;
}

function openAll({ life }: Scene): void {
  for (const each of [life.start, life.message, life.hook]) each.open();
}

/** What happens from then on, once all gates are open. */
interface Row {
  readonly moment: keyof typeof MOMENTS;
  readonly by: End;
  readonly steps: readonly string[];
  readonly reason: ExitReason;
  readonly letters: Readonly<Record<string, number>>;
}

const PUTS = ["put 0", "put 1"];
const STOPS = ["stopping shutdown", "stopped"];
const LOST = { stopped: 2 };

const TABLE: readonly Row[] = [
  { moment: "before its start", by: "stop", steps: [], reason: SHUTDOWN, letters: LOST },
  { moment: "before its start", by: "drain", steps: ["state 1", ...PUTS, ...STOPS], reason: SHUTDOWN, letters: {} },
  { moment: "before its start", by: "kill", steps: [], reason: KILLED, letters: LOST },
  { moment: "during its start", by: "stop", steps: STOPS, reason: SHUTDOWN, letters: LOST },
  { moment: "during its start", by: "drain", steps: [...PUTS, ...STOPS], reason: SHUTDOWN, letters: {} },
  { moment: "during its start", by: "kill", steps: [], reason: KILLED, letters: LOST },
  { moment: "while it awaits a handler", by: "stop", steps: ["worked", ...STOPS], reason: SHUTDOWN, letters: LOST },
  {
    moment: "while it awaits a handler",
    by: "drain",
    steps: ["worked", ...PUTS, ...STOPS],
    reason: SHUTDOWN,
    letters: {},
  },
  {
    moment: "while it awaits a handler",
    by: "kill",
    steps: ["worked"],
    reason: KILLED,
    letters: { killed: 1, stopped: 2 },
  },
  { moment: "during its backoff", by: "stop", steps: [], reason: SHUTDOWN, letters: LOST },
  { moment: "during its backoff", by: "drain", steps: ["state 3", ...PUTS, ...STOPS], reason: SHUTDOWN, letters: {} },
  { moment: "during its backoff", by: "kill", steps: [], reason: KILLED, letters: LOST },
  { moment: "during the hook before a restart", by: "stop", steps: ["stopped"], reason: SHUTDOWN, letters: LOST },
  {
    moment: "during the hook before a restart",
    by: "drain",
    steps: ["stopped", "state 2", ...PUTS, ...STOPS],
    reason: SHUTDOWN,
    letters: {},
  },
  { moment: "during the hook before a restart", by: "kill", steps: ["stopped"], reason: KILLED, letters: LOST },
  {
    moment: "before its turn",
    by: "stop",
    steps: STOPS,
    reason: SHUTDOWN,
    letters: LOST,
  },
  {
    moment: "before its turn",
    by: "drain",
    steps: [...PUTS, ...STOPS],
    reason: SHUTDOWN,
    letters: {},
  },
  { moment: "before its turn", by: "kill", steps: [], reason: KILLED, letters: LOST },
];

describe.each(TABLE)("$by $moment", ({ moment, by, steps, reason, letters }) => {
  test("ends the actor once, for its reason, without losing count", async () => {
    const scene = (await MOMENTS[moment]())();
    await using system = scene.system;
    const ended = end(scene, by);
    const again = end(scene, by);
    if (by === "kill") expect(await ended).toEqual(KILLED);
    openAll(scene);
    await quiet();
    await system.advance(200);
    expect(await ended).toEqual(reason);
    expect(await again).toEqual(reason);
    expect(await scene.address.exited).toEqual(reason);
    expect(scene.life.steps).toEqual(steps);
    expect(system.ledger().deadLettered).toEqual(letters);
    expect(system.lookup("/life")).toBeUndefined();
    expect(system.clock.pending).toBe(0);
  });
});

describe("a kill", () => {
  test("does not wait for the start, the handler or the hook", async () => {
    for (const moment of Object.values(MOMENTS)) {
      const scene = (await moment())();
      await using system = scene.system;
      expect(await system.kill(scene.address, { restart: false })).toEqual(KILLED);
      expect(await scene.address.exited).toEqual(KILLED);
    }
  });

  test("overtakes a stop that waits for the handler", async () => {
    const scene = (await MOMENTS["while it awaits a handler"]())();
    await using _ = scene.system;
    const stopped = end(scene, "stop");
    expect(await isPending(stopped)).toBe(true);
    await end(scene, "kill");
    expect(await stopped).toEqual(KILLED);
    expect(scene.life.steps).toEqual([]);
  });

  test("that is not final leaves a stop final that waits for the handler", async () => {
    const scene = (await MOMENTS["while it awaits a handler"]())();
    await using system = scene.system;
    const stopped = end(scene, "stop");
    await system.kill(scene.address);
    expect(await stopped).toEqual(KILLED);
    expect(scene.life.steps).toEqual([]);
    expect(system.ledger().deadLettered).toEqual({ killed: 1, stopped: 2 });
  });

  test("overtakes a stop that waits for the hook", async () => {
    const scene = begin();
    await using _ = scene.system;
    scene.life.start.open();
    await quiet();
    const stopped = end(scene, "stop");
    await quiet();
    expect(scene.life.steps).toEqual(["state 1", "stopping shutdown"]);
    await scene.system.kill(scene.address);
    expect(await stopped).toEqual(KILLED);
  });

  test("during the hook before a restart restarts at once when it is not final", async () => {
    const scene = (await MOMENTS["during the hook before a restart"]())();
    await using _ = scene.system;
    expect(await scene.system.kill(scene.address)).toEqual(KILLED);
    await quiet();
    expect(scene.life.steps).toEqual(["state 2", ...PUTS]);
  });

  test("during a backoff leaves it alone when it is not final", async () => {
    const scene = (await MOMENTS["during its backoff"]())();
    await using system = scene.system;
    expect(await system.kill(scene.address)).toEqual(KILLED);
    await system.advance(99);
    expect(scene.life.steps).toEqual([]);
    await system.advance(1);
    expect(scene.life.steps).toEqual(["state 3", ...PUTS]);
  });

  test("before the start begins it anew when it is not final", async () => {
    const scene = begin();
    await using _ = scene.system;
    scene.life.start.open();
    await scene.system.kill(scene.address);
    scene.address.tell({ type: "put", n: 0 });
    await scene.address.started;
    await quiet();
    expect(scene.life.steps).toEqual(["state 1", "put 0"]);
  });
});

describe("an actor that ends itself", () => {
  test("by ctx.stop() handles the current message to its end and no other", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const brief = actor({
      on: {
        end: async (context) => {
          context.stop();
          await Promise.resolve();
          steps.push("ended");
          return "reply";
        },
        put: () => steps.push("put"),
      },
    });
    using address = system.spawn(brief);
    const asked = address.ask({ type: "end" });
    address.tell({ type: "put" });
    expect(await asked).toBe("reply");
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(steps).toEqual(["ended"]);
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
  });

  test.each(ENDS)("by asking the system to %s it does so after the current message", async (by) => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const brief = actor({
      on: {
        end: (): string => {
          void (by === "kill" ? system.kill(address, { restart: false }) : system[by](address));
          steps.push("ended");
          return "reply";
        },
      },
      stopped: () => {
        steps.push("stopped");
      },
    });
    const address: Address<ProtocolOf<typeof brief>> = system.spawn(brief);
    address.tell({ type: "end" });
    const { kind } = await address.exited;
    expect([kind, ...steps]).toEqual(by === "kill" ? ["killed", "ended"] : ["shutdown", "ended", "stopped"]);
    address.drop();
  });

  test("by a kill in its own handler restarts, whatever the handler does then", async () => {
    await using system = new TestSystem();
    const suicidal = actor({
      on: {
        end: (_, { how }: { how: string }) => {
          void system.kill(address);
          if (how === "throw") throw BAD;
          return how === "await" ? Promise.resolve() : undefined;
        },
        get: ({ generation }) => generation,
      },
    });
    const address: Address<ProtocolOf<typeof suicidal>> = system.spawn(suicidal, { backoff: { initialMs: 0 } });
    for (const how of ["throw", "await", "return"]) address.tell({ type: "end", how });
    expect(await address.ask({ type: "get" })).toBe(4);
    expect(system.ledger().deadLettered).toEqual({ killed: 3 });
    address.drop();
  });

  test("by ctx.stop() after somebody else asked for a stop ends for the stop", async () => {
    await using system = new TestSystem();
    const open = gate();
    const brief = actor({
      on: {
        end: async (context) => {
          await open.promise;
          context.stop();
        },
      },
    });
    using address = system.spawn(brief, { restart: "permanent" });
    address.tell({ type: "end" });
    await quiet();
    const stopped = system.stop(address);
    open.open();
    expect(await stopped).toEqual(SHUTDOWN);
  });
});

describe("an actor that has ended", () => {
  test.each(ENDS)("takes a %s for nothing, and tells its reason", async (by) => {
    await using system = new TestSystem();
    const address = system.spawn(actor({ on: { get: () => 1 } }));
    const weak = address.downgrade();
    address.drop();
    await address.exited;
    const reason = by === "kill" ? system.kill(address) : system[by](address);
    expect(await reason).toEqual({ kind: "normal" });
    expect(await rejection(weak.ask({ type: "get" }))).toMatchObject({ reason: { kind: "normal" } });
  });
});

test("a stop after a drain ends the actor without handling the rest", async () => {
  const scene = (await MOMENTS["while it awaits a handler"]())();
  await using system = scene.system;
  const drained = end(scene, "drain");
  const stopped = end(scene, "stop");
  openAll(scene);
  expect(await drained).toEqual(SHUTDOWN);
  expect(await stopped).toEqual(SHUTDOWN);
  expect(scene.life.steps).toEqual(["worked", ...STOPS]);
  expect(system.ledger().deadLettered).toEqual(LOST);
});

test("a drain goes on over a panic, for the messages behind it", async () => {
  const scene = begin();
  await using system = scene.system;
  openAll(scene);
  scene.address.tell({ type: "fail" });
  queued(scene);
  expect(await system.drain(scene.address)).toEqual(SHUTDOWN);
  expect(scene.life.steps).toContain("put 1");
});

test("a drain during the hook before a restart that nothing is queued for ends for the drain", async () => {
  const scene = begin();
  await using system = scene.system;
  scene.life.start.open();
  scene.address.tell({ type: "fail" });
  await quiet();
  const drained = system.drain(scene.address);
  openAll(scene);
  expect(await drained).toEqual(SHUTDOWN);
  expect(scene.life.steps).toEqual(["state 1", "stopping panicked", "stopped"]);
});

test("a drain whose last message expires during a backoff ends for the drain", async () => {
  const scene = begin();
  await using system = scene.system;
  openAll(scene);
  for (const _ of numbers(2)) scene.address.tell({ type: "fail" });
  const asked = scene.address.ask({ type: "put", n: 0 }, { timeout: 10 });
  const drained = system.drain(scene.address);
  await quiet();
  await system.advance(10);
  expect(await rejection(asked)).toBeInstanceOf(AskTimeoutError);
  expect(await drained).toEqual(SHUTDOWN);
});

test("an actor can be ended through any of its handles", async () => {
  await using system = new TestSystem();
  const definition = actor({ on: {} });
  using first = system.spawn(definition, { name: "first" });
  expect(await system.stop(first.downgrade())).toEqual(SHUTDOWN);
  using second = system.spawn(definition, { name: "second" });
  const found = system.lookup("/second");
  expect(found && (await system.stop(found))).toEqual(SHUTDOWN);
  expect(await second.exited).toEqual(SHUTDOWN);
});
