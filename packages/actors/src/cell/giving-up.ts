/**
 * Decides if an error is no failure but the consequence of an abort: that of `ctx.signal`, because the caller has given up, or
 * that of `ctx.stopping`, because the actor is to stop. The abort comes back out of whatever the handler was waiting for, as it
 * is or as the cause of another error. Upstream are the two places where a handler may throw: the cell, and the actor on a
 * thread.
 */

/** The outcome of a message whose handler has given up along with its caller. */
export const GAVE_UP: unique symbol = Symbol("gave up");
/** The outcome of a message whose handler has broken off because its actor is to stop. */
export const BROKE_OFF: unique symbol = Symbol("broke off");
export type Excuse = typeof GAVE_UP | typeof BROKE_OFF;

/** The names of the errors of a caller who has given up, by whomever they were made: another realm or copy of a package. */
const GIVING_UP: ReadonlySet<unknown> = new Set(["AbortError", "TimeoutError", "AskTimeoutError", "SendTimeoutError"]);

const BREAKING_OFF: ReadonlySet<unknown> = new Set(["AbortError"]);

/** The most causes that are looked at: a getter may make new ones for ever. */
const MOST_CAUSES = 50;

/** Returns true if a handler that threw `error`, after the abort of `ctx.signal` for `reason`, has only given up. */
export function isGivingUp(error: unknown, reason: unknown): boolean {
  return isDueTo(error, reason, GIVING_UP);
}

/** Returns true if a handler that threw `error`, after the abort of `ctx.stopping` for `reason`, has only broken off. */
export function isBreakingOff(error: unknown, reason: unknown): boolean {
  return isDueTo(error, reason, BREAKING_OFF);
}

/** Never throws: an error that cannot be read is a failure. */
function isDueTo(error: unknown, reason: unknown, names: ReadonlySet<unknown>): boolean {
  try {
    let cause = error;
    for (let causes = 0; causes <= MOST_CAUSES; causes++) {
      if (Object.is(cause, reason)) return true;
      if (typeof cause !== "object" || cause === null) return false;
      const { name, cause: next } = cause as { readonly name?: unknown; readonly cause?: unknown };
      if (names.has(name)) return true;
      if (next === undefined) return false;
      cause = next;
    }
  } catch {
    // a getter that throws, or a revoked proxy
  }
  return false;
}
