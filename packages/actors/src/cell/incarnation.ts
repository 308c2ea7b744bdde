/**
 * One life of an actor between two starts: its state, and everything that ends with it. Late work of an ended
 * incarnation finds nothing to touch: its callbacks are ignored and its context refuses.
 *
 * Above the limits: it joins what a context can do to the cell, and so imports what both know.
 */
import type { Clock } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { checkedMessage } from "../address/sending.ts";
import type { Message } from "../address/target.ts";
import { dropAddresses } from "../address/walk.ts";
import { inNeutralContext } from "../async-context.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Tick } from "../mailbox/tick.ts";
import { isTick } from "../mailbox/tick.ts";
import { isEnvelope } from "../reply/ask.ts";
import { report } from "../report.ts";
import type { Cell } from "./cell.ts";
import type { MakeMessage } from "./context-base.ts";
import { ContextBase } from "./context-base.ts";
import type { Executor } from "./executor.ts";
import { failureOf } from "./failure.ts";
import type { Excuse } from "./giving-up.ts";
import { BROKE_OFF, GAVE_UP, isGivingUp } from "./giving-up.ts";
import { ENDING } from "./state.ts";
import { requestAfter, STOP_SELF } from "./termination.ts";

/** The real `then`, even if a promise has its own. */
const { then } = Promise.prototype;

export class Incarnation extends ContextBase {
  readonly executor: Executor;
  readonly startedAt: number;
  readonly #cell: Cell;
  /** Promises given to `pipeToSelf` that have not settled. */
  #piped = 0;
  #fulfilled: ((reply: unknown) => void) | undefined = undefined;
  #rejected: ((error: unknown) => void) | undefined = undefined;
  /** True if the message whose handler is awaited is an ask. */
  #awaitsAsk = false;

  constructor(cell: Cell, generation: number) {
    super(generation);
    this.#cell = cell;
    this.executor = cell.code.executor(this);
    this.startedAt = Math.trunc(cell.clock.now()); // an integer fits into the field, a fraction does not
  }

  get attempt(): number {
    return this.#cell.attempt;
  }

  get actorId(): number {
    return this.#cell.id;
  }

  get path(): string {
    return this.#cell.path;
  }

  get mailbox(): Mailbox {
    return this.#cell.mailbox;
  }

  /** True if the message in flight is an ask. */
  get isAsk(): boolean {
    return isEnvelope(this.#cell.inFlight);
  }

  /** The number of the timer whose tick is in flight, on its thread; 0 for every other message. */
  get timerNumber(): number {
    const { inFlight } = this.#cell;
    return isTick(inFlight) ? inFlight.timer.number : 0;
  }

  get callerSignal(): AbortSignal | undefined {
    const { inFlight, incarnation } = this.#cell;
    return isEnvelope(inFlight) && incarnation === this ? inFlight.handlerSignal : undefined;
  }

  // The port of the context

  protected get target(): Cell {
    return this.#cell;
  }

  protected get clock(): Clock {
    return this.#cell.clock;
  }

  protected get systemLog(): Logger {
    return this.#cell.runtime.log;
  }

  protected get isStopping(): boolean {
    return this.#cell.runtime.isStopping || this.#cell.life.stopReason !== undefined;
  }

  protected get hasMessage(): boolean {
    return this.#cell.incarnation === this && this.#cell.inFlight !== undefined;
  }

  protected setAside(): void {
    this.#cell.isStashing = true;
  }

  protected putBackStashed(): void {
    this.#cell.mailbox.unstashAll();
  }

  protected requestStop(): void {
    this.#cell.life.request(STOP_SELF);
  }

  protected spawnChild(definition: unknown, options: object | undefined): unknown {
    return this.#cell.runtime.spawn(this.#cell, definition, options);
  }

  protected superviseChild(spec: unknown, options: object | undefined): unknown {
    return this.#cell.runtime.supervise(this.#cell, spec, options);
  }

  protected routeChild(definition: unknown, options: unknown): unknown {
    return this.#cell.runtime.route(this.#cell, definition, options);
  }

  protected prepared(message: unknown): Message {
    return checkedMessage(this.path, message);
  }

  tick(tick: Tick): void {
    this.#cell.mailbox.tell(tick);
  }

  protected expectMessage(): (make: MakeMessage) => void {
    const counts = this.expect();
    return (make) => {
      if (counts) this.expected();
      this.deliver(make, counts);
    };
  }

  // For the executor

  /** Ends the incarnation: its thread is gone, or work of its own has failed outside of a message. `isFinal`: for good. */
  lost(reason: ExitReason, error: unknown, isFinal = false): void {
    if (!this.hasEnded) this.#cell.life.request(requestAfter(reason, error, isFinal));
  }

  override abortStopping(): void {
    super.abortStopping();
    this.executor.abortStopping();
  }

  /** Returns what excuses `error`, which its handler on this thread has thrown at `item`; undefined if that is a panic. */
  excuseFor(item: unknown, error: unknown): Excuse | undefined {
    if (isEnvelope(item) && item.isSettled && isGivingUp(error, item.handlerSignal.reason)) return GAVE_UP;
    return item !== undefined && this.hasBrokenOff(error) ? BROKE_OFF : undefined;
  }

  /** Announces a message, which keeps the actor until then. Returns false if it is too late for that. */
  expect(): boolean {
    const counts = !this.hasEnded;
    if (counts) this.#piped++;
    if (counts) this.#cell.mailbox.awaited++;
    return counts;
  }

  /** Notes that a message to come is about to be delivered. */
  expected(): void {
    if (this.hasEnded) return;
    this.#piped--;
    this.#cell.mailbox.awaited--;
  }

  /** `may`: in any state of the mailbox; otherwise the message is accepted, or not, like any other. */
  deliver(make: MakeMessage, may = true): void {
    if (this.hasEnded) return;
    const { path, mailbox, life } = this.#cell;
    try {
      const message = checkedMessage(path, inNeutralContext(make));
      if (this.hasEnded) return; // by what was just called
      if (may) mailbox.deliver(message);
      else mailbox.tell(message);
    } catch (error) {
      life.request(requestAfter(failureOf(error, undefined), error));
    }
  }

  /** Goes on with the actor when `reply` settles, unless this incarnation has ended by then. */
  await(reply: Promise<unknown>): void {
    this.#fulfilled ??= (value) => this.#goOn(value);
    this.#rejected ??= (error) => {
      const excuse = this.#cell.excuseFor(this, error);
      if (excuse !== undefined) this.#goOn(excuse);
      else this.#cell.panicked(this, error);
    };
    this.#awaitsAsk = this.isAsk;
    then.call(reply, this.#fulfilled, this.#rejected);
  }

  #goOn(reply: unknown): void {
    const cell = this.#cell;
    if (cell.isOver(this)) {
      if (this.#awaitsAsk) dropAddresses(reply); // its caller has heard of the end
      return;
    }
    cell.handled(reply);
    cell.ready();
  }

  /** Ends all work of this incarnation, except its `stopped` hook. */
  end(): void {
    this.hasEnded = true;
    this.giveUpWaits(this.#cell.life.reason);
    this.#cell.mailbox.awaited -= this.#piped;
    if (this.#piped > 0) this.#reportPiped();
    this.#piped = 0;
  }

  /** A restart ignores late work anyway; after the last end nobody else tells of it. */
  #reportPiped(): void {
    const { path: actor, id, state, runtime, life } = this.#cell;
    if (state.phase !== ENDING || state.directive.restart) return;
    const entry = { actor, id, generation: life.generation, piped: this.#piped };
    report(
      runtime.log,
      "warn",
      entry,
      "promises given to pipeToSelf were still open at the end: their messages are not made",
    );
  }
}
