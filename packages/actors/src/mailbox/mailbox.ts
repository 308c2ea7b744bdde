/**
 * The queue of one actor: a channel of core whose consumer is called by the dispatcher instead of awaiting, with the
 * overflow policy and the account of its messages. Tells are queued as they are; only asks are wrapped, since they need
 * somewhere to put the reply.
 *
 * Upstream are the addresses, downstream is the turn. A restart does not touch the mailbox, so it loses nothing.
 *
 * Above the limits: each message passes this object; it has an operation for each way into the queue and out of it.
 *
 *     field        written by                                          when
 *     deferred     this file; turn.ts takes from it                    from the first retry, stash or delivery that must not wait
 *     awaited      incarnation.ts: pipeToSelf and its outcomes         while an incarnation runs, and until a drain is over
 *     prefetcher   threads/parent/prefetch.ts                          while messages are on their way to a thread
 *     credits      credits.ts                                          while threads may use slots of it
 *     channel      this file, credits.ts, the senders of core          until `end`
 *     account      this file; cell.ts counts handled and panicked      always
 */

import type { Result, WaitOptions } from "@pneumatic/core";
import { SendError, TrySendError } from "@pneumatic/core";
import type { Clock, Pushed, Waker } from "@pneumatic/core/internal";
import {
  afterYield,
  Channel,
  CLOSED,
  charge,
  DISCONNECTED,
  FULL,
  NOTHING,
  OPEN,
  PUSHED,
  refuse,
  settled,
} from "@pneumatic/core/internal";
import type { ActorStoppedError } from "../errors.ts";
import { MailboxFullError, UnknownMessageError } from "../errors.ts";
import type { AskPosition, AskQueue, Envelope, Wrapped } from "../reply/ask.ts";
import { isEnvelope, messageOf, noteAccepted } from "../reply/ask.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { Scheduler } from "../scheduler.ts";
import { typeOf } from "../wording.ts";
import { Account } from "./account.ts";
import type { Credits } from "./credits.ts";
import { revokeAll } from "./credits.ts";
import type { DeadLetterReason } from "./dead-letter.ts";
import { DeferredMessages } from "./deferred.ts";
import type { AccountedInbox } from "./inbox.ts";
import type { Ledger } from "./ledger.ts";
import type { MailboxSpec, Overflow } from "./mailbox-spec.ts";
import { takesAll } from "./overflow.ts";
import type { PriorityQueue } from "./priority/priority-queue.ts";
import { Ranked } from "./priority/priority-queue.ts";
import { Ranking } from "./priority/ranking.ts";
import { MailQueue } from "./queue.ts";
import { isTick, RemoteTimer } from "./tick.ts";
import { isTransferred } from "./transferred.ts";
import type { Sent } from "./waiting-senders.ts";
import { SENT, WaitingAsk, WaitingSend } from "./waiting-senders.ts";

const HIGH_WATER = 1000;
const NEVER = 2 ** 31 - 1;
const RESOLVED_SENT = Promise.resolve(SENT);

/** An executor that has sent queued messages ahead of their turn, at which they are taken out. */
export interface Prefetcher {
  /** The last ticket that it has sent. */
  readonly prefetchedUpTo: number;
  /** The caller of the ask with this ticket has given up. */
  cancel(ticket: number, message: unknown): void;
}

/** The actor that a mailbox belongs to. */
export interface MailboxOwner extends Waker, Waiter {
  readonly clock: Clock;
  readonly step: Scheduler["step"];
  /** The fate of a message that comes too late. */
  readonly stopped: { readonly error: ActorStoppedError; readonly reason: DeadLetterReason };
  /** The names of its handlers, as far as they are known. */
  readonly handlers: readonly string[];
  /** `isQuiet`: it is of no interest to the log. */
  deadLetter(message: unknown, reason: DeadLetterReason, isQuiet: boolean): void;
  /** Drops the addresses in a message that will not be handled. */
  release(message: unknown): void;
  /** An unbounded mailbox has grown past another doubling. */
  highWater(length: number): void;
  /** Reports a message without a priority; `why` is the thrown error, or the value returned instead of a number. */
  unranked(message: unknown, why: unknown, total: number): void;
}

export class Mailbox implements AskQueue, AccountedInbox {
  readonly #queue: MailQueue<unknown> | PriorityQueue;
  /** Decides on the order; undefined for the order of arrival. */
  readonly #ranking: Ranking | undefined;
  readonly channel: Channel<unknown>;
  readonly account: Account = new Account();
  /** The messages that go before the channel; undefined until there are any. */
  deferred: DeferredMessages | undefined = undefined;
  /** The number of promises whose outcome is a message to come, also after the last address was dropped. */
  awaited = 0;
  prefetcher: Prefetcher | undefined = undefined;
  /** The credits of threads; undefined until a thread gets any. */
  credits: Set<Credits> | undefined = undefined;
  #hasEnded = false;
  readonly #overflow: Overflow;
  readonly takesAll: boolean;
  readonly #owner: MailboxOwner;
  readonly #prepare: ((message: unknown) => unknown) | undefined;
  #highWater: number;

  /** `prepare` makes what is queued of what is sent; it may throw to refuse. */
  constructor(spec: MailboxSpec<never>, owner: MailboxOwner, prepare: ((message: unknown) => unknown) | undefined) {
    this.#prepare = prepare;
    const { rankOf } = spec;
    this.#ranking = rankOf === undefined ? undefined : new Ranking(rankOf, spec.overflow === "dropOldest", owner);
    this.#queue = this.#ranking?.queue ?? new MailQueue<unknown>();
    this.channel = new Channel(spec.capacity, true, this.#queue);
    this.channel.waker = owner;
    this.#overflow = spec.overflow;
    this.takesAll = takesAll(spec);
    this.#owner = owner;
    this.#highWater = spec.capacity === Number.POSITIVE_INFINITY ? HIGH_WATER : NEVER;
  }

  /** The actor whose it is. */
  get owner(): Waiter {
    return this.#owner;
  }

  get path(): string {
    return this.#owner.path;
  }

  get step(): Scheduler["step"] {
    return this.#owner.step;
  }

  /** True if nothing is left and nothing will come. */
  get isFinished(): boolean {
    return this.channel.state === CLOSED && this.awaited === 0 && !this.deferred?.length;
  }

  get overflow(): Overflow {
    return this.#overflow;
  }

  /** True if new messages are refused. */
  get isClosed(): boolean {
    return this.channel.state !== OPEN;
  }

  /** True if there is nothing to take, neither queued nor waiting for room. */
  get isEmpty(): boolean {
    return this.channel.ready === 0 && (this.deferred === undefined || this.deferred.length === 0);
  }

  /** The number of messages that wait to be handled. */
  get queued(): number {
    return this.channel.length + (this.deferred?.length ?? 0);
  }

  /** The number of stashed messages. */
  get stashed(): number {
    return this.deferred?.stashed ?? 0;
  }

  /** Puts back a message whose turn had come, before all others; not an ask whose caller has given up meanwhile. */
  putBack(item: unknown): void {
    this.deferred ??= new DeferredMessages();
    if (!this.#isGivenUp(item)) this.deferred.putBack(item);
  }

  /** Stashes a message that was being handled; not an ask whose caller has given up meanwhile. */
  stash(item: unknown): void {
    this.deferred ??= new DeferredMessages();
    if (!this.#isGivenUp(item)) this.deferred.stash(item);
  }

  #isGivenUp(item: unknown): boolean {
    const message = messageOf(item);
    if (isEnvelope(item) && item.isSettled) {
      this.account.expired++;
      this.#owner.release(message);
    } else if (isTransferred(message)) this.discard(item, "transferLost");
    else return false;
    return true;
  }

  /** Puts the stashed messages before everything that is queued, also when the actor has nothing to do. */
  unstashAll(): void {
    if (this.stashed === 0) return;
    this.deferred?.unstashAll();
    this.#owner.wake();
  }

  /** Accepts a message that the actor itself has asked for, also when it is full or closed. No other one drives it out. */
  deliver(message: unknown): void {
    if (this.#hasEnded) {
      this.#refuseTell(message, DISCONNECTED);
      return;
    }
    this.account.accepted++;
    if (this.#overflow !== "dropOldest") {
      this.#ranking?.next(message);
      if (this.channel.push(message) === PUSHED) return;
      if (this.prefetcher !== undefined && this.channel.state !== CLOSED) {
        this.channel.deliver(message); // not before a message that may have been started
        return;
      }
    }
    this.deferred ??= new DeferredMessages();
    this.deferred.push(message);
    this.#owner.wake();
  }

  inboxFor(): Mailbox {
    return this;
  }

  /** Delivers the message, or makes it a dead letter. */
  tell(message: unknown): void {
    const isReady = this.#prepare === undefined || isTick(message); // a thread sends its ticks as copies
    const item = isReady ? message : this.#prepare(message);
    const pushed = this.#offer(item);
    if (pushed !== PUSHED) this.#refuseTell(item, pushed);
  }

  trySend<V>(message: V): Result<void, TrySendError<V>> {
    const pushed = this.#offer(this.prepared(message));
    if (pushed === PUSHED) return SENT;
    return { ok: false, error: new TrySendError(pushed === FULL ? "full" : "disconnected", message) };
  }

  /** `waiter` is the actor that sends, if one does. */
  send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>> {
    const refusal = refuse(options);
    if (refusal !== undefined) return refusal;
    const item = this.prepared(message);
    const pushed = this.#offer(item);
    if (pushed === PUSHED) return charge(true) ? afterYield(SENT) : RESOLVED_SENT;
    if (pushed === DISCONNECTED) return settled({ ok: false, error: new SendError(message) }, true);
    if (this.#overflow === "reject") return settled({ ok: false, error: new TrySendError("full", message) }, true);
    const waiting = new WaitingSend(this, message, this.#waitingItem(item));
    if (options?.timeout === 0) return settled(waiting.timedOut, true);
    const sent = waiting.start(options, this.#owner.clock);
    waiting.awaitedBy(waiter, this.#owner, sent);
    return sent;
  }

  /** Returns the item to queue for `message`; throws to refuse it. */
  prepared<V>(message: V): V {
    return this.#prepare === undefined ? message : (this.#prepare(message) as V);
  }

  ask(ask: Envelope): void {
    const pushed = this.#offer(ask);
    if (pushed === PUSHED) ask.waiting(this.lastTicket);
    else if (pushed === DISCONNECTED) ask.reject(noteAccepted(this.#owner.stopped.error, false));
    else if (this.#overflow === "reject") ask.reject(new MailboxFullError(this.path, this.channel.capacity, false));
    else new WaitingAsk(this, ask, this.#waitingItem(ask));
  }

  release(message: unknown): void {
    this.#owner.release(message);
  }

  withdraw(position: AskPosition, message: unknown): void {
    if (typeof position === "number") {
      if (this.prefetcher !== undefined && position <= this.prefetcher.prefetchedUpTo) {
        this.prefetcher.cancel(position, message);
        return;
      }
      this.giveUp(position, message);
    } else if ("slots" in position) {
      this.channel.cancelWait(position); // never accepted: what is in it is still the caller's
    } else {
      this.account.expired++;
      position.remove();
      this.#owner.release(message);
      if (this.isFinished) this.#owner.wake();
    }
  }

  /** Takes the ask with this ticket out, whose caller has given up. */
  giveUp(ticket: number, message: unknown): void {
    this.account.expired++; // before the actor may end for want of it
    this.#queue.remove(ticket);
    this.channel.slotsFreed();
    this.#owner.release(message);
  }

  /** The ticket of the message queued last, by which it can be withdrawn. */
  get lastTicket(): number {
    return this.#queue.nextTicket - 1;
  }

  /** Counts a waiting message that got its room. */
  countAccepted(): void {
    this.account.accepted++;
  }

  /** The error of an ask that comes too late. */
  get stoppedError(): Error {
    return noteAccepted(this.#owner.stopped.error, false);
  }

  /** Gives up a message that was accepted. */
  discard(item: unknown, reason: DeadLetterReason): void {
    if (isTick(item) && !item.begin()) {
      this.expire(item);
      return;
    }
    this.account.deadLetter(reason);
    if (isEnvelope(item)) item.reject(this.#errorFor(reason, typeOf(item.message)));
    this.#owner.deadLetter(messageOf(item), reason, isTick(item) && reason === "draining");
  }

  /** Gives up a tick that is stale. The addresses in it are dropped if it is a copy from a thread. */
  expire(item: Wrapped): void {
    this.account.expired++;
    if (isTick(item) && item.timer instanceof RemoteTimer) this.#owner.release(item.message);
  }

  /** Ends the mailbox with its actor: it accepts nothing any more, and gives up everything queued. */
  end(reason: DeadLetterReason): void {
    this.channel.waker = undefined;
    this.#hasEnded = true;
    this.channel.close();
    this.empty(reason);
  }

  /** Gives up the messages that are accepted by now and not started. */
  empty(reason: DeadLetterReason): void {
    const { waker } = this.channel;
    this.channel.waker = undefined; // it might end the actor before its last message is accounted for
    if (this.deferred !== undefined) for (const item of this.deferred.drain()) this.#empty(item, reason);
    for (let left = this.channel.length; left > 0; left--) {
      const item = this.channel.take();
      if (item !== NOTHING) this.#empty(item, reason);
    }
    this.channel.waker = waker;
    if (waker !== undefined && this.isFinished) waker.wake();
  }

  /** Gives up an item as the incarnation ends, of which all ticks are. */
  #empty(item: unknown, reason: DeadLetterReason): void {
    if (isTick(item)) this.expire(item);
    else this.discard(item, reason);
  }

  /** True if messages may be started before they are taken: none is evicted, and the order is that of arrival. */
  get canPrefetch(): boolean {
    return this.channel.capacity === Number.POSITIVE_INFINITY && this.#ranking === undefined;
  }

  /** Passes the queued messages with a ticket above `ticket` to `visit`, until it returns false. */
  peekAfter(ticket: number, visit: (item: unknown, ticket: number) => boolean): void {
    if (this.deferred === undefined || this.deferred.length === 0)
      (this.#queue as MailQueue<unknown>).peekAfter(ticket, visit);
  }

  /** Remembers the time for {@link oldestSince}: messages wait, and will not be taken at once. */
  mark(): void {
    if (this.#queue.needsMark) this.#queue.mark(this.#owner.clock.now());
  }

  /** The time since which the oldest message waits at least; undefined if it is not known. */
  get oldestSince(): number | undefined {
    return this.#queue.markedAt;
  }

  ledger(inFlight: number): Ledger {
    return this.account.ledger({ queued: this.queued, stashed: this.stashed, inFlight });
  }

  /** Returns the item that waits for room in the place of `item`, which was just offered. */
  #waitingItem(item: unknown): unknown {
    return this.#ranking === undefined ? item : new Ranked(item, this.#ranking.queue.nextRank);
  }

  #offer(item: unknown): Pushed {
    if (this.#ranking !== undefined && !this.#ranking.next(item)) return DISCONNECTED;
    const channel = this.channel;
    const pushed = channel.push(item);
    if (pushed === PUSHED) {
      this.account.accepted++;
      if (channel.length > this.#highWater) this.#rise();
    }
    if (pushed !== FULL) return pushed;
    if (this.credits !== undefined && revokeAll(this.credits)) return this.#offer(item);
    return this.#overflow.startsWith("drop") ? this.#makeRoom(item) : pushed;
  }

  /** Accepts a message for which a credit was granted. */
  fulfill(message: unknown): void {
    const { channel } = this;
    const item = this.prepared(message);
    channel.granted++;
    if (channel.state !== OPEN) {
      this.#refuseTell(item, DISCONNECTED);
      channel.slotsFreed();
      return;
    }
    this.account.accepted++;
    channel.deliver(item);
  }

  #makeRoom(item: unknown): Pushed {
    const victim = this.#overflow === "dropNewest" ? NOTHING : this.#evict();
    this.account.accepted++;
    this.discard(victim === NOTHING ? item : victim, "overflow");
    return victim === NOTHING ? PUSHED : this.channel.push(item);
  }

  /** Takes the message to give up for the one just offered; NOTHING if that is the one. */
  #evict(): unknown {
    return this.#ranking === undefined ? this.channel.take() : this.#ranking.queue.evict();
  }

  #refuseTell(message: unknown, pushed: Pushed): void {
    this.account.accepted++;
    this.discard(message, pushed === FULL ? "full" : this.#owner.stopped.reason);
  }

  #errorFor(reason: DeadLetterReason, type: string): Error {
    if (reason === "unknownMessage") return new UnknownMessageError(this.path, type, this.#owner.handlers);
    if (reason === "full" || reason === "overflow") return new MailboxFullError(this.path, this.channel.capacity);
    return this.#owner.stopped.error;
  }

  #rise(): void {
    this.#highWater *= 2;
    this.#owner.highWater(this.channel.length);
  }
}
