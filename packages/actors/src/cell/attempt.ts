/** Calls of user code, which may return, return a promise, throw or reject. */

/** A promise for what `made` will be, if it is one at all; otherwise `made`. */
export function asPromise(made: unknown): unknown {
  if ((typeof made !== "object" && typeof made !== "function") || made === null) return made;
  return typeof (made as { then?: unknown }).then === "function" ? Promise.resolve(made) : made;
}
