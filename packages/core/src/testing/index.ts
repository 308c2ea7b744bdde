/** Time under control in tests of channels. */
import type { Clock } from "../clock.ts";
import { currentClock, platformClock, replaceClock } from "../internal/clock.ts";
import { callback, checkOptions, flag, required } from "../internal/options.ts";

export type { Clock } from "../clock.ts";

const CLOCK = {
  now: required(callback),
  setTimeout: required(callback),
  clearTimeout: required(callback),
  random: callback,
  cooperative: flag,
};

/**
 * Replaces the clock of every channel of this thread until disposed.
 *
 * It reaches the timeouts of this package, but not `AbortSignal.timeout` and your own timers. Waits that have begun keep
 * their clock. Throws if a replacement is in force already.
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 * import { useClock } from "@pneumatic/core/testing";
 *
 * const timers: (() => void)[] = [];
 * let now = 0;
 * using replaced = useClock({
 *   now: () => now,
 *   setTimeout: (run) => timers.push(run),
 *   clearTimeout: () => {},
 * });
 * const [tx, rx] = channel<string>();
 * const late = rx.recvTimeout(60_000);
 * now = 60_000;
 * for (const run of timers) run();
 * console.log((await late).ok); // false
 * tx.drop();
 * ```
 */
export function useClock(clock: Clock): Disposable {
  const { now, setTimeout, clearTimeout, random, cooperative } = Object(clock) as Clock; // a clock may have more
  checkOptions({ now, setTimeout, clearTimeout, random, cooperative }, CLOCK);
  if (currentClock() !== platformClock) {
    throw new Error("Cannot use this clock: another one is in force on this thread. Dispose that one first");
  }
  replaceClock(clock);
  let inForce = true;
  return {
    [Symbol.dispose]: () => {
      if (inForce) replaceClock(platformClock);
      inForce = false;
    },
  };
}
