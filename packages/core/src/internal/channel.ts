/**
 * What both ends of a channel share: the queue, the parked sends, the waiting receiver, the count of senders and the
 * state. It is the only file that changes the state. One thread runs it, so each method is atomic.
 *
 * One representation serves the three flavors, told apart by `capacity`: unbounded is Infinity, bounded n, rendezvous 0.
 *
 *     push ──► receiver waiting? ─yes─► handed over
 *                   │no
 *              below capacity? ─yes─► [ queue ] ──► take
 *                   │no                   ▲
 *                 FULL ── park ──► parked ┘ admitted, oldest first, by the take that makes room
 *
 * Invariants
 * 1. A receiver waits only while queue and parked are empty.
 * 2. Sends are parked only while the queue is full, so nothing overtakes them.
 * 3. The state only advances: OPEN (a sender and the receiver live), DRAINING (nothing new comes in, something is left),
 *    CLOSED (nothing is left, and nothing will be).
 */
import type { Abortable } from "./abort.ts";
import { Queue } from "./queue.ts";
import type { WaitNode } from "./wait-list.ts";
import { WaitList } from "./wait-list.ts";

export const OPEN = 0;
export const DRAINING = 1;
export const CLOSED = 2;
export type State = typeof OPEN | typeof DRAINING | typeof CLOSED;

export const PUSHED = 0;
export const FULL = 1;
export const DISCONNECTED = 2;
export type Pushed = typeof PUSHED | typeof FULL | typeof DISCONNECTED;

/** What `take` returns instead of a value; never a payload. */
export const NOTHING: unique symbol = Symbol("nothing");

/** A receive that waits for the next value. It is gone from the channel before either method is called. */
export interface PendingReceive<T> {
  received(value: T): void;
  disconnected(): void;
}

/** A send that waits for room. It is gone from the list before either method is called. */
export interface ParkedSend<T> extends WaitNode {
  readonly value: T;
  admitted(): void;
  disconnected(): void;
}

/** Somebody who waits for the receiver to go. */
export interface ClosedWatch extends WaitNode, Abortable {
  closed(): void;
}

/** A consumer that is called instead of awaiting: whenever an empty channel gets something to take, or closes. */
export interface Waker {
  /** Whether it waits for a value, as a rendezvous needs to know. False from `wake` until it found nothing to take. */
  readonly idle: boolean;
  wake(): void;
}

export class Channel<T> {
  readonly capacity: number;
  state: State = OPEN;
  receiver: PendingReceive<T> | undefined = undefined;
  waker: Waker | undefined = undefined;
  #senders = 1;
  readonly #queue = new Queue<T>();
  readonly #parked: WaitList<ParkedSend<T>> | undefined;
  #watches: WaitList<ClosedWatch> | undefined = undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#parked = capacity === Number.POSITIVE_INFINITY ? undefined : new WaitList();
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Whether there is nothing to take, neither queued nor parked. */
  get isEmpty(): boolean {
    return this.#queue.length === 0 && this.#parked?.head === undefined;
  }

  /** Hands `value` over or queues it. Never waits. */
  push(value: T): Pushed {
    if (this.state !== OPEN) return DISCONNECTED;
    const receiver = this.receiver;
    if (receiver !== undefined) {
      this.receiver = undefined;
      receiver.received(value);
      return PUSHED;
    }
    const queue = this.#queue;
    if (queue.length >= this.capacity && !this.#meets()) return FULL;
    queue.push(value);
    if (queue.length === 1 && this.waker !== undefined) this.waker.wake();
    return PUSHED;
  }

  /** The ticket of the value pushed last, by which it can be removed. */
  get lastTicket(): number {
    return this.#queue.nextTicket - 1;
  }

  /** Takes a value out of the queue, out of turn; the room it leaves goes to the oldest parked send. */
  remove(ticket: number): void {
    this.#queue.remove(ticket);
    this.#admit();
    this.#closeWhenDrained();
  }

  /** Queues a send for room, after a `push` that was FULL. */
  park(send: ParkedSend<T>): void {
    this.#parked?.push(send);
    if (this.#queue.length === 0) this.waker?.wake();
  }

  /** Takes a parked send back. */
  unpark(send: ParkedSend<T>): void {
    this.#parked?.remove(send);
    this.#closeWhenDrained();
  }

  /** The oldest value, or NOTHING; then `state` tells whether more can come. */
  take(): T | typeof NOTHING {
    const queue = this.#queue;
    if (queue.length === 0) return this.#takeParked();
    const value = queue.shift();
    if (this.#parked !== undefined) this.#admit();
    if (this.state === DRAINING) this.#closeWhenDrained();
    return value;
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

  /** The receiver accepts nothing new: parked sends fail, what is queued can still be taken. */
  close(): void {
    for (let send = this.#parked?.shift(); send !== undefined; send = this.#parked?.shift()) send.disconnected();
    this.#stopAccepting();
    for (let watch = this.#watches?.shift(); watch !== undefined; watch = this.#watches?.shift()) watch.closed();
  }

  /** The receiver is gone, and with it everything that was queued. */
  dropReceiver(): void {
    this.#queue.clear();
    this.waker = undefined;
    this.close();
  }

  watchClosed(watch: ClosedWatch): void {
    this.#watches ??= new WaitList();
    this.#watches.push(watch);
  }

  unwatchClosed(watch: ClosedWatch): void {
    this.#watches?.remove(watch);
  }

  #takeParked(): T | typeof NOTHING {
    const send = this.#parked?.shift();
    if (send === undefined) return NOTHING;
    this.#closeWhenDrained();
    send.admitted();
    return send.value;
  }

  /** A rendezvous with a consumer that is called: it meets the value if it is idle. */
  #meets(): boolean {
    return this.capacity === 0 && this.#queue.length === 0 && this.waker?.idle === true;
  }

  /** Room was made: the oldest parked send takes it. */
  #admit(): void {
    if (this.#queue.length >= this.capacity) return;
    const send = this.#parked?.shift();
    if (send === undefined) return;
    this.#queue.push(send.value);
    send.admitted();
  }

  #stopAccepting(): void {
    if (this.state === OPEN) this.state = DRAINING;
    this.#closeWhenDrained();
  }

  #closeWhenDrained(): void {
    if (this.state !== DRAINING || this.#queue.length > 0 || this.#parked?.head !== undefined) return;
    this.state = CLOSED;
    const receiver = this.receiver;
    this.receiver = undefined;
    receiver?.disconnected();
    this.waker?.wake();
  }
}
