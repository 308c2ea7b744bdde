/** The wait before a restart: nothing the first time, then a delay that doubles. */
import type { Backoff } from "./actor-options.ts";

export const DEFAULT_BACKOFF: Backoff = { initialMs: 100, maxMs: 30_000, jitter: 0.2 };

/** The delay before restart number `attempt` in a row, from 0; `random` is in [0, 1). */
export function delayBefore(attempt: number, backoff: Backoff, random: number): number {
  if (attempt === 0) return 0;
  const delay = Math.min(backoff.initialMs * 2 ** (attempt - 1), backoff.maxMs);
  return Math.min(delay * (1 + backoff.jitter * (2 * random - 1)), backoff.maxMs);
}
