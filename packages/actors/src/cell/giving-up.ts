/**
 * Decides if an error is no failure but the consequence of a caller who has given up: the abort of `ctx.signal` comes back
 * out of whatever the handler was waiting for, as it is or as the cause of another error. Upstream are the two places
 * where a handler may throw: the cell, and the actor on a thread.
 */

/** The outcome of a message whose handler has given up along with its caller. */
export const GAVE_UP: unique symbol = Symbol("gave up");

/** The names of the errors that say so, by whomever they were made: another realm or copy of a package may have. */
const NAMES: ReadonlySet<unknown> = new Set(["AbortError", "TimeoutError", "AskTimeoutError", "SendTimeoutError"]);

/** The most causes that are looked at: a getter may make new ones for ever. */
const MOST_CAUSES = 50;

/**
 * Returns true if a handler that threw `error`, after the abort of its signal for `reason`, has only given up. Never
 * throws: an error that cannot be read is a failure.
 */
export function isGivingUp(error: unknown, reason: unknown): boolean {
  try {
    let cause = error;
    for (let causes = 0; causes <= MOST_CAUSES; causes++) {
      if (Object.is(cause, reason)) return true;
      if (typeof cause !== "object" || cause === null) return false;
      const { name, cause: next } = cause as { readonly name?: unknown; readonly cause?: unknown };
      if (NAMES.has(name)) return true;
      if (next === undefined) return false;
      cause = next;
    }
  } catch {
    // a getter that throws, or a revoked proxy
  }
  return false;
}
