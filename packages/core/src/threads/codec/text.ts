/**
 * Strings as bytes: one byte for each unit if all are below 256, else two, so that lone surrogates are kept. One class writes
 * and reads them, so that the form is in one place.
 */

import { TOO_LARGE } from "./encode-result.ts";
import { LATIN1, MAX_PAYLOAD, UTF16 } from "./tags.ts";

/** The part of Node's `Buffer` that is used here. */
interface NodeBuffer {
  latin1Write(text: string, at: number, bytes: number): number;
  latin1Slice(from: number, to: number): string;
  ucs2Write(text: string, at: number, bytes: number): number;
  ucs2Slice(from: number, to: number): string;
}
declare const Buffer: { from(memory: ArrayBufferLike): NodeBuffer };

/** The length up to which a loop is faster than a call into the native code of `Buffer`. */
const SHORT = 24;
/** The number of units that are read at once. */
const BLOCK = 16;
/** Matches a unit above 255. For a string that the engine stores as Latin-1 this costs next to nothing: it knows the answer. */
const WIDE = /[\u0100-\uffff]/;
const { fromCharCode } = String;

export class Text {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #buffer: NodeBuffer;

  constructor(memory: ArrayBufferLike) {
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#buffer = Buffer.from(memory);
  }

  /** Writes `text` at word `p`; returns the word after it, or TOO_LARGE if it would reach beyond `end`. */
  write(text: string, p: number, end: number): number {
    const { length } = text;
    const next = p + 1 + ((length + 3) >> 2);
    if (next > end || length > MAX_PAYLOAD) return TOO_LARGE;
    let at = (p + 1) << 2;
    if (length <= SHORT) {
      const bytes = this.#bytes;
      let units = 0;
      for (let n = 0; n < length; n++) {
        const unit = text.charCodeAt(n);
        units |= unit;
        bytes[at++] = unit;
      }
      if (units > 0xff) return this.#writeWide(text, p, end);
    } else {
      if (WIDE.test(text)) return this.#writeWide(text, p, end);
      this.#buffer.latin1Write(text, at, length);
    }
    this.#words[p] = (length << 8) | LATIN1;
    return next;
  }

  /** Returns the word after the text at word `p`. */
  after(p: number): number {
    const word = this.#words[p] as number;
    const length = word >>> 8;
    return p + 1 + (((word & 0xff) === LATIN1 ? length + 3 : 2 * length + 3) >> 2);
  }

  /** Returns the text at word `p`, whose bytes must all be within the memory. */
  read(p: number): string {
    const word = this.#words[p] as number;
    const length = word >>> 8;
    const at = (p + 1) << 2;
    if ((word & 0xff) === UTF16) return this.#buffer.ucs2Slice(at, at + 2 * length);
    if (length > BLOCK || at + BLOCK > this.#bytes.length) return this.#buffer.latin1Slice(at, at + length);
    return length <= 4 ? this.#readFew(at, length) : this.#readBlock(at, length);
  }

  #writeWide(text: string, p: number, end: number): number {
    const { length } = text;
    const next = p + 1 + ((2 * length + 3) >> 2);
    if (next > end) return TOO_LARGE;
    this.#buffer.ucs2Write(text, (p + 1) << 2, 2 * length);
    this.#words[p] = (length << 8) | UTF16;
    return next;
  }

  #readFew(at: number, length: number): string {
    const bytes = this.#bytes;
    if (length === 0) return "";
    if (length === 1) return fromCharCode(bytes[at]!);
    if (length === 2) return fromCharCode(bytes[at]!, bytes[at + 1]!);
    if (length === 3) return fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!);
    return fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
  }

  /** Reads a whole block, and cuts the surplus off: this takes half the time of a call into native code. */
  #readBlock(at: number, length: number): string {
    const bytes = this.#bytes;
    const block = fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
      bytes[at + 8]!,
      bytes[at + 9]!,
      bytes[at + 10]!,
      bytes[at + 11]!,
      bytes[at + 12]!,
      bytes[at + 13]!,
      bytes[at + 14]!,
      bytes[at + 15]!,
    );
    return block.slice(0, length);
  }
}

/** Returns the engine's one copy of a text: it is compared by identity, and is no slice that keeps a large string alive. */
export function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}
