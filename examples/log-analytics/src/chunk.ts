/**
 * A file in parts that can be worked on in any order, by anybody. A line belongs to the chunk that it begins in: whoever has
 * the chunk reads its last line to the end, and leaves the line that began before it to whoever has the one before.
 *
 *     chunk 0            chunk 1            chunk 2
 *     one line\nanother l|ine\nthe third li|ne is long\n
 *     ├── chunk 0's ──────────┤├── chunk 1's ─────────┤   chunk 2 has none
 */
import { closeSync, openSync, readSync } from "node:fs";

export interface Chunk {
  readonly file: string;
  /** The offset of its first byte. */
  readonly start: number;
  /** The offset behind its last byte. */
  readonly end: number;
}

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;
const STEP_BYTES = 1 << 16;
/** What a line has beyond that is left out, so that a file without lines does not end up in memory. */
const LONGEST_REST = 1 << 20;

/** Cuts a file of `size` bytes into chunks. */
export function* chunksOf(file: string, size: number, bytes: number = CHUNK_BYTES): Generator<Chunk, void> {
  for (let start = 0; start < size; start += bytes) yield { file, start, end: Math.min(size, start + bytes) };
}

/** The lines that begin in a chunk, without their ends. */
export function linesOf({ file, start, end }: Chunk): string[] {
  const descriptor = openSync(file, "r");
  try {
    const before = Math.max(0, start - 1); // the byte that says whether a line begins with the chunk
    const content = read(descriptor, before, end - before);
    const first = start === 0 ? 0 : content.indexOf(NEWLINE) + 1;
    if (start > 0 && first === 0) return [];
    const own = content.subarray(first);
    if (own.length === 0) return [];
    if (own.at(-1) === NEWLINE) return own.toString("utf8", 0, own.length - 1).split("\n");
    return Buffer.concat([own, ...restOfLine(descriptor, end)])
      .toString()
      .split("\n");
  } finally {
    closeSync(descriptor);
  }
}

/** What there is from `start` to the end of a line, of the file, or of patience. */
function* restOfLine(descriptor: number, start: number): Generator<Buffer, void> {
  for (let at = start; at < start + LONGEST_REST; at += STEP_BYTES) {
    const content = read(descriptor, at, STEP_BYTES);
    const length = content.indexOf(NEWLINE);
    yield length < 0 ? content : content.subarray(0, length);
    if (length >= 0 || content.length < STEP_BYTES) return;
  }
}

/** So many bytes from `start`, or as many as there are. */
function read(descriptor: number, start: number, length: number): Buffer {
  const content = Buffer.allocUnsafe(length);
  let filled = 0;
  for (let more = -1; more !== 0 && filled < length; filled += more) {
    more = readSync(descriptor, content, filled, length - filled, start + filled);
  }
  return content.subarray(0, filled);
}
