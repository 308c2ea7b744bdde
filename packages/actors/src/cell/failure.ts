/**
 * User code at the border of the runtime: what it returns may be a promise, and an error of it, or of a lost thread, becomes
 * the exit reason of the actor.
 */
import { LoadFailedError, ThreadLostError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Poison } from "./poison.ts";

/** Returns a promise for what `made` will be, if it is a promise of any kind; otherwise `made`. */
export function asPromise(made: unknown): unknown {
  if ((typeof made !== "object" && typeof made !== "function") || made === null) return made;
  return typeof (made as { then?: unknown }).then === "function" ? Promise.resolve(made) : made;
}

/** A handler threw `error`, or its thread was lost, while it handled `message`. */
export function failureOf(error: unknown, message: unknown): ExitReason {
  if (error instanceof ThreadLostError) return { kind: "crashed", cause: error.how };
  return { kind: "panicked", error, message };
}

/** `state` or `started` threw `error`, or its module was not loaded, or the thread was lost meanwhile. */
export function startFailureOf(error: unknown): ExitReason {
  if (error instanceof LoadFailedError) return { kind: "crashed", cause: "loadFailed" };
  if (error instanceof ThreadLostError) return { kind: "crashed", cause: error.how };
  return { kind: "startFailed", error };
}

/** Returns true if the thread was lost through another actor's fault. */
export function isHostLost(error: unknown): boolean {
  return error instanceof ThreadLostError && error.how === "hostLost";
}

/**
 * Returns how often a message may be started again after `reason`. One lost without its own fault is worth a second
 * try.
 */
export function retries(poison: Poison | undefined, reason: ExitReason): number {
  if (reason.kind !== "panicked" && reason.kind !== "crashed") return 0;
  if (typeof poison === "object") return poison.retries;
  return poison === undefined && reason.kind === "crashed" && reason.cause === "hostLost" ? 1 : 0;
}
