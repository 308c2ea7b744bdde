/**
 * Time, order and chance of a system: the three things a test wants to decide. Each is one object, handed in when the
 * system is made; no other file of this package takes them from elsewhere.
 */
import { currentClock } from "@pneumatic/core/internal";
import type { Clock } from "@pneumatic/core/testing";

export type { Clock } from "@pneumatic/core/testing";

/** How a system gets its turns. */
export interface Scheduler {
  /** Runs `task` when the current work is done, before timers and I/O. */
  soon(task: () => void): void;
  /** Runs `task` after timers and I/O have had their turn. */
  later(task: () => void): void;
}

const RESOLVED = Promise.resolve();
/** The real one, also where a test has put timers of its own in its place: it orders work, it does not tell time. */
const { setImmediate, setInterval, clearInterval } = globalThis;

/** Microtasks for `soon`, `setImmediate` for `later`. */
export const systemScheduler: Scheduler = {
  soon: (task) => {
    RESOLVED.then(task);
  },
  later: (task) => {
    setImmediate(task);
  },
};

/** The clock in force on this thread when the system is made. */
export function systemClock(): Clock {
  return currentClock();
}

const LONGEST_DELAY = 2 ** 31 - 1;

/** Keeps the process alive until the function it returns is called. */
export function holdProcess(): () => void {
  const handle = setInterval(() => {}, LONGEST_DELAY);
  return () => clearInterval(handle);
}

/** Calls `run` every `ms` milliseconds for as long as the thread lives, without keeping it alive. */
export function repeatEvery(ms: number, run: () => void): void {
  setInterval(run, ms).unref();
}
