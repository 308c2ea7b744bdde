/**
 * Measures the time that a thread has waited for a processor: it was ready to run, and others ran. Linux counts this
 * for each thread. Elsewhere it is estimated: while no processor of the machine is idle, a thread may have waited for
 * most of the time.
 *
 *     |── ran ──|── waited ──|────────── slept ──────────|      the time of a thread
 *                            |── others waited ──|              other threads of the process
 *               |─────────── does not count ─────|
 *
 * A thread that sleeps may do so until others have done something for it, and those may wait: while it collects
 * garbage, several threads of V8 help.
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** The share of the time that one processor has to be idle, for the estimate to be that no thread waits. */
const IDLE_SHARE = 0.1;
/** The largest share of the time, or of its sleep, that a thread has waited, if it is not known. */
const LIKELY_SHARE = 0.9;

const NS_PER_MS = 1e6;
const TASKS = "/proc/self/task";

/** The times of a thread, in milliseconds; for the rest it has slept. */
export interface ThreadTimes {
  readonly ran: number;
  readonly waited: number;
  /** The time that the other threads of the process have waited, all together. */
  readonly othersWaited: number;
}

/** Returns for how much of `elapsedMs` a thread has waited, itself or for another one that did. */
export function waitedMs(elapsedMs: number, { ran, waited, othersWaited }: ThreadTimes): number {
  const slept = Math.max(0, elapsedMs - ran - waited);
  return waited + Math.min(LIKELY_SHARE * slept, othersWaited);
}

/** Returns the same for a thread of which nothing is known, from how long all processors together were idle. */
export function estimatedMs(elapsedMs: number, idleMs: number): number {
  return idleMs < IDLE_SHARE * elapsedMs ? LIKELY_SHARE * elapsedMs : 0;
}

/** Measures a thread from the construction on. */
export class ProcessorWait {
  readonly #thread: number;
  readonly #begin: ThreadTimes | undefined;
  #elapsedMs = 0;
  #waitedMs = 0;
  #idleMs: number;

  /** `thread` is its number in the operating system; 0 if that is not known. */
  constructor(thread: number) {
    this.#thread = thread;
    this.#begin = timesOf(thread);
    this.#idleMs = this.#begin === undefined ? idleMs() : 0;
  }

  /** Returns for how many of the `elapsedMs` since the last call, or the construction, the thread has waited. */
  take(elapsedMs: number): number {
    const before = this.#waitedMs;
    this.#elapsedMs += elapsedMs;
    this.#waitedMs = this.#measured() ?? before + this.#estimated(elapsedMs);
    return this.#waitedMs - before;
  }

  #measured(): number | undefined {
    const begin = this.#begin;
    const now = begin && timesOf(this.#thread);
    return (
      now &&
      waitedMs(this.#elapsedMs, {
        ran: now.ran - begin.ran,
        waited: now.waited - begin.waited,
        othersWaited: now.othersWaited - begin.othersWaited,
      })
    );
  }

  #estimated(elapsedMs: number): number {
    const before = this.#idleMs;
    this.#idleMs = idleMs();
    return estimatedMs(elapsedMs, this.#idleMs - before);
  }
}

/** Returns the times of a thread since it began; undefined if the platform does not have them. */
function timesOf(thread: number): ThreadTimes | undefined {
  if (thread === 0) return undefined;
  try {
    const [ran = 0, waited = 0] = statOf(thread);
    let othersWaited = 0;
    for (const other of readdirSync(TASKS)) if (other !== String(thread)) othersWaited += waitOf(other);
    return { ran: ran / NS_PER_MS, waited: waited / NS_PER_MS, othersWaited: othersWaited / NS_PER_MS };
  } catch {
    return undefined;
  }
}

function waitOf(thread: string): number {
  try {
    return statOf(thread)[1] ?? 0;
  } catch {
    return 0; // it has just ended
  }
}

/** Returns how long a thread has run, and waited to run, in nanoseconds. */
function statOf(thread: number | string): number[] {
  return readFileSync(`${TASKS}/${thread}/schedstat`, "latin1").split(" ").map(Number);
}

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
