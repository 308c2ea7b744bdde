/** What a handler and its hooks see of their actor. */
import type { ExitReason } from "@pneumatic/actors";
import { actor, implement } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");

describe("the context", () => {
  test("is one and the same for every handler and hook of an incarnation", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const curious = actor({
      state: (_: undefined, context) => {
        seen.push(context);
      },
      started: (context) => {
        seen.push(context);
      },
      on: { look: (context) => seen.push(context) },
      stopped: (context) => {
        seen.push(context);
      },
    });
    using address = system.spawn(curious);
    await address.ask({ type: "look" });
    await system.stop(address);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(1);
  });

  test("has a self that reaches the same actor, and is always the same", async () => {
    await using system = new TestSystem();
    interface Echo {
      ask(): boolean;
      say(payload: { text: string }): string;
      relay(payload: { text: string }): void;
    }
    const replies: string[] = [];
    const echo = implement<Echo>()({
      on: {
        ask: ({ self, path }) => self.path === path && self.upgrade() !== undefined,
        say: (_, { text }) => {
          replies.push(text);
          return text;
        },
        relay: ({ self }, { text }) => self.tell({ type: "say", text }),
      },
    });
    const address = system.spawn(echo);
    expect(await address.ask({ type: "ask" })).toBe(true);
    address.tell({ type: "relay", text: "hello" });
    await quiet();
    expect(replies).toEqual(["hello"]);
    await system.stop(address);
  });

  test("spawns children that are stopped with it, and gives their addresses to the caller", async () => {
    await using system = new TestSystem();
    const child = actor({ on: { ping: () => "pong" } });
    const parent = actor({ on: { spawn: (context) => context.spawn(child, { name: "child" }) } });
    using address = system.spawn(parent, { name: "parent" });
    const spawned = await address.ask({ type: "spawn" });
    expect(spawned.path).toBe("/parent/child");
    expect(await spawned.ask({ type: "ping" })).toBe("pong");
    address.drop();
    expect(await spawned.exited).toEqual<ExitReason>({ kind: "shutdown" });
  });

  test("owns what it is given, once, until the end", async () => {
    await using system = new TestSystem();
    const dropped: string[] = [];
    const thing = (name: string): Disposable => ({ [Symbol.dispose]: () => dropped.push(name) });
    const owner = actor({
      on: {
        own: (context, { things }: { things: Disposable[] }) => things.map((each) => context.own(each)),
        fail: () => {
          throw BAD;
        },
      },
      stopped: (context) => {
        dropped.push("hook");
        context.own(thing("late"));
      },
    });
    using address = system.spawn(owner);
    const things = ["a", "b"].map(thing);
    expect(await address.ask({ type: "own", things: [...things, ...things] })).toEqual([...things, ...things]);
    await rejection(address.ask({ type: "fail" }));
    await quiet();
    expect([...dropped].sort()).toEqual(["a", "b", "hook", "late"]);
    expect(dropped[0]).toBe("hook");
    dropped.length = 0;
    await system.stop(address);
    expect([...dropped].sort()).toEqual(["hook", "late"]);
  });

  test("may be told to end by what it owns, at its end", async () => {
    await using system = new TestSystem();
    const owner = actor({
      state: (_: undefined, context) => {
        context.own({ [Symbol.dispose]: () => void system.kill(address, { restart: false }) });
        context.own({ [Symbol.dispose]: () => void system.stop(address) });
      },
      on: {
        fail: () => {
          throw BAD;
        },
      },
    });
    using address = system.spawn(owner);
    address.tell({ type: "fail" });
    expect((await address.exited).kind).toBe("killed");
    expect(system.lookup(address.path)).toBeUndefined();
  });
});

describe("ctx.signal", () => {
  const ends = {
    "ctx.stop()": (_: TestSystem, address: Held) => address.tell({ type: "end" }),
    stop: (system: TestSystem, address: Held) => void system.stop(address),
    kill: (system: TestSystem, address: Held) => void system.kill(address),
    "its last drop": (_: TestSystem, address: Held) => address.drop(),
    "a panic": (_: TestSystem, address: Held) => address.tell({ type: "fail" }),
  };
  type Held = ReturnType<typeof spawnHolder>["address"];

  function spawnHolder(system: TestSystem) {
    const signals: AbortSignal[] = [];
    const holder = actor({
      started: ({ signal }) => {
        signals.push(signal);
      },
      on: {
        tell: ({ signal }) => signals.push(signal),
        end: (context) => context.stop(),
        fail: () => {
          throw BAD;
        },
      },
    });
    return { signals, address: system.spawn(holder) };
  }

  test.each(Object.entries(ends))(
    "of hooks and tells is aborted when the incarnation ends by %s, that of an ask that was replied to is not",
    async (_, end) => {
      await using system = new TestSystem();
      const { signals, address } = spawnHolder(system);
      address.tell({ type: "tell" });
      await address.ask({ type: "tell" });
      expect(signals.slice(0, 3).map(({ aborted }) => aborted)).toEqual([false, false, false]);
      end(system, address);
      await quiet();
      expect(signals.slice(0, 3).map(({ aborted }) => aborted)).toEqual([true, true, false]);
      expect(signals.slice(3).every(({ aborted }) => !aborted)).toBe(true);
      address.drop();
    },
  );

  test("is not aborted by a stop before the handler is through", async () => {
    await using system = new TestSystem();
    const open = gate();
    const aborted: boolean[] = [];
    const slow = actor({
      on: {
        wait: async ({ signal }) => {
          await open.promise;
          aborted.push(signal.aborted);
        },
      },
      stopped: ({ signal }) => {
        aborted.push(signal.aborted);
      },
    });
    using address = system.spawn(slow);
    address.tell({ type: "wait" });
    await quiet();
    const stopped = system.stop(address);
    open.open();
    await stopped;
    expect(aborted).toEqual([false, true]);
  });
});
