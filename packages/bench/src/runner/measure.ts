/**
 * Measures one contender in this process: warms up, repeats, and takes the median. Upstream is `contender.ts`, the process;
 * downstream the `Trial` of a workload.
 */
import { now, turn } from "./clock.ts";
import { median } from "./statistics.ts";
import type { Measured, Trial } from "./suite.ts";

const WARM_UP_MS = 300;
const MEASURE_MS = 500;
const RUNS_AT_LEAST = 3;
/** No further run begins after this long: what is slow is known by then. */
const ENOUGH_MS = 3000;
/** A scaled run that would take longer than this does less. */
const LONG_RUN_MS = 400;
const PROBE_MS = 100;
const PROBE_SHARE = 50;
const QUICK_SHARE = 200;

/** A contender's figure of one round. */
export interface Figure {
  readonly operationsPerSecond: number;
  /** Per second of processor time of the whole process, helper threads too: steadier on a busy machine. */
  readonly operationsPerCpuSecond?: number;
  readonly runs: number;
  readonly extra: Readonly<Record<string, number>>;
}

interface Timed {
  readonly milliseconds: number;
  readonly operationsPerSecond: number;
  readonly operationsPerCpuSecond: number;
  readonly extra: Readonly<Record<string, number>>;
}

export async function measure(trial: Trial): Promise<Figure> {
  if (trial.repeat === "once") return { ...(await timed(trial, trial.size)), runs: 1 };
  const size = trial.repeat === "fixed" ? trial.size : await fitting(trial);
  const begin = now();
  while (now() - begin < WARM_UP_MS) await timed(trial, size);
  const runs: Timed[] = [];
  for (const first = now(); ; ) {
    runs.push(await timed(trial, size));
    const spent = now() - first;
    if (spent > ENOUGH_MS || (runs.length >= RUNS_AT_LEAST && spent > MEASURE_MS)) break;
  }
  const last = runs.at(-1)!;
  return {
    operationsPerSecond: median(runs.map((run) => run.operationsPerSecond)),
    operationsPerCpuSecond: median(runs.map((run) => run.operationsPerCpuSecond)),
    runs: runs.length,
    extra: last.extra,
  };
}

/** One run, of what scales a small part: shows that it works. */
export async function measureQuickly(trial: Trial): Promise<Figure> {
  const size = trial.repeat === "scaled" ? Math.ceil(trial.size / QUICK_SHARE) : trial.size;
  return { ...(await timed(trial, size)), runs: 1 };
}

/** A size whose run is long enough to time and short enough to repeat, by the last of a few small runs, which grow to a share. */
async function fitting(trial: Trial): Promise<number> {
  const largest = Math.ceil(trial.size / PROBE_SHARE);
  let probe = Math.ceil(largest / PROBE_SHARE);
  const begin = now();
  for (;;) {
    const { milliseconds } = await timed(trial, probe);
    if (now() - begin < PROBE_MS) {
      probe = Math.min(largest, probe * 2);
      continue;
    }
    const expected = milliseconds * (trial.size / probe);
    return expected <= LONG_RUN_MS ? trial.size : Math.max(probe, Math.ceil((trial.size * LONG_RUN_MS) / expected));
  }
}

async function timed(trial: Trial, size: number): Promise<Timed> {
  await turn();
  const cpuBegin = process.cpuUsage();
  const begin = now();
  const pending = trial.run(size);
  const measured: Measured = pending instanceof Promise ? await pending : pending;
  const milliseconds = measured.milliseconds ?? now() - begin;
  const { user, system } = process.cpuUsage(cpuBegin);
  return {
    milliseconds,
    operationsPerSecond: (measured.operations / milliseconds) * 1000,
    operationsPerCpuSecond: (measured.operations / (user + system)) * 1e6,
    extra: measured.extra ?? {},
  };
}
