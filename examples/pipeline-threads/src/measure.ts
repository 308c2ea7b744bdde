/** The same files four times: in a loop, on one thread, on all of them, and on all of them while they are being killed. */
import { readFileSync } from "node:fs";
import { ActorSystem } from "@pneumatic/actors";
import { digestFile } from "./digest.ts";
import { digestAll, startWorkers } from "./digest-all.ts";
import { killOne } from "./kill-one.ts";
import type { Total } from "./total.ts";
import { totalOf } from "./total.ts";

export interface Measured {
  readonly how: string;
  readonly milliseconds: number;
  /** How many cores were busy in the mean. */
  readonly cores: number;
  readonly restarts: number;
  readonly total: Total;
}

interface Run {
  readonly threads: number;
  /** How probable it is that a job ends the process of its thread, the first time. */
  readonly exitChance?: number;
  /** A worker is killed after so many results, again and again. */
  readonly killEvery?: number;
}

const SABOTAGE = { exitChance: 0.02, killEvery: 25 };

/** Works on the files in one way after the other. */
export async function* measure(paths: readonly string[], threads: number): AsyncGenerator<Measured> {
  for (const path of paths) readFileSync(path); // so that nobody has to wait for the disk
  yield inALoop(paths);
  yield await onThreads("1 thread", paths, { threads: 1 });
  yield await onThreads(`${threads} threads`, paths, { threads });
  yield await onThreads(`${threads} threads under fire`, paths, { threads, ...SABOTAGE });
}

function inALoop(paths: readonly string[]): Measured {
  const time = stopwatch();
  const total = totalOf(new Map(paths.map((path) => [path, digestFile(path)])));
  return { how: "a loop, no thread", ...time(), restarts: 0, total };
}

async function onThreads(how: string, paths: readonly string[], run: Run): Promise<Measured> {
  // A job that was killed is not for the store of dead letters: there, it would keep its collector alive.
  await using system = new ActorSystem({ name: "pipeline", logLevel: "silent", deadLetters: { keep: 0 } });
  using workers = startWorkers(system, run.threads, run.exitChance);
  await workers.started;
  const time = stopwatch();
  let results = 0;
  const digests = await digestAll(system, workers, paths, () => {
    if (++results % (run.killEvery ?? Number.POSITIVE_INFINITY) === 0) killOne(system, workers);
  });
  const taken = time();
  const restarts = workers.routees().reduce((sum, routee) => sum + routee.restarts, 0);
  return { how, ...taken, restarts, total: totalOf(digests) };
}

/** Says what time has passed since, and of how many cores. */
function stopwatch(): () => Pick<Measured, "milliseconds" | "cores"> {
  const begin = performance.now();
  const before = process.cpuUsage();
  return () => {
    const milliseconds = performance.now() - begin;
    const { user, system } = process.cpuUsage(before);
    return { milliseconds, cores: (user + system) / 1000 / milliseconds };
  };
}
