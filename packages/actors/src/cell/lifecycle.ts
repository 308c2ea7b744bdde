/**
 * How one actor starts, restarts and ends. What follows an end is the guardian's verdict, taken before anything is
 * touched; this file carries it out.
 *
 * An incarnation ends in this order: its timers and signal, its children, its `stopped` hook, what it owned. Whoever
 * asks for the end while a message or a start is under way waits for that; a kill waits for nothing.
 */
import { UnheldTimer } from "@pneumatic/core/internal";
import type { Behavior } from "../actor.ts";
import { dropAddresses } from "../address/handle.ts";
import { ActorStoppedError, StartFailedError } from "../errors.ts";
import type { DeadLetterReason } from "../mailbox/ledger.ts";
import { report } from "../report.ts";
import { attempt } from "./attempt.ts";
import type { Cell } from "./cell.ts";
import type { ExitReason } from "./exit-reason.ts";
import { describe, isAbnormal, KILLED, NORMAL, SHUTDOWN } from "./exit-reason.ts";
import { failureOf, isHostLost, startFailureOf } from "./failure.ts";
import type { Guardian, Verdict } from "./guardian.ts";
import { Incarnation } from "./incarnation.ts";
import { Milestone } from "./milestone.ts";
import { AWAITING, BACKOFF, BUSY, ENDING, NEW, STARTING, STOPPED } from "./phase.ts";

/** A decision to end that waits for the current message or start. */
interface EndRequest {
  readonly reason: ExitReason;
  /** No restart follows; otherwise the guardian decides. */
  readonly final: boolean;
  /** What becomes of the messages that are queued. */
  readonly letters: DeadLetterReason;
}

/** An incarnation that is being taken down. */
interface Ending {
  reason: ExitReason;
  verdict: Verdict;
  /** Children handle what they have queued. */
  readonly graceful: boolean;
  /** The `stopped` hook runs. */
  readonly hook: boolean;
}

export class Lifecycle {
  readonly started: Milestone<void> = new Milestone();
  readonly exited: Milestone<ExitReason> = new Milestone();
  /** Why the last incarnation ended, or why this one will; what latecomers are told. */
  reason: ExitReason = NORMAL;
  readonly #cell: Cell;
  readonly #guardian: Guardian;
  readonly #shutdownMs: number;
  #generation = 0;
  #startedAt = 0;
  /** What the last start failed with. */
  #startError: unknown = undefined;
  #drainReason: ExitReason = NORMAL;
  #requested: EndRequest | undefined = undefined;
  #ending: Ending | undefined = undefined;
  #backoff: UnheldTimer | undefined = undefined;

  constructor(cell: Cell, guardian: Guardian, shutdownMs: number) {
    this.#cell = cell;
    this.#guardian = guardian;
    this.#shutdownMs = shutdownMs;
  }

  /** Which start the present or last incarnation is; 0 before the first. */
  get generation(): number {
    return this.#generation;
  }

  get restarts(): number {
    return Math.max(0, this.#generation - 1);
  }

  // Start

  /** The first start; later ones are restarts. */
  begin(): void {
    this.#cell.become(STARTING);
    this.#cell.runtime.dispatcher.enqueue(this.#cell);
  }

  /** Starts the incarnation whose turn it is. */
  startIfDue(): void {
    const cell = this.#cell;
    if (cell.phase === STARTING && cell.incarnation === undefined) this.#start();
  }

  #start(): void {
    const incarnation = new Incarnation(this.#cell, ++this.#generation);
    this.#cell.incarnation = incarnation;
    this.#startedAt = this.#cell.clock.now();
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
    this.started.reach();
    this.#cell.ready();
  }

  /** Whether `incarnation` has ended, or is about to. */
  isOver(incarnation: Incarnation | undefined): boolean {
    return this.#cell.incarnation !== incarnation || this.#cell.phase === ENDING;
  }

  #startFailed(incarnation: Incarnation, error: unknown): void {
    if (this.isOver(incarnation)) return;
    const reason = startFailureOf(error);
    const canRetry = this.started.isOver || (reason.kind === "crashed" && reason.cause !== "loadFailed");
    const final = !canRetry || this.#requested !== undefined;
    this.#startError = error;
    if (final && !this.started.isOver) this.started.fail(new StartFailedError(this.#cell.path, error));
    this.#end(reason, { final, letters: "startFailed", hook: false });
  }

  // End

  /** The mailbox is closed and empty. */
  drained(): void {
    this.#end(this.#drainReason, { final: true, graceful: true });
  }

  /** A handler threw. */
  panicked(reason: ExitReason): void {
    const { final = false, letters = "stopped" } = this.#requested ?? {};
    this.#end(reason, { final, letters });
  }

  /** What it ran on is gone: as if it had panicked, without a message. */
  lost(reason: ExitReason): void {
    this.#request({ reason, final: false, letters: "stopped" });
  }

  /** The mailbox has become closed and empty while nothing was handled: a restart that is due is for nobody. */
  unreachable(): void {
    if (this.#cell.phase !== BACKOFF) return;
    this.#finishWaiting(this.#drainReason === SHUTDOWN ? SHUTDOWN : this.reason, "stopped");
  }

  /** Ends the actor if somebody asked for it during the message that was just handled. */
  endIfRequested(): boolean {
    const requested = this.#requested;
    if (requested !== undefined) this.#end(requested.reason, requested);
    return requested !== undefined;
  }

  /** As the actor asked for itself: the guardian decides what follows. */
  stopSelf(): void {
    this.#request({ reason: NORMAL, final: false, letters: "stopped" });
  }

  /** Ends without handling what is queued, for good. */
  stop(letters: DeadLetterReason = "stopped"): void {
    this.#request({ reason: SHUTDOWN, final: true, letters });
  }

  /** Ends with a failure that is not its own: the guardian decides what follows. */
  fail(reason: ExitReason): void {
    this.#request({ reason, final: false, letters: "intensityExceeded" });
  }

  /** Ends once what is queued is handled, for good. */
  drain(): void {
    const { phase, mailbox } = this.#cell;
    this.#drainReason = SHUTDOWN;
    if (phase !== ENDING && phase !== STOPPED) this.reason = SHUTDOWN;
    if (phase === NEW) this.#finish(SHUTDOWN);
    else mailbox.channel.close();
  }

  /** Ends at once: neither handler nor hook is waited for, and the children are killed too. */
  kill(options: { readonly restart: boolean }): void {
    const final = !options.restart;
    switch (this.#cell.phase) {
      case STOPPED:
        return;
      case NEW:
      case BACKOFF:
        if (final) this.#finishWaiting(KILLED, "stopped");
        return;
      case ENDING:
        this.#hurry(final);
        return;
      default:
        this.#killNow(final);
    }
  }

  /** What aborts the signal of the message may have killed the incarnation already. */
  #killNow(final: boolean): void {
    const { incarnation } = this.#cell;
    this.reason = KILLED;
    this.#cell.abandon();
    if (this.#cell.incarnation !== incarnation) {
      if (final) this.kill({ restart: false });
      return;
    }
    const wasFinal = this.#requested?.final === true;
    this.#end(KILLED, { final: final || wasFinal, letters: this.#requested?.letters ?? "stopped", hook: false });
  }

  /** Stops a child: drained or not, but killed when it takes longer than it may. */
  async shutdown(graceful: boolean, letters: DeadLetterReason): Promise<ExitReason> {
    if (graceful) this.drain();
    else this.stop(letters);
    if (!this.#cell.isAlive) return this.exited.promise;
    const deadline = new UnheldTimer(this.#shutdownMs, () => this.kill({ restart: false }), this.#cell.clock);
    const reason = await this.exited.promise;
    deadline.stop();
    return reason;
  }

  #request(request: EndRequest): void {
    switch (this.#cell.phase) {
      case STOPPED:
        return;
      case NEW:
      case BACKOFF:
        if (request.final) this.#finishWaiting(request.reason, request.letters);
        return;
      case ENDING:
        if (request.final) this.#giveUpRestart(request);
        return;
      case BUSY:
      case AWAITING:
        if (this.#requested?.final !== true) this.#requested = request;
        return;
      case STARTING:
        if (this.#cell.incarnation === undefined) this.#end(request.reason, request);
        else if (this.#requested?.final !== true) this.#requested = request;
        return;
      default:
        this.#end(request.reason, request);
    }
  }

  #end(reason: ExitReason, how: Partial<EndRequest> & { graceful?: boolean; hook?: boolean }): void {
    const verdict = this.#decide(reason, how.final === true, how.letters ?? "stopped");
    this.#report(reason, verdict);
    this.#cell.become(ENDING);
    this.#requested = undefined;
    this.reason = reason;
    const ending: Ending = { reason, verdict, graceful: how.graceful === true, hook: how.hook !== false };
    this.#ending = ending;
    if (!verdict.restart) this.#cell.mailbox.end(verdict.letters);
    this.#cell.incarnation?.end();
    if (this.#ending !== ending) return;
    if (reason.kind === "killed") this.#killChildren();
    const hook = ending.hook && this.#cell.incarnation !== undefined ? this.#cell.behavior.stopped : undefined;
    if (hook === undefined && this.#cell.children.length === 0) this.#takenDown(ending);
    else void this.#takeDown(ending, hook);
  }

  /** Never rejects. */
  async #takeDown(ending: Ending, hook: Behavior["stopped"]): Promise<void> {
    const { incarnation } = this.#cell;
    const letters = ending.verdict.restart ? "stopped" : ending.verdict.letters;
    for (const child of this.#cell.children.reverse()) await child.life.shutdown(ending.graceful, letters);
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
      this.#cell.become(BACKOFF);
      this.#backoff = new UnheldTimer(verdict.delayMs, () => this.begin(), this.#cell.clock);
    }
  }

  #finish(reason: ExitReason): void {
    this.reason = reason;
    this.#cell.mailbox.end("stopped");
    this.#cell.become(STOPPED);
    this.#cell.parent?.removeChild(this.#cell);
    this.#cell.runtime.ended(this.#cell);
    dropAddresses(this.#cell.args);
    if (!this.started.isOver) this.started.fail(this.#neverStarted(reason));
    this.exited.reach(reason);
    this.#guardian.ended(reason);
  }

  #neverStarted(reason: ExitReason): Error {
    const { path } = this.#cell;
    return this.#startError === undefined
      ? new ActorStoppedError(path, reason)
      : new StartFailedError(path, this.#startError);
  }

  /** Ends an actor of which no incarnation exists. */
  #finishWaiting(reason: ExitReason, letters: DeadLetterReason): void {
    this.#backoff?.stop();
    this.reason = reason;
    this.#cell.mailbox.end(letters);
    this.#finish(reason);
  }

  /** The incarnation is being taken down; what was to be a restart becomes the end. */
  #giveUpRestart({ reason, letters }: EndRequest): void {
    if (this.#ending?.verdict.restart !== true) return;
    this.#ending.reason = reason;
    this.#ending.verdict = { restart: false, letters };
    this.reason = reason;
    this.#cell.mailbox.end(letters);
  }

  /** A kill while the incarnation is being taken down: nothing is waited for any more. */
  #hurry(final: boolean): void {
    const ending = this.#ending;
    if (ending === undefined) return;
    if (final) this.#giveUpRestart({ reason: KILLED, final, letters: "stopped" });
    ending.reason = KILLED;
    this.#killChildren();
    this.#takenDown(ending);
  }

  #killChildren(): void {
    for (const child of this.#cell.children.reverse()) child.life.kill({ restart: false });
  }

  /** An actor that nobody can reach, and that has nothing left to do, is not restarted. */
  #decide(reason: ExitReason, final: boolean, letters: DeadLetterReason): Verdict {
    if (final || this.#cell.mailbox.isFinished) return { restart: false, letters };
    const verdict = this.#guardian.decide(reason, this.#cell.clock.now() - this.#startedAt);
    return verdict.restart || verdict.letters !== "stopped" ? verdict : { restart: false, letters };
  }

  #report(reason: ExitReason, verdict: Verdict): void {
    const { path: actor, id } = this.#cell;
    const next = verdict.restart ? `restarting in ${Math.round(verdict.delayMs)} ms` : "stopping";
    const entry = { actor, id, generation: this.#generation, reason: reason.kind };
    const { log, diagnostics } = this.#cell.runtime;
    if (isAbnormal(reason) && reason !== KILLED) diagnostics.panicked(this.#cell, reason, verdict.restart);
    if (!isAbnormal(reason)) report(log, "debug", entry, `actor ended: ${next}`);
    else report(log, "error", { ...entry, err: errorOf(reason) }, `actor ${describe(reason)}: ${next}`);
  }
}

function errorOf(reason: ExitReason): unknown {
  return reason.kind === "panicked" || reason.kind === "startFailed" ? reason.error : undefined;
}
