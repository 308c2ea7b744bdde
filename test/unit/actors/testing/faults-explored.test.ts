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
      /has \d+ steps, in the order in which they came, and 1 of the faults that the seed chooses \(!\)/,
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

/** A group of two; the first one has ended by itself when the second one fails again, so that both wait for a backoff. */
function group(starts: string[], pauseMs: number): (system: TestSystem) => Promise<void> {
  const worker = actor({
    state: (_: undefined, { path }) => void starts.push(path),
    on: {
      end: (context) => context.stop(),
      fail: () => {
        throw new Error("bad");
      },
    },
  });
  return async (system) => {
    starts.length = 0;
    const children = { one: child(worker, { restart: "transient" }), two: child(worker) };
    const address = system.supervise(supervisor({ strategy: "one_for_all", children }), { name: "group" });
    await address.started;
    {
      using one = address.child("one");
      using two = address.child("two");
      await two.ask({ type: "fail" }).catch(() => {});
      await one.ask({ type: "end" });
      await two.ask({ type: "fail" }).catch(() => {});
      using pause = after(pauseMs);
      await pause.recv();
    }
    address.drop();
    await address.exited;
    using later = after(1000);
    await later.recv();
  };
}

it("a child that is drained before its start is not started after its end", async () => {
  expect((await explore(group([], 50), { runs: 50 })).runs).toBe(50);
});

it("a child that comes back after it has ended starts before those behind it, also after a backoff", async () => {
  const starts: string[] = [];
  const scenario = group(starts, 500);
  const inOrder = async (system: TestSystem): Promise<void> => {
    await scenario(system);
    expect(starts).toEqual(["/group/one", "/group/two", "/group/one", "/group/two", "/group/one", "/group/two"]);
  };
  expect((await explore(inOrder, { runs: 50 })).runs).toBe(50);
});
