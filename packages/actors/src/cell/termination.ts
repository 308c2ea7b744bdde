/**
 * The parts of an end: the requests for it, the step after it, the take-down of the children, and the report to the
 * log. The order of an end is in lifecycle.ts.
 */
import { UnrefTimer } from "@pneumatic/core/internal";
import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal, KILLED, NORMAL, SHUTDOWN } from "../exits.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import { isEnabled, report } from "../report.ts";
import { describe } from "../wording.ts";
import type { Cell } from "./cell.ts";
import type { Directive, Exit } from "./directive.ts";
import type { EndingState } from "./state.ts";

/**
 * The step after an end: the decider's choice; another incarnation once the supervisor begins it; or nothing more. If
 * several are asked for, the later one wins.
 */
export const DECIDE = 0;
export const SUSPEND = 1;
export const FINISH = 2;
export type AfterExit = typeof DECIDE | typeof SUSPEND | typeof FINISH;

/** A request to end, which waits for the current message or start. */
export interface EndRequest {
  readonly reason: ExitReason;
  readonly afterExit: AfterExit;
  /** The fate of the queued messages, if they do not wait for the next incarnation. */
  readonly deadLetterReason: DeadLetterReason;
  /** A child has failed, and is choosing its own directive just now. */
  readonly isDueToChild?: boolean;
  /** The error that was thrown, or that of the lost thread. */
  readonly error?: unknown;
}

/** The actor asks for its own end: the decider chooses what follows. */
export const STOP_SELF: EndRequest = { reason: NORMAL, afterExit: DECIDE, deadLetterReason: "stopped" };

/** Returns the request to end for good, without handling what is queued. */
export function stopRequest(deadLetterReason: DeadLetterReason = "stopped"): EndRequest {
  return { reason: SHUTDOWN, afterExit: FINISH, deadLetterReason };
}

/** Returns the request of an actor that failed outside of a message, or whose thread was lost; for good if `isFinal`. */
export function requestAfter(reason: ExitReason, error: unknown, isFinal = false): EndRequest {
  return { reason, afterExit: isFinal ? FINISH : DECIDE, deadLetterReason: "stopped", error };
}

export interface HowToEnd extends Partial<EndRequest> {
  /** Children handle what they have queued; false when left out. */
  readonly graceful?: boolean;
  /** The incarnation has not started, and will not; false when left out. */
  readonly isFailedStart?: boolean;
}

/** One end from its first step to its last: the facts of the decision, and how the incarnation is taken down. */
export interface Termination extends Exit {
  /** Children handle what they have queued. */
  readonly graceful: boolean;
  /** A child has failed, and is choosing its own directive just now. */
  readonly isDueToChild: boolean;
}

/** Stops an actor: drained or not, but killed when it takes longer than it may. */
export async function shutDown(cell: Cell, graceful: boolean, deadLetterReason: DeadLetterReason): Promise<ExitReason> {
  if (graceful) cell.life.drain();
  else cell.life.request(stopRequest(deadLetterReason));
  if (cell.isAlive) await withDeadline(cell, () => cell.isAlive, FINISH);
  return cell.exited;
}

/**
 * Takes an actor down until its supervisor begins it again: after its current message, but killed when that takes
 * longer than it may. The queued messages stay, unless a `deadLetterReason` is given.
 */
export async function suspend(cell: Cell, deadLetterReason?: DeadLetterReason): Promise<void> {
  const { mailbox, life, incarnation } = cell;
  // If a thread is ahead with messages, the end tells which of them are still queued.
  const isAhead = deadLetterReason !== undefined && incarnation?.executor.halt() === true;
  if (deadLetterReason !== undefined && !isAhead) mailbox.empty(deadLetterReason);
  life.request({ reason: SHUTDOWN, afterExit: SUSPEND, deadLetterReason: isAhead ? deadLetterReason : "stopped" });
  if (!life.isDown) await withDeadline(cell, () => !life.isDown, SUSPEND);
}

/** Takes a child of an ending actor down. If it comes back, its queue is given up only if its supervisor has failed. */
export async function takeDown(child: Cell, { directive, termination }: EndingState): Promise<void> {
  const { deadLetterReason, graceful } = termination;
  if (!directive.restart) await shutDown(child, graceful, directive.deadLetterReason);
  else if (child.life.comesBack)
    await suspend(child, deadLetterReason === "intensityExceeded" ? deadLetterReason : undefined);
  else await shutDown(child, graceful, deadLetterReason);
}

/** The ends that are on the stack, each of a child of the one before. */
let level = 0;
const MOST_LEVELS = 100;

/** True if so many levels of a tree end within each other that deeper ones should do it one after the other. */
export function isDeep(): boolean {
  return level >= MOST_LEVELS;
}

/** Runs `work`, which may end actors one level deeper. */
export function oneDeeper(work: () => void): void {
  level++;
  try {
    work();
  } finally {
    level--;
  }
}

/** Kills the children of an actor that `directive` follows, the last one first, and each before its parent has ended. */
export function killAll(children: Cell[], directive: Directive): void {
  const killed: [Cell, AfterExit][] = [];
  const add = (cells: Cell[], restarts: boolean): void => {
    for (const cell of cells) killed.push([cell, restarts && cell.life.comesBack ? SUSPEND : FINISH]);
  };
  add(children, directive.restart);
  if (isDeep()) {
    for (const [cell, afterExit] of killed) add(cell.children, afterExit === SUSPEND); // also those that are added here
  }
  oneDeeper(() => {
    for (const [{ life }, afterExit] of killed.reverse()) life.kill(afterExit);
  });
}

async function withDeadline(
  { life, settings, clock }: Cell,
  lasts: () => boolean,
  afterExit: AfterExit,
): Promise<void> {
  const deadline = new UnrefTimer(settings.shutdownMs, () => life.kill(afterExit), clock);
  while (lasts()) await life.change();
  deadline.stop();
}

/**
 * Reports to the log and to subscribers that the incarnation of `cell` ends; `error` is the thrown error, if there is
 * one.
 */
export function reportEnd(cell: Cell, reason: ExitReason, directive: Directive, error: unknown): void {
  const { id, runtime, life } = cell;
  const { log, diagnostics } = runtime;
  const isFailure = isAbnormal(reason);
  if (isFailure && reason !== KILLED) diagnostics.panicked(cell, reason, directive.restart);
  if (!isEnabled(log, isFailure ? "error" : "debug")) return; // what follows costs more than most restarts
  const next = nextStep(directive);
  const entry = { actor: cell.path, id, generation: life.generation, reason: reason.kind };
  if (!isFailure) report(log, "debug", entry, `actor ended: ${next}`);
  else report(log, "error", { ...entry, err: errorOf(reason) ?? error }, `actor ${describe(reason)}: ${next}`);
}

function nextStep(directive: Directive): string {
  if (directive.deadLetterReason === "intensityExceeded")
    return "it has restarted too often, and stops. The option intensity: { restarts, withinMs } of spawn(), route() or supervisor() allows more";
  if (!directive.restart) return "stopping";
  return directive.delayMs === undefined
    ? "restarting with others"
    : `restarting in ${Math.round(directive.delayMs)} ms`;
}

function errorOf(reason: ExitReason): unknown {
  return reason.kind === "panicked" || reason.kind === "startFailed" ? reason.error : undefined;
}
