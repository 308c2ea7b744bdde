/** No flood of messages keeps timers, I/O or other actors from going on. */
import { readFile } from "node:fs/promises";
import type { Address, Clock, Scheduler } from "@pneumatic/actors";
import { ActorSystem, actor, implement } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { RecordingLog } from "../support/recording-log.ts";
import { numbers } from "../support/sequence.ts";
import { TestSystem } from "../support/test-system.ts";

interface Loop {
  again(): void;
  end(): number;
}

/** Tells itself to go on, for ever. */
function loop(how: "sync" | "async") {
  return implement<Loop>()({
    state: () => ({ rounds: 0 }),
    on: {
      again: ({ state, self }) => {
        state.rounds++;
        self.tell({ type: "again" });
        return how === "sync" ? undefined : Promise.resolve();
      },
      end: (context) => {
        context.stop();
        return context.state.rounds;
      },
    },
  });
}

interface Ball {
  hit(payload: { by: Address<Ball>; back: Address<Ball> }): void;
}

/** Two actors that send each other the same message for ever, each in a turn of its own. */
const player = implement<Ball>()({
  on: {
    hit: async (_, { by, back }) => {
      await Promise.resolve();
      by.tell({ type: "hit", by: back, back: by });
    },
  },
});

const ROUNDS = 5;

/** Some of everything that Node does between turns. */
async function nodeGoesOn(): Promise<void> {
  for (const _ of numbers(ROUNDS)) {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await readFile(new URL(import.meta.url));
  }
}

/** Real time: it is what a turn must not use up. */
function realSystem(): ActorSystem {
  return new ActorSystem({ logger: new RecordingLog().logger });
}

describe.each(["sync", "async"] as const)("an actor that tells itself to go on for ever, %s,", (how) => {
  test("lets timers and I/O run", async () => {
    await using system = realSystem();
    using address = system.spawn(loop(how));
    address.tell({ type: "again" });
    await nodeGoesOn();
    expect(await address.ask({ type: "end" })).toBeGreaterThan(ROUNDS);
  });

  test("lets others have their turns", async () => {
    await using system = realSystem();
    using busy = system.spawn(loop(how));
    busy.tell({ type: "again" });
    const counter = actor({ state: () => ({ n: 0 }), on: { add: ({ state }) => ++state.n } });
    using address = system.spawn(counter);
    for (const n of numbers(20)) expect(await address.ask({ type: "add" })).toBe(n + 1);
    await busy.ask({ type: "end" });
  });

  test("lets timers and I/O run though the clock stands still", async () => {
    await using system = new TestSystem();
    using address = system.spawn(loop(how));
    address.tell({ type: "again" });
    await nodeGoesOn();
    expect(await address.ask({ type: "end" })).toBeGreaterThan(ROUNDS);
  });
});

test("two actors that answer each other for ever let timers and I/O run", async () => {
  await using system = realSystem();
  using one = system.spawn(player);
  using two = system.spawn(player);
  one.tell({ type: "hit", by: two, back: one });
  await nodeGoesOn();
  await Promise.all([system.stop(one), system.stop(two)]);
  expect(system.ledger().handled).toBeGreaterThan(ROUNDS);
});

test("actors that are all flooded take turns", async () => {
  await using system = realSystem();
  const order: number[] = [];
  const worker = actor({
    state: (id: number) => ({ id, left: 2000 }),
    on: {
      work: ({ state }) => {
        if (--state.left === 0) order.push(state.id);
        else if (state.left === 1000) order.push(-state.id);
      },
    },
  });
  const addresses = [1, 2, 3].map((id) => system.spawn(worker, { args: id }));
  for (const address of addresses) for (const _ of numbers(2000)) address.tell({ type: "work" });
  for (const address of addresses) address.drop();
  await system.terminated;
  // Each is half done before any is done.
  expect(order.slice(0, 3).sort()).toEqual([-1, -2, -3]);
});

/** A system whose time passes only by what messages say they cost, and that counts how often it lets Node go on. */
function costlySystem() {
  const time = { now: 0 };
  const clock: Clock = { now: () => time.now, setTimeout: () => 0, clearTimeout: () => {} };
  const yields = { count: 0 };
  const scheduler: Scheduler = {
    soon: (task) => queueMicrotask(task),
    later: (task) => {
      yields.count++;
      setImmediate(task);
    },
  };
  const system = new ActorSystem({ clock, scheduler, logger: new RecordingLog().logger });
  const costly = actor({
    on: {
      cost: (_, { ms }: { ms: number }) => {
        time.now += ms;
      },
    },
  });
  const handle = async (count: number, ms: number): Promise<number> => {
    yields.count = 0;
    for (const _ of numbers(count)) address.tell({ type: "cost", ms });
    await address.ask({ type: "cost", ms: 0 }, { timeout: Number.POSITIVE_INFINITY });
    return yields.count;
  };
  const address = system.spawn(costly);
  return { system, handle };
}

describe("a turn", () => {
  test("ends soon after its time is used up, also when messages suddenly cost more", async () => {
    const { system, handle } = costlySystem();
    await handle(20_000, 0.000_1);
    const yields = await handle(500, 1);
    expect(yields).toBeGreaterThan(400);
    await system.shutdown();
  });

  test("does not end before its time is used up, so that quick messages do not pay for it", async () => {
    const { system, handle } = costlySystem();
    await handle(1000, 0.000_1);
    expect(await handle(100_000, 0.000_1)).toBeLessThan(20);
    expect(await handle(200_000, 0)).toBeLessThan(20);
    await system.shutdown();
  });
});
