/**
 * The progress of a thread with the messages of an incarnation, in words of shared memory that outlive the thread. They
 * hold the low bits of the numbers, of which none is further behind than `least`.
 */
import {
  ACKNOWLEDGED,
  FIRST_BEFORE,
  HALTED,
  INCARNATION_WORDS,
  LOW_BITS,
  REPORTS,
  STARTED,
} from "../wire/shared-words.ts";

export class Acknowledgements {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(INCARNATION_WORDS * Int32Array.BYTES_PER_ELEMENT));
  /** The last message that was acknowledged when the words were last read. */
  acknowledged: number = FIRST_BEFORE;
  /** The last message that was started, once the thread was halted. */
  started: number | undefined = undefined;

  constructor() {
    this.words[STARTED] = this.words[ACKNOWLEDGED] = FIRST_BEFORE;
  }

  /** Reads which message was acknowledged last. Returns true if the thread has sent more reports by then than `reportsReceived`. */
  refresh(least: number, reportsReceived: number): boolean {
    this.acknowledged = whole(Atomics.load(this.words, ACKNOWLEDGED), least);
    return Atomics.load(this.words, REPORTS) !== reportsReceived;
  }

  /** Lets the thread start no further message. Returns the number of the last message that was started. */
  halt(least: number): number {
    this.started ??= whole(Atomics.exchange(this.words, STARTED, HALTED), least);
    return this.started;
  }
}

/** Returns the number whose low bits are in a word. */
function whole(word: number, least: number): number {
  return least + ((word - least) & LOW_BITS);
}
