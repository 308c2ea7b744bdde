/** What an end is made of: who asked for it, what follows it, and what is told of it. */

import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal, KILLED } from "../exits.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import { isEnabled, report } from "../report.ts";
import { describe } from "../wording.ts";
import type { Cell } from "./cell.ts";
import type { Directive } from "./directive.ts";

/**
 * What follows an end: nothing more; what the guardian decides; or another incarnation once the supervisor begins it. The
 * later one wins when several are asked for.
 */
export const DECIDE = 0;
export const SUSPEND = 1;
export const FINISH = 2;
export type AfterExit = typeof DECIDE | typeof SUSPEND | typeof FINISH;

/** A decision to end, which waits for the current message or start. */
export interface EndRequest {
  readonly reason: ExitReason;
  readonly afterExit: AfterExit;
  /** What becomes of the messages that are queued, if they do not wait for the next incarnation. */
  readonly deadLetterReason: DeadLetterReason;
  readonly isDueToChild?: boolean;
  /** What was thrown, or how the thread was lost. */
  readonly error?: unknown;
}

export interface HowToEnd extends Partial<EndRequest> {
  /** Children handle what they have queued; false when left out. */
  readonly graceful?: boolean;
  /** The `stopped` hook runs; true when left out. */
  readonly hook?: boolean;
}

/** An incarnation that is being taken down. */
export interface Termination {
  reason: ExitReason;
  directive: Directive;
  readonly deadLetterReason: DeadLetterReason;
  /** Children handle what they have queued. */
  readonly graceful: boolean;
  /** The `stopped` hook runs. */
  readonly hook: boolean;
  /** A child has failed, which is deciding just now. */
  readonly isDueToChild: boolean;
}

/** Says in the log, and to who has subscribed, that incarnation number `generation` ends, because of `error` if there is one. */
export function reportEnd(
  cell: Cell,
  generation: number,
  reason: ExitReason,
  directive: Directive,
  error: unknown,
): void {
  const { id, runtime } = cell;
  const { log, diagnostics } = runtime;
  const isFailure = isAbnormal(reason);
  if (isFailure && reason !== KILLED) diagnostics.panicked(cell, reason, directive.restart);
  if (!isEnabled(log, isFailure ? "error" : "debug")) return; // what follows costs more than most restarts
  const next = nextStep(directive);
  const entry = { actor: cell.path, id, generation, reason: reason.kind };
  if (!isFailure) report(log, "debug", entry, `actor ended: ${next}`);
  else report(log, "error", { ...entry, err: errorOf(reason) ?? error }, `actor ${describe(reason)}: ${next}`);
}

/** The one that wins. */
export function laterOf(one: AfterExit, other: AfterExit): AfterExit {
  return one > other ? one : other;
}

function nextStep(directive: Directive): string {
  if (!directive.restart) return "stopping";
  return directive.delayMs === undefined
    ? "restarting with others"
    : `restarting in ${Math.round(directive.delayMs)} ms`;
}

function errorOf(reason: ExitReason): unknown {
  return reason.kind === "panicked" || reason.kind === "startFailed" ? reason.error : undefined;
}
