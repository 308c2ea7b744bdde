/**
 * Starts, restarts and ends one actor: it takes the cell from state to state (state.ts). Before an end touches
 * anything, the decider chooses the directive that follows.
 *
 * An incarnation ends in this order: the message in flight, its timers and signal, its children, its `stopped` hook,
 * what it owned. A request to end that comes during a message or a start waits for it; a kill waits for nothing. User
 * code runs in between, and may kill: each step checks that the same end is still under way.
 *
 * Above the limits: every start and every end passes here, so it imports what they touch.
 */
import { NOTHING, UnrefTimer } from "@pneumatic/core/internal";
import { dropAddresses } from "../address/walk.ts";
import { inNeutralContext } from "../async-context.ts";
import { ActorStoppedError, StartFailedError, StartTimeoutError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal, KILLED, NORMAL, SHUTDOWN } from "../exits.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import { isEnvelope } from "../reply/ask.ts";
import { report } from "../report.ts";
import type { Cell } from "./cell.ts";
import { DeferredPromise } from "./deferred-promise.ts";
import type { Decider } from "./directive.ts";
import { SUSPENDED } from "./directive.ts";
import type { Executor } from "./executor.ts";
import { asPromise, failureOf, isHostLost, startFailureOf } from "./failure.ts";
import { Incarnation } from "./incarnation.ts";
import type { EndingState, RunningState, StartingState, WaitingState } from "./state.ts";
import {
  askedFor,
  DOWN,
  DUE,
  dueAfter,
  ENDING,
  endedFor,
  endingAs,
  FINISHING,
  giveUpBackoff,
  isAtWork,
  isRunning,
  NEW,
  STARTING,
  STOPPED,
  startingAfter,
  transition,
  waiting,
} from "./state.ts";
import type { AfterExit, EndRequest, HowToEnd, Termination } from "./termination.ts";
import {
  DECIDE,
  FINISH,
  isDeep,
  killAll,
  oneDeeper,
  reportEnd,
  STOP_SELF,
  SUSPEND,
  stopRequest,
  takeDown,
} from "./termination.ts";

/** How often a start that is late is looked at while its thread is silent. */
const SILENT_MS = 250;
const NOTHING_ASKED: HowToEnd = {};

export class Lifecycle {
  readonly #cell: Cell;
  /** Undefined for an actor that is supervised alone, until an incarnation ends. */
  #decider: Decider | undefined;
  /** Made when they are first read. */
  #started: DeferredPromise<void> | undefined = undefined;
  #exited: DeferredPromise<ExitReason> | undefined = undefined;
  /** Called at the next change: the actor has started, is down, or has ended. */
  #onChange: (() => void)[] | undefined = undefined;
  /** The number of the present or last incarnation; 0 before the first. */
  generation = 0;
  /** The number of successful starts. */
  starts = 0;
  /** The error of the last failed start; `NOTHING` if none has failed. */
  startError: unknown = NOTHING;
  /** The reason of the end without an address: `shutdown` if it was drained. */
  #drainReason: ExitReason = NORMAL;
  /** True if the last end was that of a message whose caller hears of it. */
  #isTaken = false;
  /** The time that the hook under way still has: `state` and `started` together, or `stopped`. */
  #limit: UnrefTimer | undefined = undefined;

  constructor(cell: Cell, decider: Decider | undefined) {
    this.#cell = cell;
    this.#decider = decider;
  }

  /** Settles with the first start. */
  get started(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new DeferredPromise();
      this.#settleStarted();
    }
    return this.#started.promise;
  }

  #settleStarted(): void {
    if (this.#started === undefined || this.#started.isSettled) return;
    const { path, state } = this.#cell;
    const isLost = state.phase === STOPPED || (state.phase === ENDING && !state.directive.restart);
    if (this.starts > 0) this.#started.resolve();
    else if (isLost && this.startError !== NOTHING) this.#started.reject(new StartFailedError(path, this.startError));
    else if (state.phase === STOPPED) this.#started.reject(new ActorStoppedError(path, this.reason));
  }

  get exited(): Promise<ExitReason> {
    if (this.#exited === undefined) {
      this.#exited = new DeferredPromise();
      if (!this.#cell.isAlive) this.#exited.resolve(this.reason);
    }
    return this.#exited.promise;
  }

  /** The reason why the last incarnation ended, or why this one will: that of the errors of late messages. */
  get reason(): ExitReason {
    const { state } = this.#cell;
    if (isRunning(state)) return this.#drainReason;
    return state.phase >= ENDING || this.#drainReason === NORMAL ? state.reason : this.#drainReason;
  }

  get restarts(): number {
    return Math.max(0, this.generation - 1);
  }

  /** True if it comes back under the same addresses when its parent is restarted. */
  get comesBack(): boolean {
    return this.#decider?.comesBack === true;
  }

  /** True if there is no incarnation, and none is about to be. */
  get isDown(): boolean {
    const { state, phase } = this.#cell;
    return phase === STOPPED || ((state.phase === NEW || state.phase === DOWN) && state.backoff === undefined);
  }

  /** Resolves at the next change: the actor has started, is down, or has ended. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange ??= [];
      this.#onChange.push(resolve);
    });
  }

  #changed(): void {
    const waiting = this.#onChange;
    this.#onChange = undefined;
    if (waiting !== undefined) for (const resolve of waiting) resolve();
  }

  // Start

  /** Queues the first start, or a restart of an actor that is down; `delayMs` later if that is not 0. */
  begin(delayMs = 0): void {
    const cell = this.#cell;
    const { phase, reason } = cell.state as WaitingState;
    if (delayMs > 0) {
      transition(cell, waiting(phase, reason, new UnrefTimer(delayMs, () => this.begin(), cell.clock)));
      return;
    }
    transition(cell, dueAfter(reason));
    cell.runtime.dispatcher.enqueue(cell);
  }

  /** Starts the incarnation whose turn it is. */
  startIfDue(): void {
    const cell = this.#cell;
    if (cell.state.phase !== DUE) return;
    const incarnation = new Incarnation(cell, ++this.generation);
    transition(cell, startingAfter(cell.state.reason));
    cell.incarnation = incarnation;
    if (cell.runtime.isStopping) incarnation.abortStopping();
    let made: unknown;
    try {
      made = asPromise(incarnation.executor.state?.(cell.args, incarnation));
    } catch (error) {
      this.#startFailed(incarnation, error);
      return;
    }
    if (made instanceof Promise) {
      this.#limitStart(incarnation);
      made.then(
        (state) => this.#stateMade(incarnation, state),
        (error) => this.#startFailed(incarnation, error),
      );
    } else this.#stateMade(incarnation, made);
  }

  #stateMade(incarnation: Incarnation, state: unknown): void {
    if (this.#cell.isOver(incarnation)) return;
    incarnation.state = state;
    let done: unknown;
    try {
      const { started } = incarnation.executor;
      done = started && asPromise(this.#inTurn(() => started(incarnation)));
    } catch (error) {
      this.#startFailed(incarnation, error);
      return;
    }
    if (done instanceof Promise) {
      this.#limitStart(incarnation);
      done.then(
        () => this.#ready(incarnation),
        (error) => this.#startFailed(incarnation, error),
      );
    } else this.#ready(incarnation);
  }

  #inTurn<T>(hook: () => T): T {
    return this.#cell.runtime.dispatcher.inTurnOf(this.#cell, hook);
  }

  /** Lets the start fail unless it is over in time. */
  #limitStart(incarnation: Incarnation): void {
    const { startTimeoutMs } = this.#cell.settings;
    const giveUp = (): void => {
      this.#limit = undefined;
      if (incarnation.executor.isSilent)
        this.#limitHook(SILENT_MS, giveUp); // to be found hung
      else this.#startFailed(incarnation, new StartTimeoutError(this.#cell.path, startTimeoutMs));
    };
    this.#limitHook(startTimeoutMs, giveUp);
  }

  #limitHook(ms: number, giveUp: () => void): void {
    const { runtime, clock } = this.#cell;
    if (runtime.testHooks?.limitsHooks !== false) this.#limit ??= new UnrefTimer(ms, giveUp, clock);
  }

  #endLimit(): void {
    this.#limit?.stop();
    this.#limit = undefined;
  }

  #ready(incarnation: Incarnation): void {
    const cell = this.#cell;
    if (cell.isOver(incarnation)) return;
    this.#endLimit();
    cell.runtime.diagnostics.started(cell, (cell.state as StartingState).reason);
    this.starts++;
    this.#settleStarted();
    this.#changed();
    cell.ready();
  }

  #startFailed(incarnation: Incarnation, error: unknown): void {
    if (this.#cell.isOver(incarnation)) return;
    this.startError = error;
    const { afterExit = DECIDE, deadLetterReason = "startFailed" } = this.#requested ?? {};
    this.#end(startFailureOf(error), { afterExit, deadLetterReason, isFailedStart: true }, error);
  }

  // End

  /** The end that was asked for, and waits for the current message or start. */
  get #requested(): EndRequest | undefined {
    return (this.#cell.state as StartingState | RunningState).requested;
  }

  /** Why it is to end after what it is at; undefined if it was not asked to, or asks itself. */
  get stopReason(): ExitReason | undefined {
    const requested = this.#requested;
    return requested === STOP_SELF ? undefined : requested?.reason;
  }

  /**
   * Ends the actor, since it has no address and nothing left to do. Called between two messages, or while it is down.
   */
  drained(): void {
    if (this.#cell.phase === DOWN) this.#finish(this.reason, "stopped");
    else this.#end(this.#drainReason, { afterExit: FINISH, graceful: true });
  }

  /** Ends the incarnation, since its handler threw. */
  panicked(reason: ExitReason, error: unknown): void {
    this.#end(reason, this.#requested ?? NOTHING_ASKED, error);
  }

  /** Ends the actor if its end was requested during the message that was just handled. */
  endIfRequested(): boolean {
    const requested = this.#requested;
    if (requested === undefined || this.#halt()) return false;
    this.#end(requested.reason, requested);
    return true;
  }

  /**
   * Ends with a failure of its children. Returns true if another incarnation follows, or may: while it starts, that is
   * open.
   */
  fail(reason: ExitReason): boolean {
    this.request({ reason, afterExit: DECIDE, deadLetterReason: "intensityExceeded", isDueToChild: true });
    const { state } = this.#cell;
    return state.phase === ENDING ? state.directive.restart : state.phase === DUE || state.phase === STARTING;
  }

  /** Ends for good, once the queued messages are handled. */
  drain(): void {
    const { phase, mailbox } = this.#cell;
    this.#drainReason = SHUTDOWN;
    if (phase === NEW) this.#finish(SHUTDOWN, "stopped");
    else mailbox.channel.close();
  }

  /** Ends at once: neither handler nor hook is waited for, and the children are killed too. */
  kill(afterExit: AfterExit): void {
    const { phase } = this.#cell;
    if (phase > ENDING) return;
    if (phase === ENDING) {
      this.#hurry(afterExit);
    } else if (phase === NEW || phase === DOWN) {
      this.#conclude({ reason: KILLED, afterExit, deadLetterReason: "stopped" });
    } else {
      const { afterExit: requested = DECIDE, deadLetterReason = "stopped" } = this.#requested ?? {};
      this.#end(KILLED, { afterExit: requested > afterExit ? requested : afterExit, deadLetterReason });
    }
  }

  /** Ends after the current message or start, as far as there is one. */
  request(request: EndRequest): void {
    const { phase } = this.#cell;
    if (phase > ENDING) return;
    if (phase === NEW || phase === DOWN || phase === ENDING) this.#conclude(request);
    else if (isAtWork(phase) || this.#halt()) this.#remember(request);
    else this.#end(request.reason, request);
  }

  #remember(request: EndRequest): void {
    const cell = this.#cell;
    const state = cell.state as StartingState | RunningState;
    if (request.afterExit >= (state.requested?.afterExit ?? DECIDE)) transition(cell, askedFor(request, state));
    if (request !== STOP_SELF) cell.incarnation?.abortStopping();
    if (state.phase === STARTING) cell.incarnation?.executor.cutShort();
    else this.#halt();
  }

  /** Starts no further message. Returns true if messages were started whose turn has not come. */
  #halt(): boolean {
    return this.#cell.incarnation?.executor.halt() === true;
  }

  /** Ends an actor that is down or going down, as far as it has not ended: it waits for no other incarnation. */
  #conclude({ reason, afterExit, deadLetterReason }: EndRequest): void {
    const cell = this.#cell;
    const { state } = cell;
    if (state.phase === ENDING) {
      if (!state.directive.restart || afterExit === DECIDE) return;
      if (afterExit === SUSPEND) {
        transition(cell, endingAs(state.termination, state.reason, SUSPENDED));
      } else {
        transition(cell, endingAs(state.termination, reason, { restart: false, deadLetterReason }));
        cell.mailbox.end(deadLetterReason);
      }
    } else if (afterExit === FINISH) {
      this.#finish(reason, deadLetterReason);
    } else if (afterExit === SUSPEND) {
      giveUpBackoff(cell);
      this.#changed();
    }
  }

  #end(reason: ExitReason, how: HowToEnd, error = how.error): void {
    inNeutralContext(() => this.#endNow(reason, how, error));
  }

  #endNow(reason: ExitReason, how: HowToEnd, error: unknown): void {
    const { deadLetterReason = "stopped", graceful = false, isDueToChild = false, isFailedStart = false } = how;
    const cell = this.#cell;
    this.#endLimit();
    cell.incarnation?.executor.catchUp(cell);
    this.#isTaken = isEnvelope(cell.inFlight) && !cell.inFlight.isSettled;
    const termination: Termination = {
      reason,
      afterExit: how.afterExit ?? DECIDE,
      deadLetterReason,
      isNeeded: !cell.mailbox.isFinished || cell.wouldRetry(reason),
      isFailedStart,
      starts: this.starts,
      handled: cell.account.handled,
      startedAt: cell.incarnation?.startedAt,
      graceful,
      isDueToChild,
    };
    this.#decider ??= cell.runtime.deciderFor(cell, termination);
    const directive = this.#decider.decide(termination);
    reportEnd(cell, reason, directive, error);
    transition(cell, endingAs(termination, reason, directive));
    this.#settleStarted();
    cell.settleInFlight(reason, directive.restart && directive.deadLetterReason === undefined, error);
    const next = this.#ending(termination)?.directive;
    if (next === undefined) return;
    if (!next.restart) cell.mailbox.end(next.deadLetterReason);
    else if (next.deadLetterReason !== undefined) cell.mailbox.empty(next.deadLetterReason);
    cell.incarnation?.end();
    const ending = this.#ending(termination);
    if (ending === undefined) return;
    const isKill = reason.kind === "killed" && !isDueToChild;
    if (isKill) killAll(cell.children, ending.directive);
    const run = isKill || isFailedStart ? undefined : cell.incarnation?.executor.stopped;
    if (run === undefined && (isKill || !cell.hasChildren)) this.#takenDown(termination);
    else if (isDeep()) queueMicrotask(() => void this.#takeDown(termination, run));
    else oneDeeper(() => void this.#takeDown(termination, run));
  }

  /** Returns the state of an actor that ends as `termination` says; undefined if another end has overtaken that one. */
  #ending(termination: Termination): EndingState | undefined {
    const { state } = this.#cell;
    return state.phase === ENDING && state.termination === termination ? state : undefined;
  }

  /** Never rejects. */
  async #takeDown(termination: Termination, hook: Executor["stopped"]): Promise<void> {
    const { incarnation, runtime, path } = this.#cell;
    if (termination.isDueToChild) await undefined; // whose own end has not begun
    for (const child of this.#cell.children.reverse()) {
      const ending = this.#ending(termination);
      if (ending === undefined) return;
      await runtime.waitForGraph.awaiting(this.#cell, child, takeDown(child, ending));
    }
    let failure: ExitReason | undefined;
    try {
      const ending = this.#ending(termination);
      if (ending !== undefined && hook !== undefined) {
        const left = asPromise(this.#inTurn(() => hook(incarnation, ending.reason)));
        if (left instanceof Promise) this.#limitStop(termination);
        await left;
      }
    } catch (error) {
      if (!isHostLost(error)) failure = failureOf(error, undefined);
      const late = this.#ending(termination) === undefined ? ", after it was given up" : "";
      report(runtime.log, "error", { err: error, actor: path }, `the stopped hook panicked${late}`);
    }
    this.#takenDown(termination, failure);
  }

  /** Goes on without the `stopped` hook unless that settles in time. */
  #limitStop(termination: Termination): void {
    const ending = this.#ending(termination);
    if (ending === undefined) return;
    const { shutdownMs } = this.#cell.settings;
    this.#limitHook(shutdownMs, () => {
      this.#reportGivenUp(`it did not settle within ${shutdownMs} ms`);
      this.#takenDown(termination, isAbnormal(ending.reason) ? undefined : KILLED);
    });
  }

  #reportGivenUp(why: string): void {
    const { path: actor, id, runtime } = this.#cell;
    report(runtime.log, "warn", { actor, id, generation: this.generation }, `the stopped hook was given up: ${why}`);
  }

  /** Goes on after the take-down of the incarnation. If no other one follows, `reason` replaces that of the end. */
  #takenDown(termination: Termination, reason?: ExitReason): void {
    const cell = this.#cell;
    if (this.#ending(termination) !== undefined) cell.incarnation?.dropOwned(); // which may ask for the end once more
    const ending = this.#ending(termination);
    if (ending === undefined) return;
    this.#endLimit();
    const { directive } = ending;
    cell.incarnation = undefined;
    if (!directive.restart) {
      this.#finish(reason ?? ending.reason);
    } else if (cell.mailbox.isFinished) {
      this.#finish(this.#drainReason === SHUTDOWN ? SHUTDOWN : (reason ?? ending.reason));
    } else if (directive.delayMs === 0) {
      this.begin();
    } else {
      transition(cell, waiting(DOWN, ending.reason));
      if (directive.delayMs !== undefined) this.begin(directive.delayMs);
      this.#changed();
    }
  }

  /** Ends the actor for good; no incarnation exists. `deadLetterReason` is the fate of the queued messages. */
  #finish(reason: ExitReason, deadLetterReason: DeadLetterReason = "stopped"): void {
    const cell = this.#cell;
    const { parent, mailbox, runtime } = cell;
    giveUpBackoff(cell);
    transition(cell, endedFor(reason, FINISHING));
    mailbox.end(deadLetterReason);
    // The children that are left are suspended or have not begun: there is nothing to wait for.
    for (const { life } of cell.children.reverse())
      reason.kind === "killed" ? life.kill(FINISH) : life.request(stopRequest());
    transition(cell, endedFor(reason, STOPPED));
    parent?.removeChild(cell);
    if (parent === undefined && isAbnormal(reason) && reason.kind !== "killed" && !this.#isHeard) runtime.rootFailed();
    runtime.ended(cell);
    if (cell.hasAddresses) dropAddresses(cell.args);
    this.#settleStarted();
    this.#exited?.resolve(reason);
    this.#changed();
    this.#decider?.ended(reason);
    cell.notifyWatches(reason);
  }

  /** True if somebody hears of the end: who has asked, awaits `started` or `exited`, or watches. */
  get #isHeard(): boolean {
    return this.#isTaken || this.#started !== undefined || this.#exited !== undefined || this.#cell.isWatched;
  }

  /** Ends an actor that is being taken down at once. */
  #hurry(afterExit: AfterExit): void {
    this.#conclude({ reason: KILLED, afterExit, deadLetterReason: "stopped" });
    const { children, state } = this.#cell;
    if (state.phase !== ENDING) return;
    killAll(children, state.directive);
    if (this.#limit !== undefined) this.#reportGivenUp("the actor was killed");
    inNeutralContext(() => this.#takenDown(state.termination, KILLED));
  }
}
