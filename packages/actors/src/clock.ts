/**
 * Time, order and chance of a system: the three things a test wants to decide. Each is one object, handed in when the
 * system is made; no other file of this package takes them from elsewhere.
 */
// The real ones, also where a test has put timers of its own in the place of the globals: they order work, they do not tell time.
import { clearInterval, setImmediate, setInterval } from "node:timers";

export type { Clock } from "@pneumatic/core/testing";

/** One thing that a system is about to do. */
export interface Step {
  /** The turn of an actor, for one message or a start; an ask that settles; or a `send` that has waited for room and settles. */
  readonly kind: "turn" | "reply" | "room";
  /** Whose turn it is, who was asked, or where there is room. */
  readonly path: string;
  /** What is asked, or sent; undefined for a turn. */
  readonly type: string | undefined;
  /** The actor that goes on with the reply or the room, where that is known. */
  readonly waiter: string | undefined;
  /** Does it. To be called once, with nothing of the system on the stack. */
  run(): void;
}

/** How a system gets its turns. */
export interface Scheduler {
  /** Runs `task` when the current work is done, before timers and I/O. */
  soon(task: () => void): void;
  /** Runs `task` after timers and I/O have had their turn. */
  later(task: () => void): void;
  /**
   * Where given, it takes every step instead of these two, and does one after the other in the order it likes, each in a
   * turn of its own: when the microtasks of the last one are done. That is how `@pneumatic/actors/testing` decides on order.
   */
  readonly step?: (step: Step) => void;
}

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

const LONGEST_DELAY = 2 ** 31 - 1;

/** Keeps the process alive until the function it returns is called. */
export function refEventLoop(): () => void {
  const handle = setInterval(() => {}, LONGEST_DELAY);
  return () => clearInterval(handle);
}

/** Calls `run` every `ms` milliseconds for as long as the thread lives, without keeping it alive. */
export function repeatEvery(ms: number, run: () => void): void {
  setInterval(run, ms).unref();
}
