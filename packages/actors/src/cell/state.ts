/**
 * The state of an actor, as one value of one field, `Cell.state`. Each state is a record that has only what it can use. The
 * records without data are shared constants, so a turn allocates nothing; the others exist while an actor starts, ends or is
 * down, or when its end was requested.
 *
 *     NEW ─► DUE ─► STARTING ─► READY ─► QUEUED ─► BUSY ─► AWAITING         NEW        its supervisor has yet to start it
 *             ▲          │        ▲                 │ │       │             DUE        its turn to start is queued
 *             │          │        └─────────────────┘ │       │             READY      has nothing to do
 *             │          ▼ (from DUE to AWAITING)     ▼       ▼             QUEUED     its turn is queued
 *      DOWN ──┤◄──── ENDING ◄─────────────────────────────────┘             BUSY       its turn is on the stack
 *       │     │          │                                                  AWAITING   its handler has yet to settle
 *       ▼     ▼          ▼                                                  ENDING     its incarnation is taken down
 *     FINISHING ─────► STOPPED                                              DOWN       between two incarnations
 *
 * 1. {@link transition} and {@link become} are the only writers, and assert every step.
 * 2. The only steps back are those of the round READY … AWAITING, and the restart: from ENDING to DUE or DOWN.
 * 3. Within a state only the request changes, and the later consequence wins: it goes from DECIDE to SUSPEND to FINISH,
 *    and while ENDING from a restart to none. A backoff may begin or be given up while NEW or DOWN.
 */
import type { UnrefTimer } from "@pneumatic/core/internal";
import type { ExitReason } from "../exit-reason.ts";
import { NORMAL } from "../exits.ts";
import type { Directive } from "./directive.ts";
import type { EndRequest, Termination } from "./termination.ts";
import { DECIDE } from "./termination.ts";

export const NEW = 0;
export const DUE = 1;
export const STARTING = 2;
export const READY = 3;
export const QUEUED = 4;
export const BUSY = 5;
export const AWAITING = 6;
export const DOWN = 7;
export const ENDING = 8;
export const FINISHING = 9;
export const STOPPED = 10;

export type RunningPhase = typeof READY | typeof QUEUED | typeof BUSY | typeof AWAITING;
export type Phase = State["phase"];
export type State = WaitingState | DueState | StartingState | RunningState | EndingState | EndedState;

/** No incarnation exists, and none begins before its supervisor begins it or its backoff is over. */
export interface WaitingState {
  readonly phase: typeof NEW | typeof DOWN;
  /** Why the last incarnation ended; `normal` before the first. */
  readonly reason: ExitReason;
  readonly backoff: UnrefTimer | undefined;
}

export interface DueState {
  readonly phase: typeof DUE;
  /** As while it waited. */
  readonly reason: ExitReason;
}

export interface StartingState {
  readonly phase: typeof STARTING;
  /** The end that follows the start. */
  readonly requested: EndRequest | undefined;
  /** As while it waited. No later state has it, since it may hold a message. */
  readonly reason: ExitReason;
}

export interface RunningState {
  readonly phase: RunningPhase;
  /** The end that follows the message in flight, and those that a thread has started. */
  readonly requested: EndRequest | undefined;
}

export interface EndingState {
  readonly phase: typeof ENDING;
  readonly reason: ExitReason;
  /** The next step. */
  readonly directive: Directive;
  /** The way in which it ends: the same object from the first step of an end to its last. */
  readonly termination: Termination;
}

export interface EndedState {
  /** FINISHING: what it had is given up just now. */
  readonly phase: typeof FINISHING | typeof STOPPED;
  readonly reason: ExitReason;
}

/**
 * Makes the record of a state. In memory all have one shape, with undefined for what a state cannot use: code that meets more
 * than four shapes is slow wherever it reads a phase.
 */
function record(
  phase: Phase,
  reason?: ExitReason,
  requested?: EndRequest,
  backoff?: UnrefTimer,
  directive?: Directive,
  termination?: Termination,
): State {
  return { phase, reason, requested, backoff, directive, termination } as State;
}

// The states in which no end is requested.
export const NEW_STATE: State = record(NEW, NORMAL);
const FIRST_DUE = record(DUE, NORMAL);
const FIRST_START = record(STARTING, NORMAL);
const FINISHING_NORMALLY = record(FINISHING, NORMAL);
const STOPPED_NORMALLY = record(STOPPED, NORMAL);
export const READY_STATE: RunningState = record(READY) as RunningState;
export const QUEUED_STATE: RunningState = record(QUEUED) as RunningState;
export const BUSY_STATE: RunningState = record(BUSY) as RunningState;
export const AWAITING_STATE: RunningState = record(AWAITING) as RunningState;

/** Returns the state of an actor without an incarnation, which begins after `backoff` or when its supervisor says so. */
export function waiting(phase: typeof NEW | typeof DOWN, reason: ExitReason, backoff?: UnrefTimer): State {
  return record(phase, reason, undefined, backoff);
}

/** Returns the state of an actor whose turn to start is queued, and whose last incarnation ended for `reason`. */
export function dueAfter(reason: ExitReason): State {
  return reason === NORMAL ? FIRST_DUE : record(DUE, reason);
}

/** Returns the state of an actor that starts, and whose last incarnation ended for `reason`. */
export function startingAfter(reason: ExitReason): State {
  return reason === NORMAL ? FIRST_START : record(STARTING, reason);
}

/** Returns the state that `state` becomes when an end is asked for. */
export function askedFor(request: EndRequest, state: StartingState | RunningState): State {
  return record(state.phase, state.phase === STARTING ? state.reason : undefined, request);
}

/** Returns the state of an actor whose incarnation is taken down. */
export function endingAs(termination: Termination, reason: ExitReason, directive: Directive): State {
  return record(ENDING, reason, undefined, undefined, directive, termination);
}

/** Returns the state of an actor that has ended for `reason`, for good. */
export function endedFor(reason: ExitReason, phase: typeof FINISHING | typeof STOPPED): State {
  if (reason === NORMAL) return phase === FINISHING ? FINISHING_NORMALLY : STOPPED_NORMALLY;
  return record(phase, reason);
}

/** Returns true for the states from READY to AWAITING. */
export function isRunning(state: State): state is RunningState {
  return state.phase >= READY && state.phase <= AWAITING;
}

/** An actor, as far as its state is concerned. */
interface Stateful {
  readonly path: string;
  state: State;
}

/** Takes `actor` to `next`; a broken invariant throws. */
export function transition(actor: Stateful, next: State): void {
  if (!isLegal(actor.state, next)) illegalStep(actor, next.phase);
  actor.state = next;
}

/** Takes `actor` to a running state. An end that was asked for is still to come. */
export function become(actor: Stateful, next: RunningState): void {
  const { phase, requested } = actor.state as RunningState;
  if (!isStep(phase, next.phase)) illegalStep(actor, next.phase);
  actor.state = requested === undefined ? next : record(next.phase, undefined, requested);
}

/** Lets an actor that is down wait for its supervisor, or for nothing. */
export function giveUpBackoff(actor: Stateful): void {
  const { state } = actor;
  if ((state.phase !== NEW && state.phase !== DOWN) || state.backoff === undefined) return;
  state.backoff.stop();
  transition(actor, waiting(state.phase, state.reason));
}

function illegalStep({ path, state }: Stateful, next: Phase): never {
  throw new Error(`Actor "${path}": no step from ${state.phase} to ${next}`);
}

function bits(...phases: Phase[]): number {
  return phases.reduce<number>((mask, phase) => mask | (1 << phase), 0);
}

const NEXT: readonly number[] = [
  /* NEW */ bits(DUE, FINISHING),
  /* DUE */ bits(STARTING, ENDING),
  /* STARTING */ bits(READY, ENDING),
  /* READY */ bits(QUEUED, ENDING),
  /* QUEUED */ bits(BUSY, ENDING),
  /* BUSY */ bits(READY, QUEUED, AWAITING, ENDING),
  /* AWAITING */ bits(READY, ENDING),
  /* DOWN */ bits(DUE, FINISHING),
  /* ENDING */ bits(DOWN, DUE, FINISHING),
  /* FINISHING */ bits(STOPPED),
  /* STOPPED */ 0,
];

/** Returns true if a start or a message is under way. */
export function isAtWork(phase: Phase): boolean {
  return phase === STARTING || phase === BUSY || phase === AWAITING;
}

/** Returns true if an actor may go from one phase to a different one. */
export function isStep(from: Phase, to: Phase): boolean {
  return ((NEXT[from] as number) & (1 << to)) !== 0;
}

/** Returns true if an actor may go from one state to another, of the same phase or not. */
export function isLegal(from: State, to: State): boolean {
  if (from.phase !== to.phase) return isStep(from.phase, to.phase);
  switch (from.phase) {
    case NEW:
    case DOWN:
      return true;
    case STARTING:
    case READY:
    case QUEUED:
    case BUSY:
    case AWAITING: {
      const { requested } = to as StartingState | RunningState;
      return requested !== undefined && requested.afterExit >= (from.requested?.afterExit ?? DECIDE);
    }
    case ENDING: {
      const { termination, directive } = to as EndingState;
      return termination === from.termination && (from.directive.restart || !directive.restart);
    }
    default:
      return false;
  }
}
