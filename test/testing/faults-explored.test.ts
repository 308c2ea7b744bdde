/** Faults that the seed chooses: found when they matter, shown without those that do not, and repeated from the seed. */
import { actor, child, implement, supervisor } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { ExplorationError, explore } from "@pneumatic/actors/testing";
import { after } from "@pneumatic/core";
import { expect, it } from "vitest";

interface Counter {
  add(): void;
  count(): number;
}
const counter = implement<Counter>()({
  state: () => ({ count: 0 }),
  on: { add: ({ state }) => void state.count++, count: ({ state }) => state.count },
});

async function failureOf(exploration: Promise<unknown>): Promise<ExplorationError> {
  const failure = await exploration.catch((error: unknown) => error);
  if (failure instanceof ExplorationError) return failure;
  throw new Error("The exploration found nothing", { cause: failure });
}

/** Fails when the count is lost with the state, which one panic is enough for. */
const losesItsCount = async (system: TestSystem): Promise<void> => {
  using address = system.spawn(counter, { name: "counter" });
  address.tell({ type: "add" });
  address.tell({ type: "add" });
  const idle = [1, 2, 3].map(() => system.spawn(counter));
  for (const each of idle) each.tell({ type: "add" });
  const count = await address.ask({ type: "count" }).catch(() => 2);
  for (const each of idle) each.drop();
  if (count !== 2) throw new RangeError(`counted ${count}`);
};
const CHANCES = [
  { kind: "panic", chance: 0.3 },
  { kind: "slow", chance: 0.3 },
  { kind: "delay", chance: 0.3 },
  { kind: "clockJump", chance: 0.1, ms: 10 },
] as const;

it("the plainest run of a bug that needs one panic has one fault, and no switch", async () => {
  for (const seed of [1, 100, 200, 300]) {
    const options = { runs: 100, seed, faults: CHANCES, faultBudget: 6 };
    const { message, trace, cause } = await failureOf(explore(losesItsCount, options));
    expect(cause).toBeInstanceOf(RangeError);
    expect(trace.match(/! .*/g)).toEqual(["! /counter panics"]);
    expect(message).toMatch(
      /has 0 steps that overtake another \(\*\), of \d+, and 1 of the faults that the seed chooses \(!\)/,
    );
  }
});

it("the same seed strikes in the same places", async () => {
  const options = { runs: 100, faults: CHANCES, shrinkRuns: 0 };
  const { seed, message } = await failureOf(explore(losesItsCount, options));
  expect((await failureOf(explore(losesItsCount, { ...options, seed, runs: 1 }))).message).toBe(message);
});

it("without faults, or without a budget for them, nothing is found", async () => {
  expect((await explore(losesItsCount, { runs: 20 })).runs).toBe(20);
  expect((await explore(losesItsCount, { runs: 20, faults: CHANCES, faultBudget: 0 })).runs).toBe(20);
});

it("a child that waits for its first start again is not started after its end", async () => {
  const worker = actor({
    on: {
      end: (context) => context.stop(),
      fail: () => {
        throw new Error("bad");
      },
    },
  });
  const scenario = async (system: TestSystem): Promise<void> => {
    const group = system.supervise(
      supervisor({
        strategy: "one_for_all",
        children: { one: child(worker, { restart: "transient" }), two: child(worker) },
      }),
    );
    await group.started;
    {
      using one = group.child("one");
      using two = group.child("two");
      two.tell({ type: "fail" });
      await one.ask({ type: "end" }).catch(() => {});
      two.tell({ type: "fail" });
      using pause = after(50);
      await pause.recv();
    }
    group.drop();
    await group.exited;
    using later = after(1000);
    await later.recv();
  };
  expect((await explore(scenario, { runs: 50 })).runs).toBe(50);
});
