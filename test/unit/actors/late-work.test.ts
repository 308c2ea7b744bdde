/** What is left of an incarnation that has ended touches neither the next one nor anybody else. */
import type { Context, NoMessages } from "@pneumatic/actors";
import { actor, implement, SpawnRefusedError } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import type { Gate } from "../../support/gate.ts";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Held {
  readonly context: Context<{ n: number }, NoMessages>;
  readonly open: Gate<string>;
}

/** Each `hold` gives its context away and waits. */
function holder(held: Held[]) {
  return actor({
    state: (_: undefined, { generation }) => ({ n: generation }),
    on: {
      hold: (context) => {
        const open = gate<string>();
        held.push({ context, open });
        return open.promise;
      },
      get: ({ state }) => state.n,
    },
  });
}

const nothing = actor({ on: {} });

/** A system with an actor that was killed while it held, and has restarted. */
async function killedWhileHolding() {
  const system = new TestSystem();
  const held: Held[] = [];
  const address = system.spawn(holder(held), { name: "holder" });
  const asked = address.ask({ type: "hold" });
  await quiet();
  await system.kill(address);
  await quiet();
  const [first] = held as [Held];
  return { system, address, asked, held, ...first };
}

describe("a handler that goes on after its incarnation was killed", () => {
  test.each(["open", "fail"] as const)("changes nothing at %s", async (settle) => {
    const { system, address, asked, held, open } = await killedWhileHolding();
    await using _ = system;
    const next = address.ask({ type: "hold" });
    await quiet();
    open[settle]("late");
    await quiet();
    expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind: "killed" } });
    expect(system.ledger(address)).toMatchObject({ inFlight: 1, handled: 0, panicked: 0 });
    held[1]?.open.open("next");
    expect(await next).toBe("next");
    expect(await address.ask({ type: "get" })).toBe(2);
    expect(held[1]?.context.generation).toBe(2);
  });

  test("has a state of its own", async () => {
    const { system, address, context } = await killedWhileHolding();
    await using _ = system;
    context.state.n = 100;
    expect(await address.ask({ type: "get" })).toBe(2);
  });

  test("sees its signal aborted, also when it asks for it late", async () => {
    const { system, context } = await killedWhileHolding();
    await using _ = system;
    expect(context.signal.aborted).toBe(true);
  });

  test("does not see the signal of the ask that is handled now", async () => {
    const { system, address, context, held } = await killedWhileHolding();
    await using _ = system;
    const next = address.ask({ type: "hold" });
    await quiet();
    expect(held[1]?.context.signal.aborted).toBe(false);
    expect(context.signal.aborted).toBe(true);
    held[1]?.open.open("");
    await next;
  });

  test("cannot spawn or supervise", async () => {
    const { system, context } = await killedWhileHolding();
    await using _ = system;
    expect(() => context.spawn(nothing)).toThrow(SpawnRefusedError);
    expect(() =>
      context.supervise({ strategy: "one_for_one", intensity: { restarts: 1, withinMs: 1 }, children: {} }),
    ).toThrow(/Cannot spawn .*\/holder.* has ended/);
  });

  test("cannot stop the actor", async () => {
    const { system, address, context } = await killedWhileHolding();
    await using _ = system;
    context.stop();
    await quiet();
    expect(await address.ask({ type: "get" })).toBe(2);
  });

  test("has what it owns dropped at once", async () => {
    const { system, context } = await killedWhileHolding();
    await using _ = system;
    const other = system.spawn(nothing);
    expect(context.own(other)).toBe(other);
    expect(await other.exited).toEqual({ kind: "normal" });
  });

  test.each([
    ["before", true],
    ["never", false],
  ])("cannot set timers when it has %s used them", async (_, used) => {
    await using system = new TestSystem();
    interface Ticker {
      hold(): void;
      tick(): void;
    }
    let ticks = 0;
    let context: Context<unknown, Ticker> | undefined;
    const ticker = implement<Ticker>()({
      on: {
        hold: (given) => {
          context ??= given;
          if (used) given.timers.after("used", 1, { type: "tick" });
          return gate().promise;
        },
        tick: () => {
          ticks++;
        },
      },
    });
    using address = system.spawn(ticker);
    address.tell({ type: "hold" });
    await quiet();
    await system.kill(address);
    await quiet();
    context?.timers.after("once", 10, { type: "tick" });
    context?.timers.every("often", 10, { type: "tick" });
    await system.advance(100);
    expect(ticks).toBe(0);
    expect(system.clock.pending).toBe(0);
  });
});

describe("a start that goes on after its incarnation was killed", () => {
  test.each(["open", "fail"] as const)("changes nothing at %s", async (settle) => {
    await using system = new TestSystem();
    const gates: Gate<string>[] = [];
    const started: number[] = [];
    const slow = actor({
      started: ({ generation }) => {
        started.push(generation);
      },
      state: () => {
        const open = gate<string>();
        gates.push(open);
        return open.promise;
      },
      on: { get: ({ state }) => state },
    });
    using address = system.spawn(slow);
    await quiet();
    await system.kill(address);
    await quiet();
    gates[0]?.[settle]("first");
    await quiet();
    const asked = address.ask({ type: "get" });
    gates[1]?.open("second");
    expect(await asked).toBe("second");
    await address.started;
    expect(started).toEqual([2]);
  });

  test("changes nothing when it is in its `started` hook", async () => {
    await using system = new TestSystem();
    const gates: Gate[] = [];
    const slow = actor({
      started: () => {
        const open = gate();
        gates.push(open);
        return open.promise;
      },
      on: { get: ({ generation }) => generation },
    });
    using address = system.spawn(slow);
    await quiet();
    await system.kill(address);
    await quiet();
    gates[0]?.open();
    const asked = address.ask({ type: "get" });
    await quiet();
    expect(system.ledger(address).queued).toBe(1);
    gates[1]?.open();
    expect(await asked).toBe(2);
  });
});

describe("a `stopped` hook that goes on after a kill", () => {
  test("changes nothing, also when it throws", async () => {
    await using system = new TestSystem();
    const open = gate();
    const owned = system.spawn(nothing);
    const slow = actor({
      started: (context) => {
        if (context.generation > 1) context.own(owned);
      },
      on: {
        fail: () => {
          throw new Error("bad");
        },
        get: ({ generation }) => generation,
      },
      stopped: async ({ generation }) => {
        if (generation > 1) return;
        await open.promise;
        throw new Error("late");
      },
    });
    using address = system.spawn(slow);
    address.tell({ type: "fail" });
    await quiet();
    await system.kill(address);
    expect(await address.ask({ type: "get" })).toBe(2);
    open.open();
    await quiet();
    expect(await address.ask({ type: "get" })).toBe(2);
    expect(await isPending(owned.exited)).toBe(true);
  });

  test("does not begin when its actor was killed while its children stopped", async () => {
    await using system = new TestSystem();
    const open = gate();
    let stopped = false;
    const stuck = actor({ on: {}, stopped: () => open.promise });
    const parent = actor({
      state: (_: undefined, context) => context.own(context.spawn(stuck, { name: "stuck" })),
      on: {},
      stopped: () => {
        stopped = true;
      },
    });
    using address = system.spawn(parent, { name: "parent" });
    await quiet();
    const child = system.lookup("/parent/stuck");
    void system.stop(address);
    await quiet();
    await system.kill(address);
    expect(await child?.exited).toEqual({ kind: "killed" });
    open.open();
    await quiet();
    expect(stopped).toBe(false);
    expect(await address.exited).toEqual({ kind: "killed" });
  });
});

test("the handler of a stopped incarnation finds nothing to touch", async () => {
  await using system = new TestSystem();
  const held: Held[] = [];
  using address = system.spawn(holder(held));
  const asked = address.ask({ type: "hold" });
  await quiet();
  await system.kill(address, { restart: false });
  held[0]?.open.open("late");
  await quiet();
  expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
  expect(await address.exited).toEqual({ kind: "killed" });
  expect(system.ledger()).toMatchObject({ accepted: 1, handled: 0, deadLettered: { killed: 1 } });
});

test("a listener of the signal may kill the actor once more", async () => {
  await using system = new TestSystem();
  const again: Promise<unknown>[] = [];
  const stubborn = actor({
    on: {
      hold: ({ signal }) => {
        signal.addEventListener("abort", () => again.push(system.kill(address)));
        return gate().promise;
      },
      get: ({ generation }) => generation,
    },
  });
  const intensity = { restarts: 2, withinMs: 1000 };
  using address = system.spawn(stubborn, { backoff: { initialMs: 0 }, intensity });
  for (const send of [() => address.tell({ type: "hold" }), () => void address.ask({ type: "hold" })]) {
    send();
    await quiet();
    await system.kill(address);
    await quiet();
  }
  expect(await Promise.all(again)).toEqual([{ kind: "killed" }, { kind: "killed" }]);
  expect(await address.ask({ type: "get" })).toBe(3);
});
