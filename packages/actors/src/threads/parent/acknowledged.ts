/**
 * How far the thread has come with the messages of an incarnation, in words of shared memory that outlive it. They hold the
 * low bits of the numbers, of which none is further behind than `least`.
 */
import { BEGUN, FIRST_BEFORE, HALTED, HANDLED, LOW_BITS, PROGRESS_WORDS, SAID } from "../wire/shared-words.ts";

export class Progress {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(PROGRESS_WORDS * Int32Array.BYTES_PER_ELEMENT));
  /** The last message that was handled, as far as was looked. */
  handled: number = FIRST_BEFORE;
  /** The last message that was begun, once the thread was halted. */
  begun: number | undefined = undefined;

  constructor() {
    this.words[BEGUN] = this.words[HANDLED] = FIRST_BEFORE;
  }

  /** Looks which message was handled last. Whether more was said until then than the `heard` reports. */
  look(least: number, heard: number): boolean {
    this.handled = whole(Atomics.load(this.words, HANDLED), least);
    return Atomics.load(this.words, SAID) !== heard;
  }

  /** Nothing more is begun there. Returns the number of the last message that was. */
  halt(least: number): number {
    this.begun ??= whole(Atomics.exchange(this.words, BEGUN, HALTED), least);
    return this.begun;
  }
}

/** The number that a word holds the low bits of. */
function whole(word: number, least: number): number {
  return least + ((word - least) & LOW_BITS);
}
