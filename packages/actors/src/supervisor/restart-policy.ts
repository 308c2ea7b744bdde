/**
 * The decision after the end of an actor: one pure table, whose clauses are tried from the first to the last. Those
 * from `permanent` on are OTP's `do_restart`. Intensity and backoff are counted afterwards (restarts.ts), and for
 * "restart" alone.
 *
 *     asked for       restart      end                                                follows
 *     FINISH          any          any                                                stop
 *     any             any          the actor has no address, nothing is left to do    stop
 *     any             any          the first start fails, and its thread is not lost  stop, unless the actor replaces one
 *     SUSPEND         any          any                                                suspend
 *     DECIDE          any          a start fails that the supervisor's own awaits     failSupervisor
 *       "             permanent    any but shutdown                                   restart
 *       "             any          normal, shutdown                                   stop
 *       "             transient    killed, panicked, crashed, startFailed             restart
 *       "             temporary    killed, panicked, crashed, startFailed             stop
 *
 * A restart after `hostLost` is not counted: another actor is to blame. Nor is that of a routee that was killed or has panicked: a
 * pool is not ill because a job failed. Unlike OTP's, a `shutdown` is never the actor's
 * own.
 */
import type { Exit } from "../cell/directive.ts";
import { FINISH, SUSPEND } from "../cell/termination.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Restart } from "./actor-options.ts";
import type { Strategy } from "./supervisor-address.ts";

/**
 * The decision. `failSupervisor` fails the start of the supervisor, which begins the actor again if it is restarted
 * itself.
 */
export type Decision = "stop" | "suspend" | "failSupervisor" | "restart" | "restartUncounted" | "restartAfterJob";

/** The part of the supervision of an actor that matters to the decision. */
export interface Supervision {
  /** True if a first start that fails is like a later one, since the actor takes the place of one that has run. */
  readonly isReplacement: boolean;
  /** True if the actor belongs to its supervisor, which starts and waits for it. */
  readonly isAwaited: boolean;
  /** True if the actor is a routee. */
  readonly isRoutee: boolean;
}

export function decide(exit: Exit, restart: Restart, { isReplacement, isAwaited, isRoutee }: Supervision): Decision {
  const { reason, afterExit, starts } = exit;
  if (afterExit === FINISH) return "stop";
  if (!exit.isNeeded) return "stop";
  if (exit.isFailedStart && starts === 0 && !isReplacement && !isThreadLost(reason)) return "stop";
  if (afterExit === SUSPEND) return "suspend";
  if (isAwaited && isStartFailure(reason, starts)) return "failSupervisor";
  if (restart === "permanent" && reason.kind !== "shutdown") return restartAfter(reason, isRoutee);
  if (reason.kind === "normal" || reason.kind === "shutdown") return "stop";
  if (restart === "transient") return restartAfter(reason, isRoutee);
  return "stop";
}

/**
 * Returns true if a supervisor that awaits the start of an actor fails with its end. `starts` is the number of
 * successful starts.
 */
export function isStartFailure(reason: ExitReason, starts: number): boolean {
  return reason.kind === "startFailed" || (reason.kind === "crashed" && starts === 0);
}

function restartAfter(reason: ExitReason, isRoutee: boolean): Decision {
  if (isRoutee && (reason.kind === "panicked" || reason.kind === "killed")) return "restartAfterJob";
  return reason.kind === "crashed" && reason.cause === "hostLost" ? "restartUncounted" : "restart";
}

/** A thread may be lost by the fault of any actor on it; a module that cannot be loaded is the actor's own. */
function isThreadLost(reason: ExitReason): boolean {
  return reason.kind === "crashed" && reason.cause !== "loadFailed";
}

export const STRATEGIES: readonly Strategy[] = ["one_for_one", "one_for_all", "rest_for_one"];

/** Returns the index of the first child, in the order of starting, that starts again because of the one at `failed`. */
export function firstAffected(strategy: Exclude<Strategy, "one_for_one">, failed: number): number {
  return strategy === "one_for_all" ? 0 : failed;
}
