/** The limit of restarts: a sliding window, as OTP's `intensity` and `period`. */
import type { Intensity } from "./actor-options.ts";

export const DEFAULT_INTENSITY: Intensity = { restarts: 3, withinMs: 5000 };

/** The restarts that are still in the window, and whether one more `now` is allowed; `undefined` when it is too many. */
export function countRestart(earlier: readonly number[], now: number, intensity: Intensity): number[] | undefined {
  const inWindow = earlier.filter((at) => now - at < intensity.withinMs);
  if (inWindow.length >= intensity.restarts) return undefined;
  inWindow.push(now);
  return inWindow;
}
