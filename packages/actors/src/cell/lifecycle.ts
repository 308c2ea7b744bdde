/**
 * How one actor starts, restarts and ends. What follows an end is the guardian's verdict, taken before anything is
 * touched; this file carries it out.
 *
 * An incarnation ends in this order: the message in flight, its timers and signal, its children, its `stopped` hook, what
 * it owned. Whoever asks for the end while a message or a start is under way waits for that; a kill waits for nothing.
 */
import { UnheldTimer } from "@pneumatic/core/internal";
import { dropAddresses } from "../address/walk.ts";
import { ActorStoppedError, StartFailedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import { KILLED, NORMAL, SHUTDOWN } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/ledger.ts";
import { report } from "../report.ts";
import { attempt } from "./attempt.ts";
import type { Behavior } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import { Milestone } from "./deferred-promise.ts";
import type { Guardian, Verdict } from "./directive.ts";
import { SUSPENDED } from "./directive.ts";
import { failureOf, isHostLost, startFailureOf } from "./failure.ts";
import { Incarnation } from "./incarnation.ts";
import { AWAITING, BUSY, DOWN, ENDING, NEW, STARTING, STOPPED } from "./phase.ts";
import { killAll, takeDown } from "./take-down.ts";
import type { Ending, EndRequest, HowToEnd, Sequel } from "./termination.ts";
import { DECIDE, FINISH, later, reportEnd, SUSPEND } from "./termination.ts";

export class Lifecycle {
  /** Why the last incarnation ended, or why this one will; what latecomers are told. */
  reason: ExitReason = NORMAL;
  readonly #cell: Cell;
  /** Undefined for an actor that is supervised alone, until it first fails. */
  #guardian: Guardian | undefined;
  /** Made when somebody asks for them. */
  #started: Milestone<void> | undefined = undefined;
  #exited: Milestone<ExitReason> | undefined = undefined;
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
  #ending: Ending | undefined = undefined;
  #backoff: UnheldTimer | undefined = undefined;
  /** Called at the next change: it has started, is down, or has ended. */
  #onChange: (() => void)[] | undefined = undefined;

  constructor(cell: Cell, guardian: Guardian | undefined) {
    this.#cell = cell;
    this.#guardian = guardian;
  }

  /** Of the first start. */
  get started(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new Milestone();
      this.#settleStarted();
    }
    return this.#started.promise;
  }

  #settleStarted(): void {
    if (this.starts > 0) this.#started?.reach();
    else if (this.#failsToStart || (!this.#cell.isAlive && this.startError !== undefined))
      this.#started?.fail(new StartFailedError(this.#cell.path, this.startError));
    else if (!this.#cell.isAlive) this.#started?.fail(new ActorStoppedError(this.#cell.path, this.reason));
  }

  get exited(): Promise<ExitReason> {
    if (this.#exited === undefined) {
      this.#exited = new Milestone();
      if (!this.#cell.isAlive) this.#exited.reach(this.reason);
    }
    return this.#exited.promise;
  }

  get restarts(): number {
    return Math.max(0, this.generation - 1);
  }

  /** Whether it comes back under the same addresses when its parent is restarted. */
  get comesBack(): boolean {
    return this.#guardian?.comesBack === true;
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

  // Start

  /** The first start, or a restart of what is down. */
  begin(delayMs = 0): void {
    if (delayMs > 0) {
      this.#backoff = new UnheldTimer(delayMs, () => this.begin(), this.#cell.clock);
      return;
    }
    this.#backoff = undefined;
    this.#cell.become(STARTING);
    this.#cell.runtime.dispatcher.enqueue(this.#cell);
  }

  /** Starts the incarnation whose turn it is. */
  startIfDue(): void {
    const cell = this.#cell;
    if (cell.phase === STARTING && cell.incarnation === undefined) this.#start();
  }

  #start(): void {
    const incarnation = new Incarnation(this.#cell, ++this.generation);
    this.#cell.incarnation = incarnation;
    this.#startedAt = Math.trunc(this.#cell.clock.now()); // fits into the field, as no fraction does
    const { state, started } = this.#cell.behavior;
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
    const isAgain = this.starts > 0 || this.#guardian?.retriesStart === true;
    const canRetry = isAgain || (reason.kind === "crashed" && reason.cause !== "loadFailed");
    this.startError = error;
    const sequel = canRetry ? (this.#requested?.sequel ?? DECIDE) : FINISH;
    this.#failsToStart = sequel === FINISH && this.starts === 0;
    this.#settleStarted();
    this.#end(reason, { sequel, letters: this.#requested?.letters ?? "startFailed", hook: false, error });
  }

  // End

  /** The mailbox is closed and empty. */
  drained(): void {
    this.#end(this.#drainReason, { sequel: FINISH, graceful: true });
  }

  /** A handler threw. */
  panicked(reason: ExitReason, error: unknown): void {
    this.#end(reason, { ...this.#requested, error });
  }

  /** What it ran on is gone, or something of its own failed outside of a message: as if it had panicked without one. */
  lost(reason: ExitReason, error: unknown, isFinal = false): void {
    this.request({ reason, sequel: isFinal ? FINISH : DECIDE, letters: "stopped", error });
  }

  /** The mailbox has become closed and empty while nothing was handled: a restart that is due is for nobody. */
  unreachable(): void {
    if (this.#cell.phase !== DOWN) return;
    this.#finishWaiting(this.#drainReason === SHUTDOWN ? SHUTDOWN : this.reason, "stopped");
  }

  /** Ends the actor if somebody asked for it during the message that was just handled. */
  endIfRequested(): boolean {
    const requested = this.#requested;
    if (requested === undefined || this.#cell.behavior.haltPrefetch?.()) return false;
    this.#end(requested.reason, requested);
    return true;
  }

  /** As the actor asked for itself: the guardian decides what follows. */
  stopSelf(): void {
    this.request({ reason: NORMAL, sequel: DECIDE, letters: "stopped" });
  }

  /** Ends without handling what is queued, for good. */
  stop(letters: DeadLetterReason = "stopped"): void {
    this.request({ reason: SHUTDOWN, sequel: FINISH, letters });
  }

  /** Ends with a failure of its children. Whether another incarnation follows, or may: while it starts, that is open. */
  fail(reason: ExitReason): boolean {
    this.request({ reason, sequel: DECIDE, letters: "intensityExceeded", isDueToChild: true });
    return this.#cell.phase === STARTING || this.#ending?.verdict.restart === true;
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
  kill(sequel: Sequel): void {
    switch (this.#cell.phase) {
      case STOPPED:
        return;
      case NEW:
      case DOWN:
        this.#conclude({ reason: KILLED, sequel, letters: "stopped" });
        return;
      case ENDING:
        this.#hurry(sequel);
        return;
      default: {
        const { sequel: requested = DECIDE, letters = "stopped" } = this.#requested ?? {};
        this.#end(KILLED, { sequel: later(sequel, requested), letters, hook: false });
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
        if (this.#cell.behavior.haltPrefetch?.()) this.#remember(request);
        else this.#end(request.reason, request);
    }
  }

  #remember(request: EndRequest): void {
    if (this.#requested === undefined || request.sequel >= this.#requested.sequel) this.#requested = request;
    if (this.#cell.phase === STARTING) this.#cell.behavior.cutShort?.();
    else this.#cell.behavior.haltPrefetch?.();
  }

  /** Nothing is left to end but the wait for the next incarnation. */
  #conclude({ reason, sequel, letters }: EndRequest): void {
    if (this.#cell.phase === ENDING) {
      const ending = this.#ending;
      if (ending?.verdict.restart !== true || sequel === DECIDE) return;
      ending.verdict = sequel === SUSPEND ? SUSPENDED : { restart: false, letters };
      if (sequel === SUSPEND) return;
      ending.reason = this.reason = reason;
      this.#cell.mailbox.end(letters);
    } else if (sequel === FINISH) {
      this.#finishWaiting(reason, letters);
    } else if (sequel === SUSPEND) {
      this.#backoff?.stop();
      this.#backoff = undefined;
      this.#changed();
    }
  }

  #end(reason: ExitReason, how: HowToEnd): void {
    const { letters = "stopped", graceful = false, hook = true, isDueToChild = false } = how;
    this.#cell.behavior.catchUp?.(this.#cell);
    const verdict = this.#decide(reason, how.sequel ?? DECIDE, letters);
    reportEnd(this.#cell, this.generation, reason, verdict, how.error);
    this.#cell.become(ENDING);
    this.#requested = undefined;
    this.reason = reason;
    const ending: Ending = { reason, verdict, letters, graceful, hook, isDueToChild };
    this.#ending = ending;
    this.#cell.settleInFlight(reason, verdict.restart && verdict.letters === undefined, how.error);
    if (this.#ending !== ending) return;
    if (!ending.verdict.restart) this.#cell.mailbox.end(ending.verdict.letters);
    else if (ending.verdict.letters !== undefined) this.#cell.mailbox.empty(ending.verdict.letters);
    this.#cell.incarnation?.end();
    if (this.#ending !== ending) return;
    const isKill = reason.kind === "killed" && !isDueToChild;
    if (isKill) killAll(this.#cell.children, ending);
    const run = ending.hook && this.#cell.incarnation !== undefined ? this.#cell.behavior.stopped : undefined;
    if (run === undefined && (isKill || !this.#cell.hasChildren)) this.#takenDown(ending);
    else void this.#takeDown(ending, run);
  }

  /** Never rejects. */
  async #takeDown(ending: Ending, hook: Behavior["stopped"]): Promise<void> {
    const { incarnation } = this.#cell;
    if (ending.isDueToChild) await undefined; // whose own end has not begun
    for (const child of this.#cell.children.reverse()) {
      if (this.#ending !== ending) return;
      await takeDown(child, ending);
    }
    try {
      if (this.#ending === ending) await hook?.(incarnation, ending.reason);
    } catch (error) {
      if (!isHostLost(error)) ending.reason = failureOf(error, undefined);
      report(this.#cell.runtime.log, "error", { err: error, actor: this.#cell.path }, "the stopped hook panicked");
    }
    if (this.#ending === ending) this.#takenDown(ending);
  }

  /** What is dropped may be user code that asks for the end once more. */
  #takenDown(ending: Ending): void {
    this.#cell.incarnation?.dropOwned();
    if (this.#ending !== ending) return;
    const { reason, verdict } = ending;
    this.#ending = undefined;
    this.#cell.incarnation = undefined;
    if (!verdict.restart) {
      this.#finish(reason);
    } else if (this.#cell.mailbox.isFinished) {
      this.#finish(this.#drainReason === SHUTDOWN ? SHUTDOWN : reason);
    } else if (verdict.delayMs === 0) {
      this.begin();
    } else {
      this.#cell.become(DOWN);
      if (verdict.delayMs !== undefined) this.begin(verdict.delayMs);
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
    this.#exited?.reach(reason);
    this.#changed();
    this.#guardian?.ended(reason);
    this.#cell.notifyWatches(reason);
  }

  /** Ends an actor of which no incarnation exists. */
  #finishWaiting(reason: ExitReason, letters: DeadLetterReason): void {
    this.#backoff?.stop();
    this.reason = reason;
    this.#cell.mailbox.end(letters);
    this.#finish(reason);
  }

  /** A kill while the incarnation is being taken down: nothing is waited for any more. */
  #hurry(sequel: Sequel): void {
    const ending = this.#ending;
    if (ending === undefined) return;
    this.#conclude({ reason: KILLED, sequel, letters: "stopped" });
    ending.reason = KILLED;
    killAll(this.#cell.children, ending);
    this.#takenDown(ending);
  }

  /** An actor that nobody can reach, and that has nothing left to do, is not restarted. */
  #decide(reason: ExitReason, sequel: Sequel, letters: DeadLetterReason): Verdict {
    if (sequel === FINISH) return { restart: false, letters };
    if (this.#cell.mailbox.isFinished && !this.#cell.wouldRetry(reason)) return { restart: false, letters };
    if (sequel === SUSPEND) return letters === "stopped" ? SUSPENDED : { ...SUSPENDED, letters };
    this.#guardian ??= this.#cell.runtime.guardian(this.#cell);
    const verdict = this.#guardian.decide(reason, this.#cell.clock.now() - this.#startedAt);
    return verdict.restart || verdict.letters !== "stopped" ? verdict : { restart: false, letters };
  }
}
