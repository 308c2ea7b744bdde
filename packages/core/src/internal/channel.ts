/**
 * The state that the ends of a channel share: the queue, the senders and receives that wait, the counts, the state of life.
 * No other file changes the state. One thread runs a channel, so each method is atomic.
 *
 * One representation serves the three flavors, told apart by `capacity`: unbounded is Infinity, bounded n, rendezvous 0.
 *
 *     push ──► a receive waits? ─yes─► handed over
 *                   │no
 *              below capacity? ─yes─► [ queue ] ──► take
 *                   │no                   ▲
 *                 FULL ──► waiting senders┘ accepted, oldest first, when slots are freed
 *
 * Invariants
 * 1. A receive waits only while the queue is empty, and a sender waits beside it only if permits reserve every slot.
 * 2. `queue.length + reserved` is at most the capacity (a rendezvous with an idle waker queues one value).
 * 3. A send or a reservation waits only while it does not fit, and nothing overtakes it.
 * 4. The state only advances: OPEN (a sender or a permit lives, and a receiver), DRAINING (nothing new comes in, but values
 *    or permits are left), CLOSED.
 *
 * Above the limits: queue, slots, waiting senders and counts are one object, so that an operation finds all of it in one place
 * (decision 1).
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

/** A send or a reservation that waits for room. The channel takes it off the list before it calls one of the methods. */
export interface WaitingSender<T> extends WaitNode {
  /** The value to queue; NOTHING for a reservation. */
  readonly value: T | typeof NOTHING;
  /** The number of slots that it waits for; 1 for a send. */
  readonly slots: number;
  /** Claims the value for the taker; false if the sender, in another thread, has just given up. Left out if it never does. */
  claim?(): boolean;
  accepted(): void;
  disconnected(): void;
}

/** An operation that waits for the receiver to go. */
export interface ClosedWatch extends WaitNode {
  closed(): void;
}

/**
 * The hooks of a channel for a consumer that does not await, an actor's mailbox, and for the bridge to other threads. Those
 * from `awaited` on, but for the last, belong to a rendezvous between threads.
 */
export interface Waker {
  /** True while it waits for a value, which a rendezvous asks. False from `wake` until it has found nothing to take. */
  readonly idle: boolean;
  /** The empty channel has got something to take, or is closed, or `sender` has just begun to wait for room. */
  wake(sender?: WaitingSender<never>): void;
  /** There was no room for `value`; it is undefined if slots were to be reserved. */
  refused?(value: unknown): void;
  /** A receive begins to wait. */
  awaited?(): void;
  /** Revokes the credit that another thread has, since a slot is needed here; false if it is in use. */
  revoke?(): boolean;
  /** Hands `value`, for which a `push` found no room, to a receive in another thread; false if none is known to wait. */
  handOver?(value: unknown): boolean;
  /** Withdraws `sender`, which is about to stop waiting; false if another thread has taken its value already. */
  withdraw?(sender: WaitingSender<never>): boolean;
  /** The collector has found a sender, which is about to be dropped. `origin` says where it was created, or how to find out. */
  senderLost?(origin: string): void;
}

/**
 * Fields, and the methods that write them:
 * - `state`: `#stopAccepting`, `#closeWhenDrained`; `granted`: the outlet of another thread's receiver;
 * - `waker`: its owner, once, and `removeReceiver`;
 * - `#reserved`: `reserveUnchecked`, `release`, `removeReceiver`; `#senders`, `#receivers`: the add and remove methods;
 * - `#queue`: `push`, `take`, `deliver`, `replaceQueue`, `removeReceiver`; the three lists: the method that adds to each, the one
 *   that cancels, and those that serve it.
 */
export class Channel<T> implements Source<T> {
  readonly capacity: number;
  /** The slots that are granted to this side: all, unless the receiver is in another thread. */
  granted: number;
  readonly cooperative: boolean;
  state: State = OPEN;
  waker: Waker | undefined = undefined;
  /** Strong handles: senders, permits, reservations that wait. At 0 nothing new can come. */
  #senders = 1;
  #receivers = 1;
  /** Slots that permits reserve. */
  #reserved = 0;
  #queue: Fifo<T>;
  /** Undefined for an unbounded channel, in which no sender waits. */
  readonly #waitingSenders: WaitList<WaitingSender<T>> | undefined;
  /** Made when the first receive waits. */
  #waitingReceives: WaitList<WaitingReceive<T>> | undefined = undefined;
  /** Made when somebody first waits for the receiver to go. */
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

  /** The sender that is the first to get room. */
  get firstWaiting(): WaitingSender<T> | undefined {
    return this.#waitingSenders?.head;
  }

  /** The number of free slots: neither queued nor reserved. */
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

  /** Lets `sender` wait for room, after a `push` or a `reserve` that returned FULL. */
  waitForRoom(sender: WaitingSender<T>): void {
    this.#waitingSenders?.push(sender);
    if (this.#queue.length === 0) this.waker?.wake(sender as WaitingSender<never>);
  }

  /** Lets `sender` wait no longer. Those behind it may fit although it did not. */
  cancelWait(sender: WaitingSender<T>): void {
    this.#waitingSenders?.remove(sender);
    this.slotsFreed();
  }

  /** Accepts the waiting senders that fit now, and closes a drained channel. */
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

  /** True while a receive waits. */
  get isAwaited(): boolean {
    return this.#waitingReceives?.head !== undefined;
  }

  unwait(receive: WaitingReceive<T>): void {
    this.#waitingReceives?.remove(receive);
    if (this.#reserved > 0 && !this.isAwaited) this.waker?.revoke?.();
  }

  /** Reserves `slots` for values to come. Each counts as a sender, until `fulfill` or `release`. */
  reserve(slots: number): Pushed {
    if (this.state !== OPEN) return DISCONNECTED;
    if (slots > 0 && !this.#areFree(slots)) return this.#refuse();
    this.reserveUnchecked(slots);
    return PUSHED;
  }

  /** Reserves slots that the caller knows to be free. */
  reserveUnchecked(slots: number): void {
    this.#reserved += slots;
    this.#senders += slots;
  }

  /** Replaces the queue, and returns the old one with the values in it. */
  replaceQueue(queue: Fifo<T>): Fifo<T> {
    const old = this.#queue;
    this.#queue = queue;
    return old;
  }

  /** Hands `value` to the receive that waits, else queues it. There is room; `sender` is the one that has waited for it. */
  deliver(value: T, sender?: WaitingSender<T>): void {
    const receive = this.#waitingReceives?.shift();
    const queue = this.#queue;
    if (receive !== undefined) receive.received(value);
    else {
      queue.push(value, sender);
      if (queue.length === 1) this.waker?.wake();
    }
  }

  /** Puts a value into a reserved slot, also after `close()`; false if the receiver is gone. */
  fulfill(value: T): boolean {
    const isOpen = this.state !== CLOSED;
    if (isOpen) this.deliver(value);
    this.release();
    return isOpen;
  }

  /** Gives a reserved slot back. */
  release(): void {
    if (this.state !== CLOSED) this.#reserved--;
    this.removeSender();
    this.slotsFreed();
  }

  /** The number of strong handles that send into it. */
  get senders(): number {
    return this.#senders;
  }

  addSender(): void {
    this.#senders++;
  }

  /** Counts one sender more, and returns true, unless the last one has been dropped. */
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
    this.#waitingSenders?.clear((sender) => sender.disconnected());
    this.#stopAccepting();
    this.#watches?.clear((watch) => watch.closed());
  }

  /** True once nothing new is accepted. */
  get isDisconnected(): boolean {
    return this.state !== OPEN;
  }

  /** True once the last receiver was dropped. */
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

  /** The operations that wait for the receiver to go. */
  get watches(): WaitList<ClosedWatch> {
    this.#watches ??= new WaitList();
    return this.#watches;
  }

  #takeFromWaiting(): T | typeof NOTHING {
    for (;;) {
      const sender = this.#waitingSenders?.shift();
      if (sender === undefined) return NOTHING;
      const isGone = sender.claim?.() === false;
      this.#closeWhenDrained();
      if (isGone) continue;
      sender.accepted();
      return sender.value;
    }
  }

  #refuse(value?: T): Pushed {
    this.waker?.refused?.(value);
    return FULL;
  }

  /** Returns whether this is a rendezvous whose waker is ready to take a value. */
  #isConsumerIdle(): boolean {
    return this.capacity === 0 && this.#queue.length === 0 && this.waker?.idle === true;
  }

  /** Returns whether so many slots are free and no sender has waited for them before. */
  #areFree(slots: number): boolean {
    if (this.#queue.length + this.#reserved + slots > this.granted) return false;
    return this.#waitingSenders === undefined || this.#waitingSenders.head === undefined;
  }

  /** Accepts the waiting senders, oldest first, while they fit. */
  #acceptWaiting(): void {
    const waiting = this.#waitingSenders;
    if (waiting === undefined) return;
    for (let sender = waiting.head; sender !== undefined && sender.slots <= this.available; sender = waiting.head) {
      waiting.remove(sender);
      if (sender.value === NOTHING) this.reserveUnchecked(sender.slots);
      else this.deliver(sender.value, sender);
      sender.accepted();
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
