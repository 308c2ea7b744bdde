/** Timers tell their own actor, by key, and end with the incarnation that set them. */
import type { Timers } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Clockwork {
  run(payload: { change: (timers: Timers<Clockwork>) => void }): void;
  tick(payload: { name: string }): void;
  fail(): void;
  end(): void;
}

const tick = (name = "tick") => ({ type: "tick", name }) as const;

/** A system with an actor that notes the time of each tick. */
async function clockwork(first?: (timers: Timers<Clockwork>) => void) {
  const system = new TestSystem();
  const ticks: [name: string, at: number][] = [];
  const definition = implement<Clockwork>()({
    on: {
      run: ({ timers }, { change }) => change(timers),
      tick: (_, { name }) => {
        ticks.push([name, system.clock.now()]);
      },
      fail: () => {
        throw new Error("bad");
      },
      end: (context) => context.stop(),
    },
  });
  const address = system.spawn(definition);
  const run = async (change: (timers: Timers<Clockwork>) => void): Promise<void> => {
    address.tell({ type: "run", change });
    await quiet();
  };
  if (first !== undefined) await run(first);
  /** In steps of 1 ms, so that each tick is noted when it is due. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) await system.advance(1);
  };
  return { system, address, ticks, run, pass };
}

describe("a timer", () => {
  test("that is set once ticks once, when its time has passed", async () => {
    const { system, ticks, pass } = await clockwork((timers) => timers.after("key", 5, tick()));
    await using _ = system;
    await pass(4);
    expect(ticks).toEqual([]);
    await pass(20);
    expect(ticks).toEqual([["tick", 5]]);
    expect(system.clock.pending).toBe(0);
  });

  test("that repeats ticks after every interval, the first time after the first", async () => {
    const { system, ticks, pass } = await clockwork((timers) => timers.every("key", 5, tick()));
    await using _ = system;
    await pass(17);
    expect(ticks).toEqual([
      ["tick", 5],
      ["tick", 10],
      ["tick", 15],
    ]);
  });

  test("of no time ticks as soon as time is told", async () => {
    const { system, ticks, pass } = await clockwork((timers) => timers.after("key", 0, tick()));
    await using _ = system;
    await pass(1);
    expect(ticks).toEqual([["tick", 1]]);
  });

  test("of infinite time never ticks", async () => {
    const { system, ticks } = await clockwork((timers) => timers.after("key", Number.POSITIVE_INFINITY, tick()));
    await using _ = system;
    await system.advance(2 ** 40);
    expect(ticks).toEqual([]);
  });

  test("replaces the one of its key, of either kind", async () => {
    const { system, ticks, pass, run } = await clockwork((timers) => {
      timers.every("a", 2, tick("a before"));
      timers.after("a", 3, tick("a"));
      timers.after("b", 2, tick("b before"));
      timers.every("b", 4, tick("b"));
    });
    await using _ = system;
    await pass(9);
    expect(ticks).toEqual([
      ["a", 3],
      ["b", 4],
      ["b", 8],
    ]);
    await run((timers) => timers.after("b", 1, tick("last")));
    await pass(9);
    expect(ticks.slice(3)).toEqual([["last", 10]]);
  });

  test("is forgotten when it is cancelled, and no other with it", async () => {
    const { system, ticks, pass, run } = await clockwork((timers) => {
      timers.after("a", 3, tick("a"));
      timers.every("b", 3, tick("b"));
      timers.after("c", 3, tick("c"));
    });
    await using _ = system;
    await run((timers) => {
      timers.cancel("a");
      timers.cancel("b");
      timers.cancel("nobody");
    });
    expect(system.clock.pending).toBe(1);
    await pass(9);
    expect(ticks).toEqual([["c", 3]]);
  });

  test("may be set anew and cancelled by the tick it causes", async () => {
    const system = new TestSystem();
    await using _ = system;
    let ticks = 0;
    interface Counted {
      tick(): void;
    }
    const counted = implement<Counted>()({
      started: ({ timers }) => timers.every("key", 1, { type: "tick" }),
      on: {
        tick: ({ timers }) => {
          if (++ticks === 3) timers.cancel("key");
        },
      },
    });
    using address = system.spawn(counted);
    await quiet();
    for (let passed = 0; passed < 10; passed++) await system.advance(1);
    expect(ticks).toBe(3);
    expect(address.isDisconnected).toBe(false);
  });

  test.each(["fail", "kill"] as const)("is cancelled by a restart at %s", async (how) => {
    const { system, address, ticks, pass } = await clockwork((timers) => {
      timers.after("once", 5, tick());
      timers.every("often", 5, tick());
    });
    await using _ = system;
    if (how === "kill") await system.kill(address);
    else address.tell({ type: "fail" });
    await quiet();
    expect(system.clock.pending).toBe(0);
    await pass(10);
    expect(ticks).toEqual([]);
    expect(system.ledger(address).accepted).toBe(how === "kill" ? 1 : 2);
  });

  test.each(["end", "stop", "drop", "kill"] as const)("is cancelled by the end at %s", async (how) => {
    const { system, address, ticks, pass } = await clockwork((timers) => timers.every("often", 5, tick()));
    await using _ = system;
    if (how === "end") address.tell({ type: "end" });
    else if (how === "drop") address.drop();
    else if (how === "kill") void system.kill(address, { restart: false });
    else void system.stop(address);
    await address.exited;
    expect(system.clock.pending).toBe(0);
    await pass(10);
    expect(ticks).toEqual([]);
    expect(system.deadLetters()).toEqual([]);
  });

  test("ticks into the mailbox like any message, in its turn", async () => {
    const { system, address, ticks, pass } = await clockwork((timers) => timers.after("key", 5, tick("timer")));
    await using _ = system;
    await pass(4);
    system.clock.advance(1);
    address.tell(tick("later"));
    await quiet();
    expect(ticks.map(([name]) => name)).toEqual(["timer", "later"]);
  });
});
