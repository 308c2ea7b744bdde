/**
 * All chunks through the analysts, and one summary out of what they reply:
 *
 *     lane ── ask: chunk ──► router ──► analyst, on a thread ×n
 *      ×2n ◄── its summary ────────────────┘
 *
 * A lane takes its next chunk when it has the reply to the one before, so at most two are under way for each thread, however
 * large the file is. What counts is the reply: an analyst that dies has not replied, and its chunk is asked for again.
 * So every line is counted, and none is counted twice.
 */
import type { ActorSystem, RouterAddress } from "@pneumatic/actors";
import { ActorPanickedError, ActorStoppedError, onThread, ThreadLostError } from "@pneumatic/actors";
import type analyst from "./analyst.ts";
import type { Analyst } from "./analyst.ts";
import type { Chunk } from "./chunk.ts";
import type { Summary } from "./summary.ts";
import { addSummary, emptySummary } from "./summary.ts";

const analystOnThread = onThread<typeof analyst>(new URL("./analyst.js", import.meta.url));

/** One chunk is worked on, the other is there when it is done. */
const LANES_PER_THREAD = 2;
/** A chunk whose analysts die so often is what kills them. */
const MAX_TRIES = 8;

export type Analysts = RouterAddress<Analyst>;

/** Analysts on threads of their own, each with little memory and started again whatever happens to it. */
export function startAnalysts(system: ActorSystem, threads: number, exitChance = 0): Analysts {
  return system.route(analystOnThread, {
    name: "analysts",
    args: { exitChance },
    size: threads,
    strategy: "least_loaded",
    thread: "dedicated",
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    backoff: { initialMs: 1, maxMs: 10 },
    intensity: { restarts: 1000, withinMs: 1000 },
  });
}

/** The summary of all chunks. `onChunk` is called for each that is done. */
export async function analyze(
  analysts: Analysts,
  chunks: Iterable<Chunk>,
  onChunk: (chunk: Chunk) => void = () => {},
): Promise<Summary> {
  const total = emptySummary();
  const left = chunks[Symbol.iterator](); // one for all lanes
  const lane = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      addSummary(total, await askFor(analysts, next.value));
      onChunk(next.value);
    }
  };
  await Promise.all(Array.from({ length: LANES_PER_THREAD * analysts.routees().length }, lane));
  return total;
}

/** The summary of a chunk, by an analyst that lives to tell it. */
async function askFor(analysts: Analysts, chunk: Chunk): Promise<Summary> {
  for (let tries = 1; ; tries++) {
    try {
      return await analysts.ask({ type: "analyze", ...chunk }, { timeout: Number.POSITIVE_INFINITY });
    } catch (error) {
      if (!hasDied(error)) throw error;
      if (tries === MAX_TRIES)
        throw new Error(`No analyst survives ${chunk.file} from ${chunk.start}`, { cause: error });
    }
  }
}

/** Whether an analyst was killed, or lost with its thread, rather than unable to do what it was asked for. */
function hasDied(error: unknown): boolean {
  return (
    error instanceof ActorStoppedError ||
    (error instanceof ActorPanickedError && error.cause instanceof ThreadLostError)
  );
}
