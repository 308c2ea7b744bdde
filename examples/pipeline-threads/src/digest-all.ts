/**
 * Every file through the workers, whoever dies meanwhile:
 *
 *     feed ── digest: path, collector ──► router ──► digester, on a thread ×n ── digested ──► collector
 *
 * A job whose worker exits is handled once more by the next incarnation, which is `retry(1)`. A worker that is killed from
 * outside loses the one job it was at. So in the end it is the results that count: what is missing goes another round.
 */
import { availableParallelism } from "node:os";
import type { ActorSystem, Address, RouterAddress } from "@pneumatic/actors";
import { bounded, onThread, retry } from "@pneumatic/actors";
import { channel, unwrap } from "@pneumatic/core";
import type { Digests } from "./collector.ts";
import { collector } from "./collector.ts";
import type digester from "./digester.ts";
import type { Collector, Digest, Digester } from "./protocols.ts";

const digesterOnThread = onThread<typeof digester>(new URL("./digester.js", import.meta.url));

/** A file that is missing after so many rounds is what kills the workers. */
const MAX_ROUNDS = 10;

export type Workers = RouterAddress<Digester>;

/** Threads that take jobs: two wait at each, so that none is ever without, and no more, so that nothing piles up. */
export function startWorkers(system: ActorSystem, threads = availableParallelism(), exitChance = 0): Workers {
  return system.route(digesterOnThread, {
    name: "digesters",
    args: { exitChance },
    size: threads,
    strategy: "least_loaded",
    thread: "dedicated",
    mailbox: bounded(2),
    poison: retry(1),
    backoff: { initialMs: 1, maxMs: 10 },
    intensity: { restarts: 1000, withinMs: 1000 },
  });
}

/** The result of every file. `onDigest` is called for each that comes in. */
export async function digestAll(
  system: ActorSystem,
  workers: Workers,
  paths: readonly string[],
  onDigest: () => void = () => {},
): Promise<Digests> {
  const digests = new Map<string, Digest>();
  let missing = paths;
  for (let round = 0; missing.length > 0; round++) {
    if (round === MAX_ROUNDS) throw new Error(`No worker could do ${missing.join(", ")}`);
    const [results, rounds] = channel<Digests>();
    const collecting = system.spawn(collector, { args: { results, onDigest } });
    await feed(workers, missing, collecting);
    for (const [path, digest] of unwrap(await rounds.recv())) digests.set(path, digest);
    missing = missing.filter((path) => !digests.has(path));
  }
  return digests;
}

/** Gives the workers a job for each file, as fast as they take them. From then on it is the jobs that keep the collector. */
async function feed(workers: Workers, paths: readonly string[], address: Address<Collector>): Promise<void> {
  using collector = address;
  for (const path of paths) {
    unwrap(await workers.send({ type: "digest", path, collector: collector.clone() }));
  }
}
