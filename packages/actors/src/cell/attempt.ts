/** Calls of user code, which may return, return a promise, throw or reject. */

/** A promise for what `made` will be, if it is one at all; otherwise `made`. */
export function asPromise(made: unknown): unknown {
  if ((typeof made !== "object" && typeof made !== "function") || made === null) return made;
  return typeof (made as { then?: unknown }).then === "function" ? Promise.resolve(made) : made;
}

/** Runs `step`; then `next` with what it returns or resolves to, or `failed` with what it throws or rejects with. */
export function attempt(step: () => unknown, next: (made: unknown) => void, failed: (error: unknown) => void): void {
  let made: unknown;
  try {
    made = asPromise(step());
  } catch (error) {
    failed(error);
    return;
  }
  if (made instanceof Promise) made.then(next, failed);
  else next(made);
}
