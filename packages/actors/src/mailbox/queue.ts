/**
 * The queue of a mailbox: a FIFO of linked blocks, as core's, out of which an obsolete message can be removed. Push,
 * shift and removal are quick, nothing is ever moved, and memory follows the length.
 *
 *     head ─► [ · · c d e ▒ g h ] ─► [ i j k l m n o p … ] ◄─ tail
 *                   ▲ headIndex              tailIndex ▲        ▒ removed out of turn
 *
 * Invariants: a slot is cleared when it is read; blocks double from 8 to 1,024 slots; a drained queue keeps at most one
 * small block. The value pushed as number n has the ticket n. (Blocks after tokio's `sync/mpsc/block.rs`.)
 */
import type { Fifo } from "@pneumatic/core/internal";

const SMALLEST_BLOCK = 8;
const LARGEST_BLOCK = 1024;
const LARGEST_IDLE_BLOCK = 64;

/** Stands in the slot of a value that was removed out of turn. */
const REMOVED: unique symbol = Symbol("removed");

type Slot<T> = T | undefined | typeof REMOVED;

class Block<T> {
  readonly slots: Slot<T>[];
  next: Block<T> | undefined = undefined;
  /** The ticket of the first slot. */
  start: number;
  /** The number of slots that were removed out of turn. */
  removed = 0;
  constructor(size: number, start: number) {
    this.slots = new Array<Slot<T>>(size);
    this.start = start;
  }
}

export class MailQueue<T> implements Fifo<T> {
  /** The number of queued values. */
  length = 0;
  /** The ticket of the next push. */
  nextTicket = 0;
  #head: Block<T> | undefined = undefined;
  #headIndex = 0;
  #tail: Block<T> | undefined = undefined;
  #tailIndex = 0;
  /** Every value with a ticket up to this one was queued by `#markedAt`. */
  #marked = -1;
  #markedAt = 0;

  push(value: T): void {
    let tail = this.#tail;
    if (tail === undefined || this.#tailIndex === tail.slots.length) tail = this.#grow(tail);
    tail.slots[this.#tailIndex++] = value;
    this.nextTicket++;
    this.length++;
  }

  /** Takes the oldest value. The queue must not be empty. */
  shift(): T {
    for (;;) {
      let head = this.#head as Block<T>;
      if (this.#headIndex === head.slots.length) head = this.#advance(head);
      const value = head.slots[this.#headIndex];
      head.slots[this.#headIndex++] = undefined;
      if (value === REMOVED) continue;
      if (--this.length === 0) this.#rewind(head);
      return value as T;
    }
  }

  /** Removes the value with this ticket, which must still be queued. A block without values is given back. */
  remove(ticket: number): void {
    let before: Block<T> | undefined;
    let block = this.#head as Block<T>;
    while (ticket >= block.start + block.slots.length) {
      before = block;
      block = block.next as Block<T>;
    }
    block.slots[ticket - block.start] = REMOVED;
    block.removed++;
    if (before !== undefined && block !== this.#tail && block.removed === block.slots.length) before.next = block.next;
    if (--this.length === 0) this.clear();
  }

  /** Passes the values with a ticket above `ticket` to `visit`, oldest first, until it returns false. */
  peekAfter(ticket: number, visit: (value: T, ticket: number) => boolean): void {
    for (let block = this.#head; block !== undefined; block = block.next) {
      const first = Math.max(block === this.#head ? this.#headIndex : 0, ticket + 1 - block.start);
      const end = block === this.#tail ? this.#tailIndex : block.slots.length;
      for (let at = first; at < end; at++) {
        const value = block.slots[at];
        if (value !== REMOVED && !visit(value as T, block.start + at)) return;
      }
    }
  }

  /** True if values are queued, and the mark of the oldest of them is gone. */
  get needsMark(): boolean {
    return this.length > 0 && this.#marked < this.nextTicket - this.length; // the ticket of the oldest, or more than that
  }

  /** Remembers that the queued values were there at `now`: one time for all, instead of one for each. */
  mark(now: number): void {
    this.#marked = this.nextTicket - 1;
    this.#markedAt = now;
  }

  /** The time since which the oldest value has been queued at least; undefined if it is not known. */
  get markedAt(): number | undefined {
    return this.length > 0 && !this.needsMark ? this.#markedAt : undefined;
  }

  clear(): void {
    this.length = 0;
    this.#head = this.#tail = undefined;
    this.#headIndex = this.#tailIndex = 0;
  }

  #grow(tail: Block<T> | undefined): Block<T> {
    this.#tailIndex = 0;
    if (tail !== undefined && tail !== this.#head && tail.removed === tail.slots.length) return this.#restart(tail);
    const size = tail === undefined ? SMALLEST_BLOCK : Math.min(tail.slots.length * 2, LARGEST_BLOCK);
    const block = new Block<T>(size, this.nextTicket);
    if (tail === undefined) this.#head = block;
    else tail.next = block;
    this.#tail = block;
    return block;
  }

  /** Uses a block again, from its first slot. */
  #restart(block: Block<T>): Block<T> {
    block.start = this.nextTicket;
    block.removed = 0;
    return block;
  }

  #advance(head: Block<T>): Block<T> {
    const next = head.next as Block<T>;
    this.#head = next;
    this.#headIndex = 0;
    return next;
  }

  /** Called when the last value was read from `block`. A small block that is the only one starts over, else memory is given back. */
  #rewind(block: Block<T>): void {
    if (block !== this.#tail || this.#headIndex !== this.#tailIndex || block.slots.length > LARGEST_IDLE_BLOCK) {
      this.clear();
    } else {
      this.#headIndex = this.#tailIndex = 0;
      this.#restart(block);
    }
  }
}
