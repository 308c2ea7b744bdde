/**
 * The runtime record of one actor: its place in the tree, its mailbox, its phase, its present incarnation and the message
 * in flight. How it starts and ends is in lifecycle.ts; the turn (dispatcher/turn.ts) runs its messages.
 *
 * Invariants
 * 1. `phase` changes through `become` alone, and only by legal steps.
 * 2. The mailbox outlives every incarnation: a restart does not touch it.
 * 3. At most one message is in flight.
 */
import type { Clock } from "@pneumatic/core/internal";
import { NOTHING } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import type { Behavior } from "../actor.ts";
import type { Target } from "../address/handle.ts";
import { dropAddresses } from "../address/handle.ts";
import type { Dispatcher, Runnable } from "../dispatcher/dispatcher.ts";
import { runTurn } from "../dispatcher/turn.ts";
import { ActorPanickedError, ActorStoppedError } from "../errors.ts";
import { typeOf } from "../mailbox/dead-letters.ts";
import type { Front } from "../mailbox/front.ts";
import type { Account, DeadLetterReason, Ledger } from "../mailbox/ledger.ts";
import type { MailboxOwner, MailboxSpec } from "../mailbox/mailbox.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import { Ask } from "../reply/ask.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { Deadlocks, Edge } from "../reply/deadlocks.ts";
import { report } from "../report.ts";
import type { ExitReason } from "./exit-reason.ts";
import { KILLED } from "./exit-reason.ts";
import { failureOf } from "./failure.ts";
import type { Guardian } from "./guardian.ts";
import type { Incarnation } from "./incarnation.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { Phase } from "./phase.ts";
import { ENDING, isLegal, NEW, QUEUED, READY, STARTING, STOPPED } from "./phase.ts";
import type { Poison } from "./poison.ts";
import { retries } from "./poison.ts";
import type { Watch } from "./watch.ts";

/** What a cell needs of its system. */
export interface Runtime {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly deadlocks: Deadlocks;
  readonly log: Logger;
  spawn(parent: Cell, definition: unknown, options: object | undefined): unknown;
  supervise(parent: Cell, spec: unknown, name: string | undefined): unknown;
  deadLetter(cell: Cell, message: unknown, reason: DeadLetterReason): void;
  quarantine(cell: Cell, message: unknown, error: unknown): void;
  ended(cell: Cell): void;
}

/** What a cell is made of. */
export interface CellSpec {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly behavior: Behavior;
  readonly args: unknown;
  /** What is queued of a message that is sent; undefined for the message itself. */
  readonly prepare: ((message: unknown) => unknown) | undefined;
  readonly mailbox: MailboxSpec;
  readonly guardian: Guardian;
  readonly shutdownMs: number;
  readonly poison: Poison | undefined;
  readonly parent: Cell | undefined;
  readonly runtime: Runtime;
}

export class Cell implements Target, MailboxOwner, Runnable {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly args: unknown;
  readonly behavior: Behavior;
  readonly parent: Cell | undefined;
  readonly poison: Poison | undefined;
  readonly runtime: Runtime;
  readonly mailbox: Mailbox;
  readonly life: Lifecycle;
  phase: Phase = NEW;
  incarnation: Incarnation | undefined = undefined;
  /** The message or ask that is being handled. */
  inFlight: unknown = undefined;
  /** How often the message in flight has been begun. */
  attempt = 1;
  /** Whether the message in flight will be set aside. */
  isStashing = false;
  longWaits: Set<Edge> | undefined = undefined;
  longAwaited = 0;
  /** How often it has set a message aside. */
  #setAside = 0;
  #children: Map<string, Cell> | undefined = undefined;
  #watches: Set<Watch> | undefined = undefined;

  constructor(spec: CellSpec) {
    this.id = spec.id;
    this.path = spec.path;
    this.name = spec.name;
    this.args = spec.args;
    this.behavior = spec.behavior;
    this.parent = spec.parent;
    this.poison = spec.poison;
    this.runtime = spec.runtime;
    this.mailbox = new Mailbox(spec.mailbox, this, spec.prepare);
    this.life = new Lifecycle(this, spec.guardian, spec.shutdownMs);
  }

  get isAlive(): boolean {
    return this.phase !== STOPPED;
  }

  /** Whether it can take children. */
  get accepts(): boolean {
    return this.phase < ENDING;
  }

  get account(): Account {
    return this.mailbox.account;
  }

  ledger(): Ledger {
    return this.mailbox.ledger(this.inFlight === undefined ? 0 : 1);
  }

  become(next: Phase): void {
    if (!isLegal(this.phase, next)) throw new Error(`Actor "${this.path}": no step from ${this.phase} to ${next}`);
    this.phase = next;
  }

  // What deadlocks are made of

  get deadlocks(): Deadlocks {
    return this.runtime.deadlocks;
  }

  get work(): unknown {
    return this.phase === STARTING ? this.incarnation : this.inFlight;
  }

  get progress(): number {
    return this.account.handled + this.#setAside;
  }

  // What addresses see

  get clock(): Clock {
    return this.runtime.clock;
  }

  get deadlines(): Deadlines {
    return this.runtime.deadlines;
  }

  get started(): Promise<void> {
    return this.life.started.promise;
  }

  get exited(): Promise<ExitReason> {
    return this.life.exited.promise;
  }

  get ended(): ExitReason | undefined {
    return this.phase === STOPPED ? this.life.reason : undefined;
  }

  get watches(): Set<Watch> {
    this.#watches ??= new Set();
    return this.#watches;
  }

  /** It has ended for good. */
  tellWatches(reason: ExitReason): void {
    for (const watch of this.#watches ?? []) watch.ended(reason);
  }

  // The tree

  get children(): Cell[] {
    return this.#children === undefined ? [] : [...this.#children.values()];
  }

  child(name: string): Cell | undefined {
    return this.#children?.get(name);
  }

  addChild(child: Cell): void {
    this.#children ??= new Map();
    this.#children.set(child.name, child);
  }

  removeChild(child: Cell): void {
    this.#children?.delete(child.name);
  }

  // What the mailbox asks

  get idle(): boolean {
    return this.phase === READY;
  }

  wake(): void {
    if (this.phase === READY) {
      this.become(QUEUED);
      this.runtime.dispatcher.enqueue(this);
    } else if (this.mailbox.isFinished) {
      this.life.unreachable();
    }
  }

  get stopped(): { readonly error: Error; readonly reason: DeadLetterReason } {
    const reason = this.phase === ENDING || this.phase === STOPPED ? "stopped" : "draining";
    return { error: new ActorStoppedError(this.path, this.life.reason), reason };
  }

  deadLetter(message: unknown, reason: DeadLetterReason): void {
    this.runtime.deadLetter(this, message, reason);
  }

  release(message: unknown): void {
    dropAddresses(message);
  }

  highWater(length: number): void {
    report(this.runtime.log, "warn", { actor: this.path, length }, "mailbox is growing");
  }

  // What becomes of messages

  run(limit: number): number {
    if (this.phase === QUEUED) return runTurn(this, limit);
    this.life.startIfDue();
    return 1;
  }

  /** Goes on after a message or a start: with the next message, if there is one. */
  ready(): void {
    if (this.life.endIfRequested()) return;
    this.become(READY);
    if (!this.mailbox.isEmpty || this.mailbox.isFinished) this.wake();
  }

  fulfilled(incarnation: Incarnation, reply: unknown): void {
    if (this.life.isOver(incarnation)) return;
    this.handled(reply);
    this.ready();
  }

  handled(reply: unknown): void {
    const item = this.inFlight;
    this.inFlight = undefined;
    this.attempt = 1;
    if (this.isStashing) {
      this.isStashing = false;
      this.#setAside++;
      this.mailbox.stash(item);
      return;
    }
    this.account.handled++;
    if (item instanceof Ask) item.reply(reply);
  }

  /** The first message of a mailbox that has some before its channel. */
  takeFirst(front: Front): unknown {
    const returned = front.takeReturned();
    if (returned !== NOTHING) {
      this.attempt++;
      return returned;
    }
    this.attempt = 1;
    return front.length > 0 ? front.take() : this.mailbox.channel.take();
  }

  /** A handler threw or rejected. */
  panicked(incarnation: Incarnation | undefined, error: unknown): void {
    if (this.life.isOver(incarnation)) return;
    const item = this.inFlight;
    this.life.panicked(failureOf(error, item instanceof Ask ? item.message : item), error);
  }

  /** Whether the message in flight would be handled again if `reason` ends the incarnation now, and another one follows. */
  wouldRetry(reason: ExitReason): boolean {
    return this.inFlight !== undefined && this.attempt <= retries(this.poison, reason);
  }

  /** The incarnation ends for `reason`: decides what becomes of the message in flight. */
  settleInFlight(reason: ExitReason, restarts: boolean, error: unknown): void {
    const item = this.inFlight;
    if (item === undefined) return;
    const isRetried = restarts && this.wouldRetry(reason);
    this.inFlight = undefined;
    this.isStashing = false;
    if (isRetried) {
      this.mailbox.putBack(item);
      if (item instanceof Ask) item.abortHandler(error);
      return;
    }
    this.attempt = 1;
    if (reason.kind === "killed") {
      this.mailbox.discard(item, "killed");
      if (item instanceof Ask) item.abortHandler(new ActorStoppedError(this.path, KILLED));
      return;
    }
    const message = item instanceof Ask ? item.message : item;
    this.account.panicked++;
    if (this.poison === "quarantine") this.runtime.quarantine(this, message, error);
    if (!(item instanceof Ask)) return;
    item.reject(new ActorPanickedError(this.path, typeOf(message), error));
    item.abortHandler(error);
  }
}
