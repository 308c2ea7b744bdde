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
  /** As while it waited. */
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

export const NEW_STATE: State = { phase: NEW, reason: NORMAL, backoff: undefined };
const FIRST_DUE: State = { phase: DUE, reason: NORMAL };
const FIRST_START: State = { phase: STARTING, requested: undefined, reason: NORMAL };
const RUNNING: readonly RunningState[] = ([READY, QUEUED, BUSY, AWAITING] as const).map((phase) => ({
  phase,
  requested: undefined,
}));

/** Returns the state of an actor whose turn to start is queued, and whose last incarnation ended for `reason`. */
export function dueAfter(reason: ExitReason): State {
  return reason === NORMAL ? FIRST_DUE : { phase: DUE, reason };
}

/** Returns the state of an actor that starts, and whose last incarnation ended for `reason`. */
export function startingAfter(reason: ExitReason): State {
  return reason === NORMAL ? FIRST_START : { phase: STARTING, requested: undefined, reason };
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

/** Takes `actor` to a running phase. An end that was asked for is still to come. */
export function become(actor: Stateful, next: RunningPhase): void {
  const { phase, requested } = actor.state as RunningState;
  if (!isStep(phase, next)) illegalStep(actor, next);
  actor.state = requested === undefined ? (RUNNING[next - READY] as RunningState) : { phase: next, requested };
}

/** Lets an actor that is down wait for its supervisor, or for nothing. */
export function giveUpBackoff(actor: Stateful): void {
  const { state } = actor;
  if ((state.phase !== NEW && state.phase !== DOWN) || state.backoff === undefined) return;
  state.backoff.stop();
  transition(actor, { ...state, backoff: undefined });
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
