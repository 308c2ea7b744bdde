/** An encoder and a decoder over the same memory, as the two threads of a ring have them. */
import { isDeepStrictEqual } from "node:util";
import { Decoder } from "../../packages/core/src/threads/codec/decoder.ts";
import { Encoder } from "../../packages/core/src/threads/codec/encoder.ts";

const AT = 64;

export interface LinkOptions {
  readonly bytes?: number;
  readonly describe?: (value: object) => unknown;
  readonly revive?: (describe: unknown) => unknown;
}

export class CodecLink {
  readonly #bytes: Uint8Array;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  /** Where the bytes end that may have been written since they were last filled. */
  #dirty: number;

  constructor({ bytes = 65_536, describe, revive }: LinkOptions = {}) {
    const memory = new SharedArrayBuffer(bytes);
    this.#bytes = new Uint8Array(memory);
    this.#dirty = bytes;
    this.#encoder = new Encoder(memory, describe);
    this.#decoder = new Decoder(memory, revive);
  }

  /** The memory, to be read and written. */
  get bytes(): Uint8Array {
    this.#dirty = this.#bytes.length;
    return this.#bytes;
  }

  /** The size of the record of `value`, which the decoder has not read; negative when it was refused. */
  encode(value: unknown, limit: number = this.#bytes.length - 2 * AT): number {
    this.#bytes.fill(0xaa, 0, this.#dirty);
    const size = this.#encoder.encode(value, AT, limit);
    this.#dirty = AT + (size < 0 ? limit : size);
    const isUntouched = (from: number, to: number) => this.#bytes.subarray(from, to).every((byte) => byte === 0xaa);
    if (!isUntouched(0, AT) || !isUntouched(AT + limit, AT + limit + AT))
      throw new Error("The encoder wrote outside of its window");
    return size;
  }

  decode(size: number): unknown {
    return this.#decoder.decode(AT, size);
  }

  /** The bytes of the record that was encoded last. */
  record(size: number): Uint8Array {
    return this.#bytes.subarray(AT, AT + size);
  }

  /** What arrives of `value`, which must not be refused. */
  send(value: unknown): unknown {
    const size = this.encode(value);
    if (size < 0) throw new Error(`Refused with ${size}`);
    return this.decode(size);
  }
}

/** Equal, with the same order of keys and the same zeros. */
export function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other) && isSameInside(one, other);
}

function isSameInside(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || one === null) return Object.is(one, other);
  const [keys, others] = [Object.keys(one), Object.keys(other as object)];
  if (ArrayBuffer.isView(one) || keys.length !== others.length) return keys.length === others.length;
  return keys.every((key, n) => key === others[n] && isSameInside(get(one, key), get(other as object, key)));
}

/** Own properties only, so that `__proto__` is one of them. */
function get(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}
