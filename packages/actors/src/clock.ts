/**
 * Time, order and chance of a system: the three things a test wants to decide. Each is one object, which the system is
 * given when it is made; without one it takes the clock in force and the scheduler below.
 */
// The real timers, even if a test has replaced the globals: they order work and tell no time.

import { clearInterval, setImmediate, setInterval } from "node:timers";
import { LONGEST_DELAY } from "@pneumatic/core/internal";
import type { Scheduler } from "./scheduler.ts";

export type { Clock } from "@pneumatic/core/testing";

const RESOLVED = Promise.resolve();

/** Microtasks for `soon`, `setImmediate` for `later`. */
export const platformScheduler: Scheduler = {
  soon: (task) => {
    RESOLVED.then(task);
  },
  later: (task) => {
    setImmediate(task);
  },
};

/** Keeps the process alive until the function it returns is called. */
export function refEventLoop(): () => void {
  const handle = setInterval(() => {}, LONGEST_DELAY);
  return () => clearInterval(handle);
}

/** Calls `run` every `ms` milliseconds for as long as the thread lives, without keeping it alive; never for `Infinity`. */
export function repeatEvery(ms: number, run: () => void): void {
  if (ms === Number.POSITIVE_INFINITY) return;
  setInterval(run, Math.min(ms, LONGEST_DELAY)).unref();
}
