/**
 * The encoder's table of texts: a short text that comes again is sent as a number.
 *
 * Each position in messages remembers its last text, which is compared first. The table gives up a position whose texts are
 * mostly new: looking for them would cost more than it saves, and they would fill the table.
 *
 * Invariant: an entry has a number only while the decoder knows it, or will know it by the record that is being written.
 */

import { TOO_LARGE } from "./encode-result.ts";
import type { Position } from "./prediction.ts";
import { Interned, NO_TEXT } from "./prediction.ts";
import { DEFINE, INTERNED, MAX_INTERNED_LENGTH, MAX_TEXTS } from "./tags.ts";
import { internalized, Text } from "./text.ts";

export class Texts {
  readonly #words: Int32Array;
  readonly #text: Text;
  readonly #table = new Map<string, Interned>();
  /** The number of texts that the decoder knows, with those of the record that is being written. */
  #count = 0;
  readonly #new: Interned[] = [];

  constructor(memory: ArrayBufferLike) {
    this.#words = new Int32Array(memory);
    this.#text = new Text(memory);
  }

  /** Writes `text` at word `p`; returns the word after it, or TOO_LARGE if it would reach beyond `end`. */
  write(text: string, p: number, end: number, position: Position): number {
    const { interned } = position;
    if (interned.text === text && interned.word !== 0) return this.#number(interned, p, end);
    if (position.patience > 0 && text.length <= MAX_INTERNED_LENGTH) return this.#intern(text, p, end, position);
    return this.#text.write(text, p, end);
  }

  /** Keeps the definitions of a complete record, and undoes those of another one. */
  settle(isComplete: boolean): void {
    if (this.#new.length === 0) return;
    if (!isComplete) {
      for (const interned of this.#new) interned.word = 0;
      this.#count -= this.#new.length;
    }
    this.#new.length = 0;
  }

  #number(interned: Interned, p: number, end: number): number {
    if (p >= end) return TOO_LARGE;
    this.#words[p] = interned.word;
    return p + 1;
  }

  #intern(text: string, p: number, end: number, position: Position): number {
    let interned = this.#table.get(text);
    if (interned === undefined) {
      position.patience--;
      if (this.#table.size >= MAX_TEXTS) return this.#text.write(text, p, end);
      interned = new Interned(internalized(text));
      this.#table.set(interned.text, interned);
    } else position.textRepeated();
    position.interned = position.patience > 0 ? interned : NO_TEXT;
    if (interned.word !== 0) return this.#number(interned, p, end);
    const after = this.#text.write(text, p + 1, end);
    if (after < 0) return after;
    this.#words[p] = DEFINE;
    interned.word = (this.#count++ << 8) | INTERNED;
    this.#new.push(interned);
    return after;
  }
}
