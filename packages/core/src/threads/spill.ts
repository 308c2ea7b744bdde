/**
 * Encoded records that wait on the sender's side for room in the ring, in order. Bounded where the channel is: a channel
 * with a capacity has no more messages on the way than that; an unbounded one may fill the memory, as it may in one thread.
 *
 *     [ · · record record ] ─► [ record record record · · ]
 */
import { Queue } from "../internal/queue.ts";
import { sizeOf } from "./ring.ts";

const BLOCK_WORDS = 1 << 15;
/** So few are copied one by one, which takes less than to call for it. */
const FEW_WORDS = 32;

class Block {
  readonly words: Int32Array;
  read = 0;
  written = 0;
  constructor(length: number) {
    this.words = new Int32Array(length);
  }
}

export class Spill {
  readonly #blocks = new Queue<Block>();
  #first: Block | undefined = undefined;
  #last: Block | undefined = undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Appends a copy of the record of `size` bytes at word `from`. */
  push(words: Int32Array, from: number, size: number): void {
    const length = size >> 2;
    let last = this.#last;
    if (last === undefined || last.written + length > last.words.length) {
      const block = new Block(Math.max(BLOCK_WORDS, length));
      if (this.#first === undefined) this.#first = block;
      else this.#blocks.push(block);
      last = this.#last = block;
    }
    if (length > FEW_WORDS) last.words.set(words.subarray(from, from + length), last.written);
    else for (let n = 0; n < length; n++) last.words[last.written + n] = words[from + n] as number;
    last.written += length;
  }

  /** The size of the oldest record. There is one. */
  get size(): number {
    const first = this.#first as Block;
    return sizeOf(first.words[first.read] as number);
  }

  /** Takes the oldest records, as many as are together and fit into `bytes`; they stay as they are until the next push. */
  take(bytes: number): Int32Array {
    const first = this.#first as Block;
    const { words, read, written } = first;
    let end = read;
    while (end < written) {
      const next = end + (sizeOf(words[end] as number) >> 2);
      if ((next - read) * 4 > bytes) break;
      end = next;
    }
    first.read = end;
    if (end === written) {
      this.#first = this.#blocks.length > 0 ? this.#blocks.shift() : undefined;
      if (this.#first === undefined) this.#last = undefined;
    }
    return words.subarray(read, end);
  }
}
