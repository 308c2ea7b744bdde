/** What is left of the event loop while work is done. Both intervals are counted against the ticks that a free loop would have had. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { every, sleep } from "./clock.ts";
import type { BoundTarget, Measured } from "./suite.ts";

const SETTLE_MS = 5;
const P99 = "p99 ms";
const TICKS = "ticks of 10 ms %";

export interface Work {
  readonly operations: number;
  readonly milliseconds: number;
}

/** The bounds of what {@link watchEventLoop} measures. */
export function eventLoopTargets(p99Ms: number, tickPercent: number): BoundTarget[] {
  return [
    { kind: "bound", measure: P99, atMost: p99Ms },
    { kind: "bound", measure: TICKS, atLeast: tickPercent },
  ];
}

export async function watchEventLoop(work: () => Promise<Work>): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It records the time between two of its own ticks, so one must have been before the work, and one must come after.
  await sleep(SETTLE_MS);
  const fast = countTicks(1);
  const slow = countTicks(10);
  const { operations, milliseconds } = await work();
  const ticks = { fast: fast(), slow: slow() };
  await sleep(SETTLE_MS);
  delay.disable();
  return {
    operations,
    milliseconds,
    extra: {
      [P99]: delay.percentile(99) / 1e6,
      "max ms": delay.max / 1e6,
      "ticks of 1 ms %": (ticks.fast / milliseconds) * 100,
      [TICKS]: (ticks.slow / (milliseconds / 10)) * 100,
    },
  };
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
