/**
 * A pair of tasks that always find their channel ready, for a second: how much they do, and what is left of the event loop
 * meanwhile. Both intervals are counted against the ticks that a free loop would have had.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { every, now, sleep } from "../../runner/clock.ts";
import type { Measured, Workload } from "../../runner/suite.ts";
import { checkedRun, ours, peers, runOf } from "../channel-workload.ts";
import type { Run } from "../plan.ts";

const WARM_UP_MS = 300;
const DURATION_MS = 1000;
const SETTLE_MS = 5;
const CHUNK = 10_000;
const COMMON = { capacity: 64 };
const contenders = [
  ...ours("flow"),
  ...ours("tryFlow", "trySend"),
  ...peers("flow", "deno std", "jsext", "async-channel", "thi.ng/csp", "effect take", "js-csp"),
];

export const eventLoop: Workload = {
  name: "event-loop",
  title: "the event loop beside an always-ready pair, capacity 64, 1 s",
  contenders,
  targets: [
    { kind: "bound", measure: "p99 ms", atMost: 5 },
    { kind: "bound", measure: "ticks of 10 ms %", atLeast: 80 },
  ],
  prepare: async (contender) => {
    const run = await runOf(contenders, contender);
    await saturate(run, WARM_UP_MS);
    return { size: DURATION_MS, repeat: "once", run: (duration) => watched(run, duration) };
  },
};

async function watched(run: Run, duration: number): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It records the time between two of its own ticks, so one must have been before the work, and one must come after.
  await sleep(SETTLE_MS);
  const fast = countTicks(1);
  const slow = countTicks(10);
  const { operations, milliseconds } = await saturate(run, duration);
  const ticks = { fast: fast(), slow: slow() };
  await sleep(SETTLE_MS);
  delay.disable();
  return {
    operations,
    milliseconds,
    extra: {
      "p99 ms": delay.percentile(99) / 1e6,
      "max ms": delay.max / 1e6,
      "ticks of 1 ms %": (ticks.fast / milliseconds) * 100,
      "ticks of 10 ms %": (ticks.slow / (milliseconds / 10)) * 100,
    },
  };
}

async function saturate(run: Run, duration: number): Promise<{ operations: number; milliseconds: number }> {
  const begin = now();
  let operations = 0;
  while (now() - begin < duration) operations += (await checkedRun(COMMON, run, CHUNK)).operations;
  return { operations, milliseconds: now() - begin };
}

/** Counts the ticks of an interval until the returned function is called. */
function countTicks(milliseconds: number): () => number {
  let ticks = 0;
  const end = every(milliseconds, () => ticks++);
  return () => {
    end();
    return ticks;
  };
}
