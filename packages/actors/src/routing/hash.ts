/** Hashes of 32 bits: quick and well spread, but no defence against keys that were chosen to collide. */

/** Returns the hash of `text`: FNV-1a over its UTF-16 units, mixed. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** Mixes `value` by the finalizer of MurmurHash3: every bit of it changes every bit of the result, which is 0 or more. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
