/** Random numbers that can be repeated: the same numbers from the same seed, on every machine. */

/** Returns a source of numbers in [0, 1), by `mulberry32` (Tommy Ettinger, public domain): it uses 32-bit integers only, so nothing is rounded. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
