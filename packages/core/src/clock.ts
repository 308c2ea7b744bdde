/** The interface of a source of time, which a test can replace (`useClock` of `@pneumatic/core/testing`). */

/** A source of time. */
export interface Clock {
  /** Returns the milliseconds since any fixed moment; never goes backwards. */
  now(): number;
  /** Calls `run` once, about `ms` milliseconds from now. */
  setTimeout(run: () => void, ms: number): unknown;
  /** Forgets a timer that `setTimeout` returned. */
  clearTimeout(timer: unknown): void;
  /** Returns a chance in [0, 1), by which `select` picks among several arms. `Math.random` if left out. */
  random?(): number;
  /** Unless false, operations that never have to wait yield to the event loop now and then. */
  readonly cooperative?: boolean;
}
