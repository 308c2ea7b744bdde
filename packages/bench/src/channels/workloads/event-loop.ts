/**
 * A pair of tasks that always find their channel ready, for a second: how much they do, and what is left of the event loop
 * meanwhile. Both intervals are counted against the ticks that a free loop would have had.
 */
import { now } from "../../runner/clock.ts";
import { eventLoopTargets, watchEventLoop } from "../../runner/event-loop-watch.ts";
import type { Workload } from "../../runner/suite.ts";
import { checkedRun, ours, peers, runOf } from "../channel-workload.ts";
import type { Run } from "../plan.ts";

const WARM_UP_MS = 300;
const DURATION_MS = 1000;
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
  targets: eventLoopTargets(5, 80),
  prepare: async (contender) => {
    const run = await runOf(contenders, contender);
    await saturate(run, WARM_UP_MS);
    return { size: DURATION_MS, repeat: "once", run: (duration) => watchEventLoop(() => saturate(run, duration)) };
  },
};

async function saturate(run: Run, duration: number): Promise<{ operations: number; milliseconds: number }> {
  const begin = now();
  let operations = 0;
  while (now() - begin < duration) operations += (await checkedRun(COMMON, run, CHUNK)).operations;
  return { operations, milliseconds: now() - begin };
}
