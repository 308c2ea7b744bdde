/**
 * The encoder makes records of messages. Each ring has one, on the sending side.
 *
 * Two tables save repetitions: one for the keys of objects (shapes), one for short texts. The record that needs an entry first
 * defines it; from then on it is a number. The decoder of the ring numbers the entries in the order in which it reads them.
 *
 * Invariants
 * 1. Only a complete record changes a table: `#settle` undoes the definitions of an encode that fails or throws. So each record
 *    that was encoded must reach the decoder, in order.
 * 2. An object that occurs twice, or in itself, is FOREIGN, since its identity would be lost. So every walk ends.
 * 3. Nothing is written outside of the window, and a value of n bytes fits into n bytes.
 *
 * The prototype says what a value is: a Proxy of a plain object passes for one, although structured clone refuses it.
 */
import { InvalidArgumentError } from "../../errors.ts";
import { FOREIGN, TOO_LARGE } from "./encode-result.ts";
import type { Position } from "./prediction.ts";
import { LOOSE, Positions } from "./prediction.ts";
import * as tag from "./tags.ts";
import { ARRAY, DOUBLE, INT, INT32 } from "./tags.ts";
import { Text } from "./text.ts";
import { Texts } from "./texts.ts";

type Plain = Readonly<Record<string, unknown>>;
type Bytes = ArrayBuffer | ArrayBufferView;

const { getPrototypeOf, is, hasOwn } = Object;
const PLAIN = Object.prototype;
const LIST = Array.prototype;
const BUFFER = ArrayBuffer.prototype;
const BYTE_CLASS = new Map<unknown, number>(
  [BUFFER, ...tag.VIEW_CLASSES.map(({ prototype }) => prototype)].map((prototype, index) => [prototype, index]),
);

export class Encoder {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #doubles: DataView;
  readonly #text: Text;
  readonly #describe: ((value: object) => unknown) | undefined;
  readonly #positions = new Positions();
  readonly #texts: Texts;
  /** The number of shapes that the decoder knows, with those of the record that is being written. */
  #shapeCount = 0;
  readonly #newShapes: Position[] = [];
  readonly #seen = new Seen();
  /** The word after the window. */
  #end = 0;
  #isBusy = false;

  /** `describe` returns the descriptor of an object that is neither plain nor bytes; undefined if it has none. */
  constructor(memory: ArrayBufferLike, describe?: (value: object) => unknown) {
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#doubles = new DataView(memory);
    this.#text = new Text(memory);
    this.#texts = new Texts(memory);
    this.#describe = describe;
  }

  /**
   * Writes `value` to the bytes from `at` on, at most `limit` of them; both are multiples of 4. Returns the size of the record,
   * or TOO_LARGE or FOREIGN. Then, and if a getter of the message throws, the tables are as they were.
   */
  encode(value: unknown, at: number, limit: number): number {
    if (this.#isBusy) throw new InvalidArgumentError("A message", "one that sends nothing while it is read", value);
    if (typeof value === "number" && (value << 8) >> 8 === value && limit > 0 && !is(value, -0)) {
      this.#words[at >> 2] = (value << 8) | INT;
      return 4;
    }
    this.#end = (at + limit) >> 2;
    this.#isBusy = true;
    let p = FOREIGN;
    try {
      p = this.#value(value, at >> 2, this.#positions.top, 0);
    } finally {
      this.#isBusy = false;
      this.#seen.clear();
      this.#settle(p > 0);
    }
    return p < 0 ? p : (p << 2) - at;
  }

  /** Writes `value` at word `p` and returns the word after it. */
  #value(value: unknown, p: number, position: Position, depth: number): number {
    switch (typeof value) {
      case "number":
        return this.#number(value, p);
      case "string":
        return this.#texts.write(value, p, this.#end, position);
      case "object":
        return value === null ? this.#word(tag.NULL_WORD, p) : this.#object(value, p, position, depth);
      case "boolean":
        return this.#word(value ? tag.TRUE_WORD : tag.FALSE_WORD, p);
      case "undefined":
        return this.#word(tag.UNDEFINED_WORD, p);
      case "bigint":
        return this.#bigint(value, p);
      default:
        return FOREIGN;
    }
  }

  #word(word: number, p: number): number {
    if (p >= this.#end) return TOO_LARGE;
    this.#words[p] = word;
    return p + 1;
  }

  #number(value: number, p: number): number {
    const words = this.#words;
    const int = value | 0;
    if (int !== value || is(value, -0)) {
      if (p + 3 > this.#end) return TOO_LARGE;
      words[p] = DOUBLE;
      this.#doubles.setFloat64((p + 1) << 2, value, true);
      return p + 3;
    }
    if ((int << 8) >> 8 === int) return this.#word((int << 8) | INT, p);
    if (p + 2 > this.#end) return TOO_LARGE;
    words[p] = INT32;
    words[p + 1] = int;
    return p + 2;
  }

  #bigint(value: bigint, p: number): number {
    if (BigInt.asIntN(64, value) !== value) return FOREIGN;
    if (p + 3 > this.#end) return TOO_LARGE;
    this.#words[p] = tag.BIGINT;
    this.#doubles.setBigInt64((p + 1) << 2, value, true);
    return p + 3;
  }

  #object(value: object, p: number, position: Position, depth: number): number {
    if (this.#seen.has(value) || depth > tag.MAX_DEPTH) return FOREIGN;
    const prototype: unknown = getPrototypeOf(value);
    if (prototype === PLAIN || prototype === null) return this.#plain(value as Plain, p, position, depth);
    if (prototype === LIST && Array.isArray(value)) return this.#array(value, p, position, depth);
    const byteClass = BYTE_CLASS.get(prototype);
    if (byteClass !== undefined) return this.#copy(value as Bytes, byteClass, p);
    const descriptor = this.#describe?.(value);
    if (descriptor === undefined) return FOREIGN;
    const after = this.#word(tag.DESCRIPTOR, p);
    return after < 0 ? after : this.#value(descriptor, after, LOOSE, depth + 1);
  }

  /** Writes the values in the order of the own keys. The end of the path of the keys is the shape. */
  #plain(object: Plain, header: number, position: Position, depth: number): number {
    const words = this.#words;
    let p = header + 1;
    let count = 0;
    let step = position.start ?? this.#positions.start(position);
    for (const key in object) {
      count++;
      if (step.nextKey === key) step = step.next as Position;
      else if (hasOwn(object, key)) step = this.#positions.step(step, key);
      else return FOREIGN; // Object.prototype has an enumerable property
      const value = object[key];
      if (typeof value === "number" && (value << 8) >> 8 === value && p < this.#end && !is(value, -0)) {
        words[p++] = (value << 8) | INT;
      } else if (
        typeof value === "string" &&
        value === step.interned.text &&
        step.interned.word !== 0 &&
        p < this.#end
      ) {
        words[p++] = step.interned.word;
      } else {
        p = this.#value(value, p, step, depth + 1);
        if (p < 0) return p;
      }
    }
    if (p > this.#end) return TOO_LARGE;
    if (step.shape === 0) return this.#keys(object, header, p, step, count);
    words[header] = step.shape;
    return p;
  }

  /** Writes the keys of an object whose shape the decoder does not know, behind its values. */
  #keys(object: Plain, header: number, p: number, position: Position, count: number): number {
    const isShape = position !== LOOSE && position.depth > 0 && this.#shapeCount < tag.MAX_SHAPES;
    const keys = isShape ? position.keys : Object.keys(object);
    if (keys.length !== count) return FOREIGN; // a getter has changed them
    for (const key of keys) {
      p = this.#text.write(key, p, this.#end);
      if (p < 0) return p;
    }
    if (count > tag.MAX_PAYLOAD) return TOO_LARGE;
    this.#words[header] = (count << 8) | (isShape ? tag.SHAPED : tag.NAMED);
    if (isShape) {
      position.shape = (this.#shapeCount++ << 8) | tag.OBJECT;
      this.#newShapes.push(position);
    }
    return p;
  }

  #array(array: readonly unknown[], header: number, position: Position, depth: number): number {
    const { length } = array;
    if (header + 1 + length > this.#end || length > tag.MAX_PAYLOAD) return TOO_LARGE;
    // Refuses holes, and keys that are no indices. (Asking for the keys would make a string of each index.)
    if (Object.values(array).length !== length) return FOREIGN;
    const words = this.#words;
    const element = position.element ?? this.#positions.element(position);
    let p = header + 1;
    for (let n = 0; n < length; n++) {
      const value = array[n];
      if (typeof value === "number" && (value << 8) >> 8 === value && p < this.#end && !is(value, -0)) {
        words[p++] = (value << 8) | INT;
      } else {
        if (value === undefined && !hasOwn(array, n)) return FOREIGN;
        p = this.#value(value, p, element, depth + 1);
        if (p < 0) return p;
      }
    }
    words[header] = (length << 8) | ARRAY;
    return p;
  }

  /** Writes bytes that are a whole buffer. A clone of a part would bring the whole buffer with it, so a part is FOREIGN. */
  #copy(value: Bytes, byteClass: number, p: number): number {
    const { byteLength } = value;
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    const { resizable } = buffer as { resizable?: boolean };
    const isWhole = buffer.byteLength === byteLength && getPrototypeOf(buffer) === BUFFER && resizable !== true;
    if (!isWhole || byteLength === 0) return FOREIGN; // an empty one may be detached
    if (buffer !== value && this.#seen.has(buffer)) return FOREIGN;
    const next = p + 2 + ((byteLength + 3) >> 2);
    if (next > this.#end) return TOO_LARGE;
    this.#words[p] = (byteClass << 8) | tag.BYTES;
    this.#words[p + 1] = byteLength;
    this.#bytes.set(new Uint8Array(buffer), (p + 2) << 2);
    return next;
  }

  /** Keeps the definitions of a complete record, and undoes those of another one. */
  #settle(isComplete: boolean): void {
    this.#texts.settle(isComplete);
    if (this.#newShapes.length === 0) return;
    if (!isComplete) {
      for (const position of this.#newShapes) position.shape = 0;
      this.#shapeCount -= this.#newShapes.length;
    }
    this.#newShapes.length = 0;
  }
}

/** The number of objects that are compared one by one. */
const FEW = 32;

/**
 * The set of the objects of one message, by which the encoder notices one that occurs twice. Most messages have few objects:
 * comparing those one by one is faster than any table. It refers to no object between messages.
 */
class Seen {
  readonly #few: (object | undefined)[] = new Array<object | undefined>(FEW).fill(undefined);
  #count = 0;
  #many: Set<object> | undefined = undefined;

  /** Adds `value`; returns whether it was in already. */
  has(value: object): boolean {
    const few = this.#few;
    const count = this.#count;
    if (count === FEW) return this.#hasMany(value);
    for (let n = 0; n < count; n++) if (few[n] === value) return true;
    few[count] = value;
    this.#count = count + 1;
    return false;
  }

  clear(): void {
    while (this.#count > 0) this.#few[--this.#count] = undefined;
    this.#many = undefined;
  }

  #hasMany(value: object): boolean {
    this.#many ??= new Set(this.#few as object[]);
    const { size } = this.#many;
    return this.#many.add(value).size === size;
  }
}
