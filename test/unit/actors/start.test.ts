/** How an actor starts, and what becomes of one that cannot. */
import type { Address } from "@pneumatic/actors";
import { actor, StartFailedError } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");

const fails = (): never => {
  throw BAD;
};

describe("a start", () => {
  test.each([
    ["returns it", () => 5],
    ["resolves to it", async () => 5],
  ])("gives handlers the state when `state` %s", async (_, state) => {
    await using system = new TestSystem();
    using address = system.spawn(actor({ state: () => state(), on: { get: (context) => context.state } }));
    expect(await address.ask({ type: "get" })).toBe(5);
  });

  test("needs neither state nor hooks", async () => {
    await using system = new TestSystem();
    using address = system.spawn(actor({ on: { get: ({ state }) => state } }));
    await address.started;
    expect(await address.ask({ type: "get" })).toBeUndefined();
  });

  test("does not happen inside the call of spawn", async () => {
    await using system = new TestSystem();
    let started = false;
    using address = system.spawn(
      actor({
        state: () => {
          started = true;
        },
        on: {},
      }),
    );
    expect(started).toBe(false);
    await address.started;
    expect(started).toBe(true);
  });

  test("runs `started` with the state, after `state` and before the first message", async () => {
    await using system = new TestSystem();
    const steps: unknown[] = [];
    const recorder = actor({
      state: async () => {
        steps.push("state");
        return { n: 1 };
      },
      started: async ({ state }) => {
        await Promise.resolve();
        steps.push(["started", state.n++]);
      },
      on: { put: ({ state }) => steps.push(["put", state.n]) },
    });
    using address = system.spawn(recorder);
    address.tell({ type: "put" });
    await quiet();
    expect(steps).toEqual(["state", ["started", 1], ["put", 2]]);
  });

  test("settles `started` when the hook is through, for every address", async () => {
    await using system = new TestSystem();
    const open = gate();
    using address = system.spawn(actor({ started: () => open.promise, on: {} }));
    using clone = address.clone();
    await quiet();
    expect(await isPending(address.started)).toBe(true);
    open.open();
    await Promise.all([address.started, clone.started]);
  });

  test("gives `state` a context of its own", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const curious = actor({
      state: (_: undefined, { path, generation, signal, self }) => {
        seen.push(path, generation, signal.aborted, self.path);
      },
      on: {},
    });
    using address = system.spawn(curious, { name: "curious" });
    await address.started;
    expect(seen).toEqual(["/curious", 1, false, "/curious"]);
  });

  test("with ctx.stop() in it ends once it is through", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const brief = actor({
      state: (_: undefined, context) => context.stop(),
      started: () => {
        steps.push("started");
      },
      on: { put: () => steps.push("put") },
      stopped: () => {
        steps.push("stopped");
      },
    });
    using address = system.spawn(brief);
    address.tell({ type: "put" });
    await address.started;
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(steps).toEqual(["started", "stopped"]);
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
  });
});

const FAILURES = [
  ["`state` throws", { state: fails }],
  ["`state` rejects", { state: async () => fails() }],
  ["`started` throws", { started: fails }],
  ["`started` rejects", { started: async () => fails() }],
] as const;

describe.each(FAILURES)("a first start of which %s", (_, parts) => {
  const broken = actor({ ...(parts as { state?: () => undefined }), on: { put: () => {} } });

  test("rejects `started` with the cause, and ends the actor with it", async () => {
    await using system = new TestSystem();
    using address = system.spawn(broken, { name: "broken", restart: "permanent" });
    const error = await rejection(address.started);
    expect(error).toBeInstanceOf(StartFailedError);
    expect(error).toMatchObject({
      code: "ERR_ACTOR_START_FAILED",
      message: 'Actor "/broken" could not start: Error: bad',
    });
    expect((error as Error).cause).toBe(BAD);
    expect(await address.exited).toEqual({ kind: "startFailed", error: BAD });
  });

  test("ends nothing else when nobody observes it", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on("unhandledRejection", note);
    await using system = new TestSystem();
    using address = system.spawn(broken);
    await address.exited;
    void address.started;
    await quiet();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("makes dead letters of what was sent, and frees the name", async () => {
    await using system = new TestSystem();
    using address = system.spawn(broken, { name: "broken" });
    address.tell({ type: "put" });
    await address.exited;
    expect(system.deadLetters()).toMatchObject([{ message: { type: "put" }, reason: "startFailed", to: "/broken" }]);
    expect(system.lookup("/broken")).toBeUndefined();
    using another = system.spawn(actor({ on: {} }), { name: "broken" });
    await another.started;
  });

  test("runs no `stopped` hook", async () => {
    await using system = new TestSystem();
    let stopped = false;
    const definition = actor({
      ...(parts as { state?: () => undefined }),
      on: {},
      stopped: () => {
        stopped = true;
      },
    });
    using address = system.spawn(definition);
    await address.exited;
    expect(stopped).toBe(false);
  });

  test("stops the children it has spawned, and drops what it owns", async () => {
    await using system = new TestSystem();
    const stopped: string[] = [];
    const child = actor({
      on: {},
      stopped: ({ path }, reason) => {
        stopped.push(`${path} ${reason.kind}`);
      },
    });
    const owned = system.spawn(child, { name: "owned" });
    const parent = actor({
      state: async (_: undefined, context) => {
        context.own(owned);
        context.own(context.spawn(child, { name: "child" }));
        await quiet();
        await (parts as { state?: () => unknown }).state?.();
      },
      started: () => (parts as { started?: () => unknown }).started?.(),
      on: {},
    });
    using address = system.spawn(parent, { name: "parent" });
    await address.exited;
    await owned.exited;
    expect(stopped).toEqual(["/parent/child shutdown", "/owned normal"]);
  });
});

describe("a start that fails after a restart", () => {
  /** Starts the first time and then only when `broken` is empty. */
  function moody(broken: unknown[], stopped: unknown[] = []) {
    return actor({
      state: (_: undefined, { generation }) => {
        if (generation > 1 && broken.length > 0) throw broken.pop();
        return generation;
      },
      on: { fail: fails, get: ({ state }) => state },
      stopped: (_, reason) => {
        stopped.push(reason.kind);
      },
    });
  }

  test("is tried again, and loses nothing of the queue", async () => {
    await using system = new TestSystem();
    const stopped: unknown[] = [];
    using address = system.spawn(moody([BAD, BAD], stopped), { backoff: { initialMs: 0 } });
    address.tell({ type: "fail" });
    const asked = address.ask({ type: "get" });
    expect(await asked).toBe(4);
    await address.started;
    expect(stopped).toEqual(["panicked"]);
  });

  test("counts against the intensity", async () => {
    await using system = new TestSystem();
    const last = new Error("last");
    using address = system.spawn(moody([last, BAD, BAD]), { backoff: { initialMs: 0 } });
    address.tell({ type: "fail" });
    const asked = address.ask({ type: "get" });
    expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind: "startFailed" } });
    expect(await address.exited).toEqual({ kind: "startFailed", error: last });
    expect(system.ledger().deadLettered).toEqual({ intensityExceeded: 1 });
  });

  test("waits longer each time", async () => {
    await using system = new TestSystem();
    using address = system.spawn(moody([BAD, BAD]), { backoff: { jitter: 0 } });
    address.tell({ type: "fail" });
    const asked = address.ask({ type: "get" });
    await quiet();
    await system.advance(100);
    expect(await isPending(asked)).toBe(true);
    await system.advance(199);
    expect(await isPending(asked)).toBe(true);
    await system.advance(1);
    expect(await asked).toBe(4);
  });

  test("is not tried again when the actor was to stop meanwhile", async () => {
    await using system = new TestSystem();
    const open = gate();
    const slow = actor({
      state: (_: undefined, { generation }) => (generation > 1 ? open.promise : undefined),
      on: { fail: fails },
    });
    using address = system.spawn(slow, { restart: "permanent", backoff: { initialMs: 0 } });
    address.tell({ type: "fail" });
    await quiet();
    const stopped = system.stop(address);
    open.fail(BAD);
    expect(await stopped).toEqual({ kind: "startFailed", error: BAD });
  });

  test("ends a temporary actor at once", async () => {
    await using system = new TestSystem();
    using address = system.spawn(moody([BAD]), { restart: "temporary" });
    address.tell({ type: "fail" });
    expect((await address.exited).kind).toBe("panicked");
  });
});

test("an actor may be spawned by the start of another and used at once", async () => {
  await using system = new TestSystem();
  const child = actor({ state: async () => 7, on: { get: ({ state }) => state } });
  const parent = actor({
    state: async (_: undefined, context) => {
      const address: Address<{ get(): number }> = context.own(context.spawn(child));
      return address.ask({ type: "get" });
    },
    on: { get: ({ state }) => state },
  });
  using address = system.spawn(parent);
  expect(await address.ask({ type: "get" })).toBe(7);
});
