/**
 * A FIFO of linked blocks: push and shift take constant time, no value is ever moved, and memory follows the length.
 *
 *     head ─► [ · · c d e f g h ] ─► [ i j k l m n o p … ] ◄─ tail
 *                   ▲ headIndex              tailIndex ▲
 *
 * Invariants: a slot is cleared as it is read; blocks double from 8 to 1,024 slots; a drained queue keeps at most one small
 * block. (Blocks after tokio's `sync/mpsc/block.rs`.)
 */
const SMALLEST_BLOCK = 8;
const LARGEST_BLOCK = 1024;
const LARGEST_IDLE_BLOCK = 64;

/** Values in the order in which they came. */
export interface Fifo<T> {
  /** The number of queued values. */
  readonly length: number;
  /** Appends a value. `sender` is the one that has waited for room with it, if one has. */
  push(value: T, sender?: object): void;
  /** Takes the oldest value. The queue must not be empty. */
  shift(): T;
  clear(): void;
}

class Block<T> {
  readonly slots: (T | undefined)[];
  next: Block<T> | undefined = undefined;
  constructor(size: number) {
    this.slots = new Array<T | undefined>(size);
  }
}

export class Queue<T> implements Fifo<T> {
  length = 0;
  #head: Block<T> | undefined = undefined;
  #headIndex = 0;
  #tail: Block<T> | undefined = undefined;
  #tailIndex = 0;

  push(value: T): void {
    let tail = this.#tail;
    if (tail === undefined || this.#tailIndex === tail.slots.length) tail = this.#grow(tail);
    tail.slots[this.#tailIndex++] = value;
    this.length++;
  }

  shift(): T {
    let head = this.#head as Block<T>;
    if (this.#headIndex === head.slots.length) {
      head = this.#head = head.next as Block<T>;
      this.#headIndex = 0;
    }
    const value = head.slots[this.#headIndex];
    head.slots[this.#headIndex++] = undefined;
    if (--this.length === 0) this.#rewind(head);
    return value as T;
  }

  clear(): void {
    this.length = this.#headIndex = this.#tailIndex = 0;
    this.#head = this.#tail = undefined;
  }

  #grow(tail: Block<T> | undefined): Block<T> {
    const block = new Block<T>(tail === undefined ? SMALLEST_BLOCK : Math.min(tail.slots.length * 2, LARGEST_BLOCK));
    if (tail === undefined) this.#head = block;
    else tail.next = block;
    this.#tail = block;
    this.#tailIndex = 0;
    return block;
  }

  /** Starts over in `block`, the last one, which has been read; frees it if it is large. */
  #rewind(block: Block<T>): void {
    if (block.slots.length > LARGEST_IDLE_BLOCK) this.clear();
    else this.#headIndex = this.#tailIndex = 0;
  }
}
