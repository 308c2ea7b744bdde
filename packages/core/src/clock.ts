/** The source of time, as a test replaces it (`useClock` of `@pneumatic/core/testing`). The platform's is in internal/clock.ts. */

/** Where time comes from. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes backwards. */
  now(): number;
  /** Calls `run` once, about `ms` milliseconds from now. */
  setTimeout(run: () => void, ms: number): unknown;
  /** Forgets a timer that `setTimeout` returned. */
  clearTimeout(timer: unknown): void;
  /** Chance in [0, 1), where `select` picks among several; `Math.random` when left out. */
  random?(): number;
  /** Whether operations that never have to wait let go of the event loop now and then; true when left out. */
  readonly cooperative?: boolean;
}
