/**
 * What the ends of a channel share: the queue, those who wait at either side, the counts and the state. It is the only
 * file that changes the state. One thread runs it, so each method is atomic.
 *
 * One representation serves the three flavors, told apart by `capacity`: unbounded is Infinity, bounded n, rendezvous 0.
 *
 *     push ──► receiver waiting? ─yes─► handed over
 *                   │no
 *              below capacity? ─yes─► [ queue ] ──► take
 *                   │no                   ▲
 *                 FULL ── park ──► parked ┘ admitted, oldest first, when room is made
 *
 * Invariants
 * 1. A receiver waits only while the queue is empty, and nothing is parked unless permits hold every slot.
 * 2. `queue.length + reserved` is at most the capacity (a rendezvous with an idle consumer queues one value).
 * 3. A send or a reservation is parked only while it does not fit, so nothing overtakes it.
 * 4. The state only advances: OPEN (a sender or a permit lives, and a receiver), DRAINING (nothing new comes in, something
 *    is left: values, or permits that may still send), CLOSED.
 *
 * Above the limits: the channel is queue, slots, waiting senders and counts in one object, so that an operation finds
 * all of it at one place (decision 1).
 */
import type { Fifo } from "./queue.ts";
import { Queue } from "./queue.ts";
import type { Source, State, WaitingReceive } from "./source.ts";
import { CLOSED, DRAINING, NOTHING, OPEN } from "./source.ts";
import type { WaitNode } from "./wait-list.ts";
import { WaitList } from "./wait-list.ts";

export const PUSHED = 0;
export const FULL = 1;
export const DISCONNECTED = 2;
export type Pushed = typeof PUSHED | typeof FULL | typeof DISCONNECTED;

/** A send or a reservation that waits for room. It is gone from the list before either method is called. */
export interface WaitingSender<T> extends WaitNode {
  /** What to queue; NOTHING for a reservation. */
  readonly value: T | typeof NOTHING;
  /** How many slots it waits for; 1 for a send. */
  readonly slots: number;
  /** Whether its value is still to be had, which is the taker's then; left out where it always is. */
  claim?(): boolean;
  accepted(): void;
  disconnected(): void;
}

/** Somebody who waits for the receiver to go. */
export interface ClosedWatch extends WaitNode {
  closed(): void;
}

/** A consumer that is called instead of awaiting: whenever an empty channel gets something to take, or closes. */
export interface Waker {
  /** Whether it waits for a value, as a rendezvous needs to know. False from `wake` until it found nothing to take. */
  readonly idle: boolean;
  /** `parked` is a send that has just begun to wait for room. */
  wake(parked?: WaitingSender<never>): void;
  /** Somebody found no room for `value`; undefined where slots were to be reserved. */
  refused?(value: unknown): void;
  /** A receive begins to wait at a rendezvous. */
  awaited?(): void;
  /** A slot that was lent to another thread is needed here; whether it is free again. */
  revoke?(): boolean;
  /** After a `push` that was FULL: gives `value` to a receive in another thread; false when none is known to wait. */
  handOver?(value: unknown): boolean;
  /** `parked` is about to be taken back; false when another thread has taken it, and it was admitted. */
  withdraw?(parked: WaitingSender<never>): boolean;
  /** A sender was lost to the collector, and is about to be dropped; `place` is where it was created, or how to find out. */
  senderLost?(place: string): void;
}

export class Channel<T> implements Source<T> {
  readonly capacity: number;
  /** How many of the slots are for this side to use: all, unless the receiver is in another thread. */
  granted: number;
  readonly cooperative: boolean;
  state: State = OPEN;
  waker: Waker | undefined = undefined;
  #senders = 1;
  #receivers = 1;
  /** Slots that permits hold. */
  #reserved = 0;
  #queue: Fifo<T>;
  readonly #waitingSenders: WaitList<WaitingSender<T>> | undefined;
  #waitingReceives: WaitList<WaitingReceive<T>> | undefined = undefined;
  #watches: WaitList<ClosedWatch> | undefined = undefined;

  constructor(capacity: number, cooperative = true, queue: Fifo<T> = new Queue()) {
    this.granted = this.capacity = capacity;
    this.cooperative = cooperative;
    this.#queue = queue;
    this.#waitingSenders = capacity === Number.POSITIVE_INFINITY ? undefined : new WaitList();
  }

  get length(): number {
    return this.#queue.length;
  }

  get ready(): number {
    const { length } = this.#queue;
    return length === 0 && this.capacity === 0 ? (this.#waitingSenders as WaitList<WaitingSender<T>>).length : length;
  }

  /** Who is the first to get room. */
  get firstWaiting(): WaitingSender<T> | undefined {
    return this.#waitingSenders?.head;
  }

  /** How many slots are free: neither queued nor held by a permit. */
  get available(): number {
    return this.granted - this.#queue.length - this.#reserved;
  }

  /** Hands `value` over or queues it. Never waits. */
  push(value: T): Pushed {
    if (this.state !== OPEN) return DISCONNECTED;
    const waiting = this.#waitingReceives;
    if (waiting !== undefined && waiting.head !== undefined) {
      if (this.#reserved > 0 && !this.#areFree(1) && this.waker?.revoke?.() !== true) return this.#refuse(value);
      (waiting.shift() as WaitingReceive<T>).received(value);
      return PUSHED;
    }
    if (!this.#areFree(1) && !this.#isConsumerIdle()) return this.#refuse(value);
    const queue = this.#queue;
    queue.push(value);
    if (queue.length === 1 && this.waker !== undefined) this.waker.wake();
    return PUSHED;
  }

  /** Queues a send for room, after a `push` that was FULL, or a reservation, after a `reserve` that was. */
  waitForRoom(send: WaitingSender<T>): void {
    this.#waitingSenders?.push(send);
    if (this.#queue.length === 0) this.waker?.wake(send as WaitingSender<never>);
  }

  /** Takes a parked send back. Those behind it may fit where it did not. */
  cancelWait(send: WaitingSender<T>): void {
    this.#waitingSenders?.remove(send);
    this.slotsFreed();
  }

  /** Lets those parked in, and closes what is drained. */
  slotsFreed(): void {
    this.#acceptWaiting();
    this.#closeWhenDrained();
  }

  take(): T | typeof NOTHING {
    const queue = this.#queue;
    if (queue.length === 0) return this.capacity === 0 ? this.#takeFromWaiting() : NOTHING;
    const value = queue.shift();
    if (this.#waitingSenders !== undefined) this.#acceptWaiting();
    if (this.state === DRAINING) this.#closeWhenDrained();
    return value;
  }

  wait(receive: WaitingReceive<T>): void {
    this.#waitingReceives ??= new WaitList();
    this.#waitingReceives.push(receive);
    if (this.capacity === 0) this.waker?.awaited?.();
  }

  /** Whether a receive waits. */
  get isAwaited(): boolean {
    return this.#waitingReceives?.head !== undefined;
  }

  unwait(receive: WaitingReceive<T>): void {
    this.#waitingReceives?.remove(receive);
    if (this.#reserved > 0 && !this.isAwaited) this.waker?.revoke?.();
  }

  /** Holds `slots` for values to come. Each is one sender more, until `fulfill` or `release`. */
  reserve(slots: number): Pushed {
    if (this.state !== OPEN) return DISCONNECTED;
    if (slots > 0 && !this.#areFree(slots)) return this.#refuse();
    this.reserveUnchecked(slots);
    return PUSHED;
  }

  /** Holds slots for values to come, without asking whether they are free. */
  reserveUnchecked(slots: number): void {
    this.#reserved += slots;
    this.#senders += slots;
  }

  /** Puts `queue` in the place of the one it had, which is returned with what it holds. */
  replaceQueue(queue: Fifo<T>): Fifo<T> {
    const old = this.#queue;
    this.#queue = queue;
    return old;
  }

  /** Hands `value` to the receiver that waits, else queues it. There is room; `parked` is the send that waited for it. */
  deliver(value: T, parked?: WaitingSender<T>): void {
    const receive = this.#waitingReceives?.shift();
    const queue = this.#queue;
    if (receive !== undefined) receive.received(value);
    else {
      queue.push(value, parked);
      if (queue.length === 1) this.waker?.wake();
    }
  }

  /** Puts a value into a slot that was held for it, also after `close()`; false when the receiver is gone. */
  fulfill(value: T): boolean {
    const isOpen = this.state !== CLOSED;
    if (isOpen) this.deliver(value);
    this.release();
    return isOpen;
  }

  /** Gives back a slot that was held. */
  release(): void {
    if (this.state !== CLOSED) this.#reserved--;
    this.removeSender();
    this.slotsFreed();
  }

  /** How many strong handles send into it. */
  get senders(): number {
    return this.#senders;
  }

  addSender(): void {
    this.#senders++;
  }

  /** True, and one sender more, unless the last one has been dropped. */
  reviveSender(): boolean {
    if (this.#senders === 0) return false;
    this.#senders++;
    return true;
  }

  removeSender(): void {
    if (--this.#senders === 0) this.#stopAccepting();
  }

  close(): void {
    if (this.#reserved > 0) this.waker?.revoke?.();
    this.#waitingSenders?.clear((send) => send.disconnected());
    this.#stopAccepting();
    this.#watches?.clear((watch) => watch.closed());
  }

  /** Whether nothing new is accepted. */
  get isDisconnected(): boolean {
    return this.state !== OPEN;
  }

  /** Whether the last receiver was dropped. */
  get isAbandoned(): boolean {
    return this.#receivers === 0;
  }

  addReceiver(): void {
    this.#receivers++;
  }

  removeReceiver(): void {
    if (--this.#receivers > 0) return;
    this.#queue.clear();
    this.#reserved = 0;
    this.waker = undefined;
    this.close();
  }

  /** Those who wait for the receiver to go. */
  get watches(): WaitList<ClosedWatch> {
    this.#watches ??= new WaitList();
    return this.#watches;
  }

  #takeFromWaiting(): T | typeof NOTHING {
    const send = this.#waitingSenders?.shift();
    if (send === undefined) return NOTHING;
    const isGone = send.claim?.() === false; // its sender, in another thread, has just given up
    this.#closeWhenDrained();
    if (isGone) return this.#takeFromWaiting();
    send.accepted();
    return send.value;
  }

  #refuse(value?: T): Pushed {
    this.waker?.refused?.(value);
    return FULL;
  }

  /** A rendezvous with a consumer that is called: it meets the value if it is idle. */
  #isConsumerIdle(): boolean {
    return this.capacity === 0 && this.#queue.length === 0 && this.waker?.idle === true;
  }

  /** Whether so many slots are free and nobody came before for them. */
  #areFree(slots: number): boolean {
    if (this.#queue.length + this.#reserved + slots > this.granted) return false;
    return this.#waitingSenders === undefined || this.#waitingSenders.head === undefined;
  }

  /** Room was made: those parked take it, oldest first, while they fit. */
  #acceptWaiting(): void {
    const parked = this.#waitingSenders;
    if (parked === undefined) return;
    for (let send = parked.head; send !== undefined && send.slots <= this.available; send = parked.head) {
      parked.remove(send);
      if (send.value === NOTHING) this.reserveUnchecked(send.slots);
      else this.deliver(send.value, send);
      send.accepted();
    }
  }

  #stopAccepting(): void {
    if (this.state === OPEN) this.state = DRAINING;
    this.#closeWhenDrained();
  }

  #closeWhenDrained(): void {
    if (this.state !== DRAINING || this.#queue.length > 0 || this.#reserved > 0) return;
    if (this.firstWaiting !== undefined) return;
    this.state = CLOSED;
    this.#waitingReceives?.clear((receive) => receive.disconnected());
    this.waker?.wake();
  }
}
