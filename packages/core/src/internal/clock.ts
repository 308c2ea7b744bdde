/**
 * The only source of time in this package. Every timeout goes through {@link Timer}, and a test can replace the clock below
 * it for the whole thread (`useClock` of `@pneumatic/core/testing`).
 */
import type { Clock } from "../clock.ts";

/** The clock of the platform. */
export const platformClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

let current: Clock = platformClock;

/** Returns the clock in force on this thread. */
export function currentClock(): Clock {
  return current;
}

/** Puts `clock` in force on this thread. */
export function replaceClock(clock: Clock): void {
  current = clock;
}

/** Returns a chance in [0, 1). */
export function chance(): number {
  return current.random === undefined ? Math.random() : current.random();
}

const scheduleMacrotask: (run: () => void) => unknown =
  (globalThis as { setImmediate?: (run: () => void) => unknown }).setImmediate ?? setTimeout;

/** Calls `run` in the next turn of the event loop, after timers and I/O had theirs. No clock replaces this. */
export function nextTurn(run: () => void): void {
  scheduleMacrotask(run);
}

/** The longest delay of a timer: with a longer one every platform fires at once. A longer wait is made of several. */
export const LONGEST_DELAY: number = 2 ** 31 - 1;

/** A timer that runs a callback once, never earlier than `ms` from now, and never for `Infinity`. */
export class Timer {
  readonly #clock: Clock;
  readonly #run: () => void;
  readonly #deadline: number;
  #pending: unknown;

  constructor(ms: number, run: () => void, clock: Clock = current) {
    this.#clock = clock;
    this.#run = run;
    this.#deadline = clock.now() + ms;
    this.#arm(ms);
  }

  stop(): void {
    if (this.#pending !== undefined) this.#clock.clearTimeout(this.#pending);
    this.#pending = undefined;
  }

  /** Receives the handle from the clock whenever the timer is set. */
  protected armed(_pending: unknown): void {}

  #arm(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#pending = this.#clock.setTimeout(
      () => {
        this.#pending = undefined;
        const left = this.#deadline - this.#clock.now();
        if (left > 0) this.#arm(left);
        else this.#run();
      },
      Math.max(0, Math.min(Math.ceil(ms), LONGEST_DELAY)), // it may have become due since the caller looked
    );
    this.armed(this.#pending);
  }
}

/** A timer that does not keep the process alive, if the platform can have one. */
export class UnrefTimer extends Timer {
  protected override armed(pending: unknown): void {
    (pending as { unref?: () => void }).unref?.();
  }
}
