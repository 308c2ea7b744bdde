/**
 * The encoded records that wait on the sender's side for room in the ring, in order. They are bounded if their channel is: a
 * channel with a capacity has no more messages on the way than that. An unbounded one may fill the memory, as in one thread.
 *
 *     [ · · record record ] ─► [ record text record · · ]         the texts: "…" "…"
 *
 * A long text that is a message is not encoded until there is room: it cannot change meanwhile, and copying it twice more
 * takes longer than everything else. (A short one can be in the encoder's table, whose order is that of the records.)
 */
import { Queue } from "../../internal/queue.ts";
import { HEADER, recordKind, recordSize } from "./ring.ts";

/** The words of a block. The longest record that waits takes an eighth of it. */
const BLOCK_WORDS = 1 << 15;
/** The number of words up to which a loop copies faster than a call does. */
const FEW_WORDS = 32;
/** The kind of a record that stands for a text. It is never in a ring. The word after its header is the largest size. */
const TEXT = 15;
const TEXT_SIZE = HEADER + 4;

class RecordBlock {
  readonly words: Int32Array = new Int32Array(BLOCK_WORDS);
  read = 0;
  written = 0;
}

export class Backlog {
  readonly #blocks = new Queue<RecordBlock>();
  readonly #texts = new Queue<string>();
  #first: RecordBlock | undefined = undefined;
  #last: RecordBlock | undefined = undefined;
  /** A block that was read, for the next use: making one takes as long as filling it. */
  #spare: RecordBlock | undefined = undefined;
  #text: string | undefined = undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Appends a copy of the record of `size` bytes at word `from`. */
  push(words: Int32Array, from: number, size: number): void {
    const length = size >> 2;
    const last = this.#blockFor(length);
    if (length > FEW_WORDS) last.words.set(words.subarray(from, from + length), last.written);
    else for (let n = 0; n < length; n++) last.words[last.written + n] = words[from + n] as number;
    last.written += length;
  }

  /** Appends a text for the channel `id`, of which the record will take at most `size` bytes. */
  pushText(text: string, id: number, size: number): void {
    const last = this.#blockFor(TEXT_SIZE >> 2);
    last.words[last.written] = (TEXT_SIZE << 4) | TEXT;
    last.words[last.written + 1] = id;
    last.words[last.written + 2] = size;
    last.written += TEXT_SIZE >> 2;
    this.#texts.push(text);
  }

  /** The largest size of the oldest, in bytes. There must be one, as for all that follows. */
  get size(): number {
    const { words, read } = this.#first as RecordBlock;
    return this.isText ? (words[read + 2] as number) : recordSize(words[read] as number);
  }

  /** True if the oldest is a text. */
  get isText(): boolean {
    const { words, read } = this.#first as RecordBlock;
    return recordKind(words[read] as number) === TEXT;
  }

  /** The oldest, which is a text. */
  get text(): string {
    this.#text ??= this.#texts.shift();
    return this.#text;
  }

  /** Takes the oldest, which is a text, and returns the id of its channel. */
  takeText(): number {
    const { words, read } = this.#first as RecordBlock;
    this.#text = undefined;
    this.#advance(read + (TEXT_SIZE >> 2));
    return words[read + 1] as number;
  }

  /** Takes the oldest records, as many as are contiguous and fit into `bytes`. They stay as they are until the next push. */
  take(bytes: number): Int32Array {
    const { words, read, written } = this.#first as RecordBlock;
    let end = read;
    while (end < written) {
      const header = words[end] as number;
      const next = end + (recordSize(header) >> 2);
      if ((next - read) * 4 > bytes || recordKind(header) === TEXT) break;
      end = next;
    }
    this.#advance(end);
    return words.subarray(read, end);
  }

  /** Notes that the first block is read up to `end`. */
  #advance(end: number): void {
    const first = this.#first as RecordBlock;
    first.read = end;
    if (end < first.written) return;
    this.#first = this.#blocks.length > 0 ? this.#blocks.shift() : undefined;
    if (this.#first === undefined) this.#last = undefined;
    this.#spare = first;
  }

  /** Returns the last block, with room for `length` words. */
  #blockFor(length: number): RecordBlock {
    if (this.#last !== undefined && this.#last.written + length <= BLOCK_WORDS) return this.#last;
    const block = this.#spare ?? new RecordBlock();
    this.#spare = undefined;
    block.read = block.written = 0;
    if (this.#first === undefined) this.#first = block;
    else this.#blocks.push(block);
    this.#last = block;
    return block;
  }
}
