/** Chance that can be repeated: the same choices from the same seed. */

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ 0x5ca1ab1e;
  }

  /** A whole number from 0 to below `count`. (SplitMix32.) */
  below(count: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return Math.floor((((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32) * count);
  }

  /** One of `list`; what is in it twice is twice as likely. */
  of<const T>(...list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** `count` things. */
  times<T>(count: number, make: (n: number) => T): T[] {
    return Array.from({ length: count }, (_, n) => make(n));
  }
}
