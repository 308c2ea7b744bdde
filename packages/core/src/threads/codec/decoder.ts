/**
 * The decoder makes messages of records. Each ring has one, on the receiving side. It mirrors the tables of the ring's encoder,
 * so it must read every record, in order.
 *
 * Invariants: every word that it reads is within the record, and it checks each count against the words that are left, so the
 * time is bounded by the size. Bytes that no encoder wrote throw CorruptRecordError. Then the tables may differ from those of
 * the encoder, and the ring is of no use.
 */
import { setOwn } from "../../internal/walk.ts";
import { CorruptRecordError } from "./corrupt-record.ts";
import type { Reading } from "./shapes.ts";
import { Shape } from "./shapes.ts";
import * as tag from "./tags.ts";
import { internalized, Text } from "./text.ts";

/** The number of objects in one another, the outermost counted too. */
const MAX_LEVELS = tag.MAX_DEPTH + 1;

export class Decoder implements Reading {
  readonly words: Int32Array;
  readonly texts: string[] = [];
  end = 0;
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #doubles: DataView;
  readonly #text: Text;
  readonly #shapes: Shape[] = [];
  readonly #revive: ((descriptor: unknown) => unknown) | undefined;
  #level = 0;

  /** `revive` makes an object of its descriptor, which the encoder's `describe` has returned. */
  constructor(memory: ArrayBufferLike, revive?: (descriptor: unknown) => unknown) {
    this.words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#doubles = new DataView(memory);
    this.#text = new Text(memory);
    this.#revive = revive;
  }

  /** Reads the record of `size` bytes from `at` on. Throws CorruptRecordError if no encoder wrote it. */
  decode(at: number, size: number): unknown {
    const isInside = at >= 0 && size > 0 && at + size <= this.#bytes.length;
    if (!isInside || (at & 3) !== 0 || (size & 3) !== 0) throw new CorruptRecordError(at, `no place for ${size} bytes`);
    const word = this.words[at >> 2] as number;
    if (size === 4 && (word & 0xff) === tag.INT) return word >> 8;
    this.end = (at + size) >> 2;
    this.#level = 0;
    const value = this.value(at >> 2);
    if (this.at !== this.end) this.#corrupt(this.at, "the record goes on");
    return value;
  }

  /** Reads the value at word `p`; `this.at` is then the word after it. */
  value(p: number): unknown {
    if (p >= this.end) this.#corrupt(p, "the record is too short");
    const word = this.words[p] as number;
    this.at = p + 1;
    switch (word & 0xff) {
      case tag.INT:
        return word >> 8;
      case tag.INTERNED:
        return this.texts[word >>> 8] ?? this.#corrupt(p, "an unknown text");
      case tag.OBJECT:
        return this.#object(word >>> 8, p);
      case tag.ARRAY:
        return this.#array(word >>> 8, p);
      case tag.LATIN1:
      case tag.UTF16:
        return this.#readText(p);
      case tag.CONSTANT:
        return word >>> 8 < tag.CONSTANTS.length ? tag.CONSTANTS[word >>> 8] : this.#corrupt(p, "an unknown constant");
      case tag.INT32:
        return this.words[this.#operand(p, 1)];
      case tag.DOUBLE:
        return this.#doubles.getFloat64(this.#operand(p, 2) << 2, true);
      default:
        return this.#rare(word & 0xff, word >>> 8, p);
    }
  }

  #rare(what: number, payload: number, p: number): unknown {
    switch (what) {
      case tag.BIGINT:
        return this.#doubles.getBigInt64(this.#operand(p, 2) << 2, true);
      case tag.BYTES:
        return this.#copy(payload, p);
      case tag.DEFINE:
        return this.#define(p);
      case tag.SHAPED:
      case tag.NAMED:
        return this.#named(payload, what === tag.SHAPED, p);
      case tag.DESCRIPTOR:
        return this.#descriptor(p);
      default:
        return this.#corrupt(p, "an unknown tag");
    }
  }

  #object(number: number, p: number): object {
    const shape = this.#shapes[number] ?? this.#corrupt(p, "an unknown shape");
    this.#enter(p);
    const object = shape.read(this, p + 1);
    this.#level--;
    return object;
  }

  /** Reads the first object of a shape, or one whose keys are not for the table: its values, then its keys. */
  #named(count: number, isShape: boolean, p: number): object {
    this.#operand(p, 2 * count);
    this.#enter(p);
    const values = this.#values(count);
    const keys: string[] = [];
    for (let n = 0; n < count; n++) keys.push(internalized(this.#readText(this.at)));
    if (isShape) {
      if (this.#shapes.length >= tag.MAX_SHAPES || count > tag.MAX_KEYS) this.#corrupt(p, "too many shapes or keys");
      this.#shapes.push(new Shape(keys));
    }
    const object = {};
    for (let n = 0; n < count; n++) setOwn(object, keys[n] as string, values[n]);
    this.#level--;
    return object;
  }

  #array(length: number, p: number): unknown[] {
    this.#operand(p, length);
    this.#enter(p);
    const values = this.#values(length);
    this.#level--;
    return values;
  }

  #values(count: number): unknown[] {
    const values = new Array<unknown>(count);
    const { words } = this;
    for (let n = 0; n < count; n++) {
      const p = this.at;
      const word = p < this.end ? (words[p] as number) : 0;
      if ((word & 0xff) === tag.INT) {
        values[n] = word >> 8;
        this.at = p + 1;
      } else values[n] = this.value(p);
    }
    return values;
  }

  #readText(p: number): string {
    const what = p < this.end ? (this.words[p] as number) & 0xff : 0;
    if (what !== tag.LATIN1 && what !== tag.UTF16) this.#corrupt(p, "no text");
    const after = this.#text.after(p);
    if (after > this.end) this.#corrupt(p, "a text that is too long");
    this.at = after;
    return this.#text.read(p);
  }

  #define(p: number): string {
    const text = internalized(this.#readText(p + 1));
    if (this.texts.length >= tag.MAX_TEXTS) this.#corrupt(p, "too many texts");
    this.texts.push(text);
    return text;
  }

  #copy(byteClass: number, p: number): object {
    const from = this.#operand(p, 1) + 1;
    const byteLength = this.words[p + 1] as number;
    if (byteLength < 0 || byteLength > (this.end - from) << 2) this.#corrupt(p, "more bytes than the record has");
    this.at = from + ((byteLength + 3) >> 2);
    const copy = this.#bytes.slice(from << 2, (from << 2) + byteLength);
    if (byteClass === 0) return copy.buffer;
    const View = tag.VIEW_CLASSES[byteClass - 1] ?? this.#corrupt(p, "bytes of an unknown class");
    if (View === Uint8Array) return copy;
    if (byteLength % (View.BYTES_PER_ELEMENT ?? 1) !== 0) this.#corrupt(p, "a part of an element");
    return new View(copy.buffer as ArrayBuffer);
  }

  #descriptor(p: number): unknown {
    const revive = this.#revive ?? this.#corrupt(p, "a descriptor that nobody expects");
    this.#enter(p);
    const descriptor = this.value(p + 1);
    this.#level--;
    return revive(descriptor);
  }

  /** Returns the word after `p`; throws unless `words` more are left. */
  #operand(p: number, words: number): number {
    if (p + 1 + words > this.end) this.#corrupt(p, "more words than the record has");
    this.at = p + 1 + words;
    return p + 1;
  }

  #enter(p: number): void {
    this.at = p + 1;
    if (++this.#level > MAX_LEVELS) this.#corrupt(p, "an object that is too deep");
  }

  #corrupt(p: number, what: string): never {
    throw new CorruptRecordError(p << 2, what);
  }
}
