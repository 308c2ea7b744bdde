/**
 * How one actor starts, restarts and ends. Before an end touches anything, the decider chooses the directive that follows.
 *
 * An incarnation ends in this order: the message in flight, its timers and signal, its children, its `stopped` hook, what
 * it owned. Whoever asks for the end while a message or a start is under way waits for that; a kill waits for nothing.
 */
import { UnrefTimer } from "@pneumatic/core/internal";
import { dropAddresses } from "../address/walk.ts";
import { ActorStoppedError, StartFailedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import { KILLED, NORMAL, SHUTDOWN } from "../exits.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import { report } from "../report.ts";
import { attempt } from "./attempt.ts";
import type { Cell } from "./cell.ts";
import { DeferredPromise } from "./deferred-promise.ts";
import type { Decider, Directive } from "./directive.ts";
import { SUSPENDED } from "./directive.ts";
import type { Executor } from "./executor.ts";
import { failureOf, isHostLost, startFailureOf } from "./failure.ts";
import { Incarnation } from "./incarnation.ts";
import { AWAITING, BUSY, DOWN, ENDING, NEW, STARTING, STOPPED } from "./state.ts";
import { killAll, takeDown } from "./take-down.ts";
import type { AfterExit, EndRequest, HowToEnd, Termination } from "./termination.ts";
import { DECIDE, FINISH, laterOf, reportEnd, SUSPEND } from "./termination.ts";

export class Lifecycle {
  /** Why the last incarnation ended, or why this one will; what latecomers are told. */
  reason: ExitReason = NORMAL;
  readonly #cell: Cell;
  /** Undefined for an actor that is supervised alone, until it first fails. */
  #decider: Decider | undefined;
  /** Made when somebody asks for them. */
  #started: DeferredPromise<void> | undefined = undefined;
  #exited: DeferredPromise<ExitReason> | undefined = undefined;
  /** Which start the present or last incarnation is; 0 before the first. */
  generation = 0;
  /** How often it has started. */
  starts = 0;
  #startedAt = 0;
  /** What the last start failed with. */
  startError: unknown = undefined;
  /** Whether the first start has failed for good. */
  #failsToStart = false;
  #drainReason: ExitReason = NORMAL;
  #requested: EndRequest | undefined = undefined;
  #termination: Termination | undefined = undefined;
  #backoff: UnrefTimer | undefined = undefined;
  /** Called at the next change: it has started, is down, or has ended. */
  #onChange: (() => void)[] | undefined = undefined;

  constructor(cell: Cell, decider: Decider | undefined) {
    this.#cell = cell;
    this.#decider = decider;
  }

  /** Of the first start. */
  get started(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new DeferredPromise();
      this.#settleStarted();
    }
    return this.#started.promise;
  }

  #settleStarted(): void {
    if (this.starts > 0) this.#started?.resolve();
    else if (this.#failsToStart || (!this.#cell.isAlive && this.startError !== undefined))
      this.#started?.reject(new StartFailedError(this.#cell.path, this.startError));
    else if (!this.#cell.isAlive) this.#started?.reject(new ActorStoppedError(this.#cell.path, this.reason));
  }

  get exited(): Promise<ExitReason> {
    if (this.#exited === undefined) {
      this.#exited = new DeferredPromise();
      if (!this.#cell.isAlive) this.#exited.resolve(this.reason);
    }
    return this.#exited.promise;
  }

  get restarts(): number {
    return Math.max(0, this.generation - 1);
  }

  /** Whether it comes back under the same addresses when its parent is restarted. */
  get comesBack(): boolean {
    return this.#decider?.comesBack === true;
  }

  /** Whether there is no incarnation, and none is about to be. */
  get isDown(): boolean {
    const { phase } = this.#cell;
    return phase === STOPPED || ((phase === NEW || phase === DOWN) && this.#backoff === undefined);
  }

  /** Resolves when it has started, is down or has ended, the next time that one of these happens. */
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

  /** The first start, or a restart of what is down. */
  begin(delayMs = 0): void {
    if (delayMs > 0) {
      this.#backoff = new UnrefTimer(delayMs, () => this.begin(), this.#cell.clock);
      return;
    }
    this.#backoff = undefined;
    this.#cell.become(STARTING);
    this.#cell.runtime.dispatcher.enqueue(this.#cell);
  }

  /** Starts the incarnation whose turn it is. */
  startIfDue(): void {
    if (this.#cell.phase !== STARTING || this.#cell.incarnation !== undefined) return;
    const incarnation = new Incarnation(this.#cell, ++this.generation);
    this.#cell.incarnation = incarnation;
    this.#startedAt = Math.trunc(this.#cell.clock.now()); // fits into the field, as no fraction does
    const { state, started } = incarnation.executor;
    const failed = (error: unknown): void => this.#startFailed(incarnation, error);
    const ready = (): void => this.#ready(incarnation);
    const hook = (made: unknown): void => {
      if (this.isOver(incarnation)) return;
      incarnation.state = made;
      attempt(() => started?.(incarnation), ready, failed);
    };
    attempt(() => state?.(this.#cell.args, incarnation), hook, failed);
  }

  #ready(incarnation: Incarnation): void {
    if (this.isOver(incarnation)) return;
    this.#cell.runtime.diagnostics.started(this.#cell, this.reason);
    this.reason = this.#drainReason;
    this.starts++;
    this.#settleStarted();
    this.#changed();
    this.#cell.ready();
  }

  /** Whether `incarnation` has ended, or is about to. */
  isOver(incarnation: Incarnation | undefined): boolean {
    return this.#cell.incarnation !== incarnation || this.#cell.phase === ENDING;
  }

  #startFailed(incarnation: Incarnation, error: unknown): void {
    if (this.isOver(incarnation)) return;
    const reason = startFailureOf(error);
    const isAgain = this.starts > 0 || this.#decider?.retriesStart === true;
    const canRetry = isAgain || (reason.kind === "crashed" && reason.cause !== "loadFailed");
    this.startError = error;
    const afterExit = canRetry ? (this.#requested?.afterExit ?? DECIDE) : FINISH;
    this.#failsToStart = afterExit === FINISH && this.starts === 0;
    this.#settleStarted();
    const deadLetterReason = this.#requested?.deadLetterReason ?? "startFailed";
    this.#end(reason, { afterExit, deadLetterReason, hook: false, error });
  }

  // End

  /** The mailbox is closed and empty. */
  drained(): void {
    this.#end(this.#drainReason, { afterExit: FINISH, graceful: true });
  }

  /** A handler threw. */
  panicked(reason: ExitReason, error: unknown): void {
    this.#end(reason, { ...this.#requested, error });
  }

  /** What it ran on is gone, or something of its own failed outside of a message: as if it had panicked without one. */
  lost(reason: ExitReason, error: unknown, isFinal = false): void {
    this.request({ reason, afterExit: isFinal ? FINISH : DECIDE, deadLetterReason: "stopped", error });
  }

  /** The mailbox has become closed and empty while nothing was handled: a restart that is due is for nobody. */
  unreachable(): void {
    if (this.#cell.phase !== DOWN) return;
    this.#finishWaiting(this.#drainReason === SHUTDOWN ? SHUTDOWN : this.reason, "stopped");
  }

  /** Ends the actor if somebody asked for it during the message that was just handled. */
  endIfRequested(): boolean {
    const requested = this.#requested;
    if (requested === undefined || this.#halt()) return false;
    this.#end(requested.reason, requested);
    return true;
  }

  /** As the actor asked for itself: the guardian decides what follows. */
  stopSelf(): void {
    this.request({ reason: NORMAL, afterExit: DECIDE, deadLetterReason: "stopped" });
  }

  /** Ends without handling what is queued, for good. */
  stop(deadLetterReason: DeadLetterReason = "stopped"): void {
    this.request({ reason: SHUTDOWN, afterExit: FINISH, deadLetterReason });
  }

  /** Ends with a failure of its children. Whether another incarnation follows, or may: while it starts, that is open. */
  fail(reason: ExitReason): boolean {
    this.request({ reason, afterExit: DECIDE, deadLetterReason: "intensityExceeded", isDueToChild: true });
    return this.#cell.phase === STARTING || this.#termination?.directive.restart === true;
  }

  /** Ends once what is queued is handled, for good. */
  drain(): void {
    const { phase, mailbox } = this.#cell;
    this.#drainReason = SHUTDOWN;
    if (phase !== ENDING && phase !== STOPPED) this.reason = SHUTDOWN;
    if (phase === NEW) this.#finishWaiting(SHUTDOWN, "stopped");
    else mailbox.channel.close();
  }

  /** Ends at once: neither handler nor hook is waited for, and the children are killed too. */
  kill(afterExit: AfterExit): void {
    switch (this.#cell.phase) {
      case STOPPED:
        return;
      case NEW:
      case DOWN:
        this.#conclude({ reason: KILLED, afterExit, deadLetterReason: "stopped" });
        return;
      case ENDING:
        this.#hurry(afterExit);
        return;
      default: {
        const { afterExit: requested = DECIDE, deadLetterReason = "stopped" } = this.#requested ?? {};
        this.#end(KILLED, { afterExit: laterOf(afterExit, requested), deadLetterReason, hook: false });
      }
    }
  }

  /** Ends after the current message or start, as far as there is one. */
  request(request: EndRequest): void {
    switch (this.#cell.phase) {
      case STOPPED:
        return;
      case NEW:
      case DOWN:
      case ENDING:
        this.#conclude(request);
        return;
      case STARTING:
        if (this.#cell.incarnation === undefined) this.#end(request.reason, request);
        else this.#remember(request);
        return;
      case BUSY:
      case AWAITING:
        this.#remember(request);
        return;
      default:
        if (this.#halt()) this.#remember(request);
        else this.#end(request.reason, request);
    }
  }

  #remember(request: EndRequest): void {
    if (this.#requested === undefined || request.afterExit >= this.#requested.afterExit) this.#requested = request;
    if (this.#cell.phase === STARTING) this.#cell.incarnation?.executor.cutShort();
    else this.#halt();
  }

  /** Starts no further message. Returns true if messages were started whose turn has not come. */
  #halt(): boolean {
    return this.#cell.incarnation?.executor.halt() === true;
  }

  /** Nothing is left to end but the wait for the next incarnation. */
  #conclude({ reason, afterExit, deadLetterReason }: EndRequest): void {
    if (this.#cell.phase === ENDING) {
      const termination = this.#termination;
      if (termination?.directive.restart !== true || afterExit === DECIDE) return;
      termination.directive = afterExit === SUSPEND ? SUSPENDED : { restart: false, deadLetterReason };
      if (afterExit === SUSPEND) return;
      termination.reason = this.reason = reason;
      this.#cell.mailbox.end(deadLetterReason);
    } else if (afterExit === FINISH) {
      this.#finishWaiting(reason, deadLetterReason);
    } else if (afterExit === SUSPEND) {
      this.#backoff?.stop();
      this.#backoff = undefined;
      this.#changed();
    }
  }

  #end(reason: ExitReason, how: HowToEnd): void {
    const { deadLetterReason = "stopped", graceful = false, hook = true, isDueToChild = false } = how;
    this.#cell.incarnation?.executor.catchUp(this.#cell);
    const directive = this.#decide(reason, how.afterExit ?? DECIDE, deadLetterReason);
    reportEnd(this.#cell, this.generation, reason, directive, how.error);
    this.#cell.become(ENDING);
    this.#requested = undefined;
    this.reason = reason;
    const termination: Termination = { reason, directive, deadLetterReason, graceful, hook, isDueToChild };
    this.#termination = termination;
    this.#cell.settleInFlight(reason, directive.restart && directive.deadLetterReason === undefined, how.error);
    if (this.#termination !== termination) return;
    if (!termination.directive.restart) this.#cell.mailbox.end(termination.directive.deadLetterReason);
    else if (termination.directive.deadLetterReason !== undefined)
      this.#cell.mailbox.empty(termination.directive.deadLetterReason);
    this.#cell.incarnation?.end();
    if (this.#termination !== termination) return;
    const isKill = reason.kind === "killed" && !isDueToChild;
    if (isKill) killAll(this.#cell.children, termination);
    const run = termination.hook ? this.#cell.incarnation?.executor.stopped : undefined;
    if (run === undefined && (isKill || !this.#cell.hasChildren)) this.#takenDown(termination);
    else void this.#takeDown(termination, run);
  }

  /** Never rejects. */
  async #takeDown(termination: Termination, hook: Executor["stopped"]): Promise<void> {
    const { incarnation } = this.#cell;
    if (termination.isDueToChild) await undefined; // whose own end has not begun
    for (const child of this.#cell.children.reverse()) {
      if (this.#termination !== termination) return;
      await takeDown(child, termination);
    }
    try {
      if (this.#termination === termination) await hook?.(incarnation, termination.reason);
    } catch (error) {
      if (!isHostLost(error)) termination.reason = failureOf(error, undefined);
      report(this.#cell.runtime.log, "error", { err: error, actor: this.#cell.path }, "the stopped hook panicked");
    }
    if (this.#termination === termination) this.#takenDown(termination);
  }

  /** What is dropped may be user code that asks for the end once more. */
  #takenDown(termination: Termination): void {
    this.#cell.incarnation?.dropOwned();
    if (this.#termination !== termination) return;
    const { reason, directive } = termination;
    this.#termination = undefined;
    this.#cell.incarnation = undefined;
    if (!directive.restart) {
      this.#finish(reason);
    } else if (this.#cell.mailbox.isFinished) {
      this.#finish(this.#drainReason === SHUTDOWN ? SHUTDOWN : reason);
    } else if (directive.delayMs === 0) {
      this.begin();
    } else {
      this.#cell.become(DOWN);
      if (directive.delayMs !== undefined) this.begin(directive.delayMs);
      this.#changed();
    }
  }

  #finish(reason: ExitReason): void {
    // Who is left below is held or was not begun: there is nothing to wait for.
    for (const { life } of this.#cell.children.reverse()) reason.kind === "killed" ? life.kill(FINISH) : life.stop();
    this.reason = reason;
    this.#cell.mailbox.end("stopped");
    this.#cell.become(STOPPED);
    this.#cell.parent?.removeChild(this.#cell);
    this.#cell.runtime.ended(this.#cell);
    if (this.#cell.hasAddresses) dropAddresses(this.#cell.args);
    this.#settleStarted();
    this.#exited?.resolve(reason);
    this.#changed();
    this.#decider?.ended(reason);
    this.#cell.notifyWatches(reason);
  }

  /** Ends an actor of which no incarnation exists. */
  #finishWaiting(reason: ExitReason, deadLetterReason: DeadLetterReason): void {
    this.#backoff?.stop();
    this.reason = reason;
    this.#cell.mailbox.end(deadLetterReason);
    this.#finish(reason);
  }

  /** A kill while the incarnation is being taken down: nothing is waited for any more. */
  #hurry(afterExit: AfterExit): void {
    const termination = this.#termination;
    if (termination === undefined) return;
    this.#conclude({ reason: KILLED, afterExit, deadLetterReason: "stopped" });
    termination.reason = KILLED;
    killAll(this.#cell.children, termination);
    this.#takenDown(termination);
  }

  /** An actor that nobody can reach, and that has nothing left to do, is not restarted. */
  #decide(reason: ExitReason, afterExit: AfterExit, deadLetterReason: DeadLetterReason): Directive {
    if (afterExit === FINISH) return { restart: false, deadLetterReason };
    if (this.#cell.mailbox.isFinished && !this.#cell.wouldRetry(reason)) return { restart: false, deadLetterReason };
    if (afterExit === SUSPEND) return deadLetterReason === "stopped" ? SUSPENDED : { ...SUSPENDED, deadLetterReason };
    this.#decider ??= this.#cell.runtime.deciderFor(this.#cell);
    const decided = this.#decider.decide(reason, this.#cell.clock.now() - this.#startedAt);
    return decided.restart || decided.deadLetterReason !== "stopped" ? decided : { restart: false, deadLetterReason };
  }
}
