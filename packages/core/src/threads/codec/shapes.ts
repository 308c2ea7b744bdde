/**
 * The decoder's table of shapes. A shape reads the values of its keys and makes the object.
 *
 * A shape in frequent use is compiled: an object literal gives V8 the hidden class and all the slots at once, which is several
 * times as fast as one store for each key. If the platform forbids `new Function` (a content security policy,
 * `--disallow-code-generation-from-strings`), the loop goes on.
 *
 * Invariant: whatever its name, a key becomes an own property; keys reach the compiler only as JSON strings.
 */
import { setOwn } from "../../internal/walk.ts";
import { INT, INTERNED } from "./tags.ts";

/** The part of the decoder that a shape reads from. */
export interface Reading {
  readonly words: Int32Array;
  /** The word after the record. */
  readonly end: number;
  readonly texts: readonly string[];
  /** The word after the value that was read last. */
  at: number;
  /** Reads the value at word `p`; throws at the end of the record. */
  value(p: number): unknown;
}

type Read = (from: Reading, p: number) => object;

/** The uses before a shape is compiled, which costs as much as reading some hundred objects. */
const USES_BEFORE_COMPILATION = 100;

export class Shape {
  readonly #keys: readonly string[];
  #uses = 0;
  #read: Read | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Reads the values from word `p` on. */
  read(from: Reading, p: number): object {
    return this.#read === undefined ? this.#loop(from, p) : this.#read(from, p);
  }

  #loop(from: Reading, p: number): object {
    const object = {};
    from.at = p;
    for (const key of this.#keys) setOwn(object, key, from.value(from.at));
    if (++this.#uses === USES_BEFORE_COMPILATION) this.#read = compiled(this.#keys);
    return object;
  }
}

/** Compiles a shape. Its code reads small integers and known texts in place, and leaves all else to the decoder. */
function compiled(keys: readonly string[]): Read | undefined {
  const reads = keys.map(
    (_, n) => `
    let v${n};
    word = p < end ? words[p] : 0;
    if ((word & 255) === ${INT}) { v${n} = word >> 8; p++; }
    else if ((word & 255) === ${INTERNED} && word >>> 8 < texts.length) { v${n} = texts[word >>> 8]; p++; }
    else { v${n} = from.value(p); p = from.at; }`,
  );
  const properties = keys.map((key, n) => `${key === "__proto__" ? '["__proto__"]' : JSON.stringify(key)}: v${n}`);
  const body = `
    const { words, end, texts } = from;
    let word = 0;${reads.join("")}
    from.at = p;
    return { ${properties.join(", ")} };`;
  try {
    return new Function("from", "p", body) as Read;
  } catch {
    return undefined; // forbidden here
  }
}
