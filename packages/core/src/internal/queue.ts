/**
 * A FIFO of linked blocks: push and shift in constant time, nothing is ever moved, and memory follows the length.
 *
 *     head ─► [ · · c d e ▒ g h ] ─► [ i j k l m n o p … ] ◄─ tail
 *                   ▲ headIndex              tailIndex ▲        ▒ removed out of turn
 *
 * Invariants: a slot is cleared when it is read; blocks double from 8 to 1,024 slots; a drained queue keeps at most one
 * small block. The value pushed as number n has the ticket n. (Blocks after tokio's `sync/mpsc/block.rs`.)
 */
const SMALLEST_BLOCK = 8;
const LARGEST_BLOCK = 1024;
const LARGEST_IDLE_BLOCK = 64;

/** In the place of a value that was removed out of turn. */
const REMOVED: unique symbol = Symbol("removed");

type Slot<T> = T | undefined | typeof REMOVED;

class Block<T> {
  readonly slots: Slot<T>[];
  next: Block<T> | undefined = undefined;
  constructor(size: number) {
    this.slots = new Array<Slot<T>>(size);
  }
}

export class Queue<T> {
  /** How many values are queued. */
  length = 0;
  /** The ticket of the next push. */
  nextTicket = 0;
  #headTicket = 0;
  #head: Block<T> | undefined = undefined;
  #headIndex = 0;
  #tail: Block<T> | undefined = undefined;
  #tailIndex = 0;

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
      this.#headTicket++;
      if (value === REMOVED) continue;
      if (--this.length === 0) this.#rewind(head);
      return value as T;
    }
  }

  /** Removes the value with this ticket, which must still be queued. Skips whole blocks, so a long queue is no matter. */
  remove(ticket: number): void {
    let index = this.#headIndex + ticket - this.#headTicket;
    let block = this.#head as Block<T>;
    while (index >= block.slots.length) {
      index -= block.slots.length;
      block = block.next as Block<T>;
    }
    block.slots[index] = REMOVED;
    if (--this.length === 0) this.clear();
  }

  clear(): void {
    this.length = 0;
    this.#headTicket = this.nextTicket;
    this.#head = this.#tail = undefined;
    this.#headIndex = this.#tailIndex = 0;
  }

  #grow(tail: Block<T> | undefined): Block<T> {
    const size = tail === undefined ? SMALLEST_BLOCK : Math.min(tail.slots.length * 2, LARGEST_BLOCK);
    const block = new Block<T>(size);
    if (tail === undefined) this.#head = block;
    else tail.next = block;
    this.#tail = block;
    this.#tailIndex = 0;
    return block;
  }

  #advance(head: Block<T>): Block<T> {
    const next = head.next as Block<T>;
    this.#head = next;
    this.#headIndex = 0;
    return next;
  }

  /** The last value was read from `block`. A small one that is the only one starts over, else memory is given back. */
  #rewind(block: Block<T>): void {
    if (block !== this.#tail || this.#headIndex !== this.#tailIndex || block.slots.length > LARGEST_IDLE_BLOCK) {
      this.clear();
    } else {
      this.#headIndex = this.#tailIndex = 0;
    }
  }
}
