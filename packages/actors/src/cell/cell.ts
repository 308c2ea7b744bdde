/**
 * The runtime record of one actor: its place in the tree, its mailbox, its state, its present incarnation and the
 * message in flight. How it starts and ends is in lifecycle.ts; the turn (turn.ts) runs its messages.
 *
 * Invariants
 * 1. `state` changes in state.ts alone, and only by legal steps.
 * 2. The mailbox outlives every incarnation: a restart does not touch it.
 * 3. At most one message is in flight.
 *
 * The cell is one object, so that a message finds all it needs at one place; it has more fields than a class should.
 * The fields that other files write:
 *
 *     field                      written by                                  when
 *     state                      state.ts, for turn.ts and lifecycle.ts      always
 *     incarnation                lifecycle.ts                                from STARTING until it was taken down
 *     inFlight                   turn.ts sets, this file clears it;          BUSY, AWAITING;
 *                                threads/parent sets it in `catchUp`         before ENDING
 *     attempt                    this file                                   when a message is taken, and when it is over
 *     isStashing                 incarnation.ts sets, this file clears it    BUSY, AWAITING
 *     turn                       dispatcher.ts                               when its turn is queued
 *     inbox                      routing, once                               NEW
 *     hasAddresses               system, once                                NEW
 *     registrations              registry, and whoever goes with an actor    until STOPPED
 *     longWaits, longAwaited     reply/wait-for-graph.ts                     while it waits, or is waited for
 *     previous, next             siblings.ts of its parent                   until STOPPED
 *
 * Above the limits: each message passes this object, and a split would cost a load for each part; the fields are in the
 * table.
 */
import type { Sender } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/internal";
import { NOTHING, unboundedSender } from "@pneumatic/core/internal";
import { cloneForRecipient } from "../address/clone-for-recipient.ts";
import { lostAddress } from "../address/handle.ts";
import type { Target } from "../address/target.ts";
import { targetOf } from "../address/target.ts";
import { dropAddresses } from "../address/walk.ts";
import type { Watch } from "../address/watch.ts";
import type { Runnable } from "../dispatcher.ts";
import { ActorPanickedError, ActorStoppedError, InvalidDefinitionError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import { KILLED, SHUTDOWN } from "../exits.ts";
import type { Account } from "../mailbox/account.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import type { DeferredMessages } from "../mailbox/deferred.ts";
import type { AccountedInbox } from "../mailbox/inbox.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import type { MailboxOwner } from "../mailbox/mailbox.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import { withoutTimer } from "../mailbox/tick.ts";
import { isTransferred } from "../mailbox/transferred.ts";
import { isEnvelope, messageOf, NEVER_STARTED } from "../reply/ask.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { Edge, WaitForGraph } from "../reply/wait-for-graph.ts";
import { report } from "../report.ts";
import type { Scheduler } from "../scheduler.ts";
import { typeOf } from "../wording.ts";
import type { CellSettings, Runtime, TreePosition } from "./environment.ts";
import { childPath } from "./environment.ts";
import type { ActorCode } from "./executor.ts";
import { failureOf, retries } from "./failure.ts";
import type { Excuse } from "./giving-up.ts";
import { BROKE_OFF, GAVE_UP } from "./giving-up.ts";
import type { Incarnation } from "./incarnation.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { Sibling } from "./siblings.ts";
import { Siblings } from "./siblings.ts";
import type { Phase, State } from "./state.ts";
import {
  BUSY,
  become,
  DOWN,
  ENDING,
  NEW_STATE,
  QUEUED,
  QUEUED_STATE,
  READY,
  READY_STATE,
  STARTING,
  STOPPED,
} from "./state.ts";
import { runTurn } from "./turn.ts";

const EXCUSES: Readonly<Record<Excuse, string>> = {
  [GAVE_UP]: "the handler has given up along with its caller",
  [BROKE_OFF]: "the handler has broken off, since the actor is to stop",
};

export class Cell implements Target, MailboxOwner, Runnable, Sibling {
  readonly id: number;
  readonly args: unknown;
  readonly code: ActorCode;
  readonly parent: Cell | undefined;
  readonly settings: CellSettings;
  readonly runtime: Runtime;
  readonly mailbox: Mailbox;
  readonly life: Lifecycle;
  inbox: AccountedInbox;
  /** The entries of the registry about it, which are forgotten when it has ended. */
  registrations: Set<Disposable> | undefined = undefined;
  state: State = NEW_STATE;
  incarnation: Incarnation | undefined = undefined;
  /** The message or ask that is being handled. */
  inFlight: unknown = undefined;
  /** The number of its turn, by which the dispatcher tells how long it has waited for that. */
  turn = 0;
  /** How often the message in flight was started. */
  attempt = 1;
  /** True if the message in flight will be stashed. */
  isStashing = false;
  longWaits: Set<Edge> | undefined = undefined;
  longAwaited = 0;
  /** True if each attempt at a message gets handles of its own, so that those in the message stay the message's. */
  readonly clonesHandles: boolean;
  /** The handles of the attempt in flight, if it has some of its own. */
  #given: unknown = undefined;
  /** True if there are addresses in its `args`. */
  hasAddresses = false;
  readonly isNamed: boolean;
  previous: Sibling | undefined = undefined;
  next: Sibling | undefined = undefined;
  /** The number of messages whose handlers have settled without having handled them: stashed, or given up. */
  #setAside = 0;
  #name: string | undefined;
  #path: string | undefined = undefined;
  #children: Siblings<Cell> | undefined = undefined;
  #watches: Set<Watch> | undefined = undefined;

  /** `prepare` returns the item to queue for a message; undefined to queue the message itself. */
  constructor(
    { id, name, parent, decider }: TreePosition,
    code: ActorCode,
    args: unknown,
    settings: CellSettings,
    runtime: Runtime,
    prepare?: (message: unknown) => unknown,
  ) {
    this.id = id;
    this.#name = name;
    this.isNamed = name !== undefined;
    this.parent = parent;
    this.args = args;
    this.code = runtime.testHooks?.code(code, this) ?? code;
    this.settings = settings;
    this.clonesHandles = typeof settings.poison === "object" && !this.code.isRemote;
    this.runtime = runtime;
    this.mailbox =
      runtime.testHooks?.mailbox(settings.mailbox, this, prepare) ?? new Mailbox(settings.mailbox, this, prepare);
    this.inbox = this.mailbox;
    this.life = new Lifecycle(this, decider);
  }

  get name(): string {
    this.#name ??= `${this.code.name}-${this.id}`;
    return this.#name;
  }

  /** Its place in the system: `/parent/name`. */
  get path(): string {
    if (this.#path === undefined) {
      const unnamed: Cell[] = [];
      for (let each: Cell | undefined = this; each !== undefined && each.#path === undefined; each = each.parent) {
        unnamed.push(each);
      }
      for (const each of unnamed.reverse()) each.#path = childPath(each.parent, each.name);
    }
    return this.#path as unknown as string;
  }

  get isAlive(): boolean {
    return this.phase !== STOPPED;
  }

  /** True if it can take children. */
  get accepts(): boolean {
    return this.phase < DOWN;
  }

  get account(): Account {
    return this.mailbox.account;
  }

  ledger(): Ledger {
    return this.inbox.ledger(this.inFlight === undefined ? 0 : 1);
  }

  get phase(): Phase {
    return this.state.phase;
  }

  /** Returns true if `incarnation` has ended, or is ending. */
  isOver(incarnation: Incarnation | undefined): boolean {
    return this.incarnation !== incarnation || this.state.phase === ENDING;
  }

  // For the wait-for graph

  get waitForGraph(): WaitForGraph {
    return this.runtime.waitForGraph;
  }

  get work(): unknown {
    const { state } = this;
    if (state.phase === ENDING) return state.termination;
    if (state.phase === DOWN) return state;
    return state.phase === STARTING ? this.incarnation : this.inFlight;
  }

  get progress(): number {
    return this.account.handled + this.#setAside;
  }

  // For addresses

  get clock(): Clock {
    return this.runtime.clock;
  }

  get deadlines(): Deadlines {
    return this.runtime.deadlines;
  }

  get step(): Scheduler["step"] {
    return this.runtime.deadlines.step;
  }

  get isClosed(): boolean {
    return this.mailbox.isClosed;
  }

  revive(): Sender<unknown> | undefined {
    const { channel } = this.mailbox;
    return channel.reviveSender() ? unboundedSender(channel) : undefined;
  }

  get started(): Promise<void> {
    return this.life.started;
  }

  get exited(): Promise<ExitReason> {
    return this.life.exited;
  }

  get ended(): ExitReason | undefined {
    return this.phase === STOPPED ? this.life.reason : undefined;
  }

  get watches(): Set<Watch> {
    this.#watches ??= new Set();
    return this.#watches;
  }

  get isWatched(): boolean {
    return (this.#watches?.size ?? 0) > 0;
  }

  /** Notifies the watches: it has ended for good. */
  notifyWatches(reason: ExitReason): void {
    for (const watch of this.#watches ?? []) watch.ended(reason);
  }

  // The tree

  get children(): Cell[] {
    return this.#children === undefined ? [] : this.#children.list();
  }

  child(name: string): Cell | undefined {
    return this.#children?.find(name);
  }

  addChild(child: Cell): void {
    this.#children ??= new Siblings();
    this.#children.add(child);
  }

  removeChild(child: Cell): void {
    this.#children?.remove(child);
  }

  /** Its children; undefined before the first. */
  get siblings(): Siblings<Cell> | undefined {
    return this.#children;
  }

  get hasChildren(): boolean {
    return this.#children?.isEmpty === false;
  }

  // For the mailbox

  get idle(): boolean {
    return this.phase === READY;
  }

  wake(): void {
    if (this.phase === READY) {
      become(this, QUEUED_STATE);
      this.runtime.dispatcher.enqueue(this);
    } else if (this.mailbox.isFinished) {
      if (this.phase === DOWN) this.life.drained();
    } else if (this.phase !== BUSY) {
      this.mailbox.mark();
    }
  }

  senderLost(origin: string): void {
    const { path: actor, id, parent, runtime, life } = this;
    report(runtime.log, "warn", { actor, id, generation: life.generation }, lostAddress(actor, parent?.path, origin));
  }

  get stopped(): { readonly error: ActorStoppedError; readonly reason: DeadLetterReason } {
    const { state, path, life } = this;
    if (state.phase < ENDING) return { error: new ActorStoppedError(path, life.reason, "ending"), reason: "draining" };
    const restarts = state.phase === ENDING && state.directive.restart && !this.mailbox.isFinished;
    return { error: new ActorStoppedError(path, life.reason, restarts ? "restarting" : "stopped"), reason: "stopped" };
  }

  get handlers(): readonly string[] {
    return Object.keys(this.incarnation?.executor.on ?? {});
  }

  deadLetter(message: unknown, reason: DeadLetterReason, isQuiet: boolean): void {
    this.runtime.deadLetter(this, message, reason, { isQuiet });
  }

  release(message: unknown): void {
    dropAddresses(message);
  }

  highWater(length: number): void {
    report(this.runtime.log, "warn", { actor: this.path, length }, "mailbox is growing");
  }

  unranked(message: unknown, err: unknown, total: number): void {
    const entry = { actor: this.path, type: typeOf(message), err, total };
    report(this.runtime.log, "error", entry, "the priority of a message is no number: it goes last");
  }

  // Messages

  run(limit: number): number {
    if (this.phase !== QUEUED) {
      this.life.startIfDue();
      this.mailbox.mark();
      return 1;
    }
    const taken = runTurn(this, limit);
    if (!this.idle && (taken < limit || this.mailbox.queued > limit)) this.mailbox.mark();
    return taken;
  }

  /** Goes on after a message or a start: with the next message, if there is one. */
  ready(): void {
    if (this.life.endIfRequested()) return;
    become(this, READY_STATE);
    if (!this.mailbox.isEmpty || this.mailbox.isFinished) this.wake();
  }

  handled(reply: unknown): void {
    const item = this.inFlight;
    this.inFlight = undefined;
    if (reply === NEVER_STARTED) {
      this.attempt--; // and one more when it is taken again
      this.mailbox.putBack(item);
      return;
    }
    this.attempt = 1;
    if (reply === GAVE_UP || reply === BROKE_OFF) {
      this.#excused(item, reply);
      return;
    }
    if (this.isStashing) {
      this.isStashing = false;
      this.#setAside++;
      this.mailbox.stash(withoutTimer(item));
      if (this.#given !== undefined) dropAddresses(this.#given); // it comes once more, and they with it
      this.#given = undefined;
      return;
    }
    this.account.handled++;
    if (isEnvelope(item) && !item.reply(reply)) dropAddresses(reply); // they were for a caller who has given up
    this.#dropOriginals(item);
  }

  /**
   * Counts a message whose handler has given up along with the caller, or broken off, or a tick that its thread has found to be
   * stale: the actor goes on with its state.
   */
  #excused(item: unknown, excuse: Excuse): void {
    this.isStashing = false;
    this.#setAside++;
    const { path: actor, id, life } = this;
    if (excuse === GAVE_UP) {
      this.account.expired++;
      this.#dropOriginals(item);
      if (!isEnvelope(item)) return;
    } else {
      this.#given = undefined;
      if (isEnvelope(item)) item.reject(new ActorStoppedError(actor, life.stopReason ?? SHUTDOWN, "interrupted"));
      this.account.deadLetter("stopped");
      this.runtime.deadLetter(this, messageOf(item), "stopped", { wasBegun: true });
    }
    const entry = { actor, id, generation: life.generation, type: typeOf(messageOf(item)) };
    report(this.runtime.log, "debug", entry, EXCUSES[excuse]);
  }

  /** Returns what excuses the handler of this thread that threw `error`; undefined if it has panicked. */
  excuseFor(incarnation: Incarnation, error: unknown): Excuse | undefined {
    return this.code.isRemote || this.isOver(incarnation) ? undefined : incarnation.excuseFor(this.inFlight, error);
  }

  /** Returns the message for one attempt of a handler. */
  attemptAt<M>(message: M): M {
    const given = cloneForRecipient(message);
    if (given !== message) this.#given = given;
    return given;
  }

  /** Drops the addresses in a message that is over, if its handler had others. */
  #dropOriginals(item: unknown): void {
    if (!this.clonesHandles) return;
    this.#given = undefined;
    dropAddresses(messageOf(item));
  }

  /** Takes the first message of a mailbox with deferred messages. */
  takeFirst(deferred: DeferredMessages): unknown {
    const redelivery = deferred.takeRedelivery();
    if (redelivery !== NOTHING) {
      this.attempt++;
      return redelivery;
    }
    this.attempt = 1;
    return deferred.length > 0 ? deferred.take() : this.mailbox.channel.take();
  }

  /** A handler threw or rejected. */
  panicked(incarnation: Incarnation | undefined, error: unknown): void {
    if (this.isOver(incarnation)) return;
    const item = this.inFlight;
    this.life.panicked(failureOf(error, messageOf(item)), error);
  }

  /**
   * Returns true if the message in flight would be handled again if `reason` ends the incarnation now, and another one
   * follows.
   */
  wouldRetry(reason: ExitReason): boolean {
    const item = this.inFlight;
    if (item === undefined || (isEnvelope(item) && item.isSettled)) return false;
    return this.attempt <= retries(this.settings.poison, reason);
  }

  /** Decides the fate of the message in flight, as the incarnation ends for `reason`. */
  settleInFlight(reason: ExitReason, restarts: boolean, error: unknown): void {
    const item = this.inFlight;
    if (item === undefined) return;
    const isRetried = restarts && this.wouldRetry(reason);
    this.inFlight = undefined;
    this.#given = undefined;
    this.isStashing = false;
    if (isRetried) {
      this.mailbox.putBack(withoutTimer(item));
      if (isEnvelope(item)) item.abortHandler(error);
      return;
    }
    this.attempt = 1;
    if (reason.kind === "killed") {
      this.mailbox.discard(item, "killed");
      if (isEnvelope(item)) item.abortHandler(new ActorStoppedError(this.path, KILLED));
      return;
    }
    const message = messageOf(item);
    if (isEnvelope(item)) item.reject(new ActorPanickedError(this.path, typeOf(message), error));
    if (reason.kind === "crashed" && isTransferred(message)) {
      this.mailbox.discard(item, "transferLost");
      return;
    }
    this.account.panicked++;
    if (this.settings.poison === "quarantine") this.runtime.deadLetter(this, message, "quarantined", { error });
    else if (this.code.isRemote)
      dropAddresses(message); // its handler had others
    else this.#dropOriginals(message);
    if (isEnvelope(item)) item.abortHandler(error);
  }
}

/** Returns the record of the actor, supervisor or router that `address` is a handle on; refuses anything else. */
export function cellOf(address: unknown): Cell {
  const target = targetOf(address);
  if (target instanceof Cell) return target;
  throw new InvalidDefinitionError("An actor is named by one of its addresses");
}
