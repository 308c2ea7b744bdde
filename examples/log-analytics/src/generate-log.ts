/** The log of a web server that has never been. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const METHODS = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"];
const STATUSES = ["200", "200", "200", "200", "200", "304", "301", "404", "500", "503"];
const PATHS = ["/", "/search?q=walrus", "/cart", "/login", "/img/logo.svg", "/api/orders", "/api/items", "/café"];
const AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "curl/8.14.1", "Mozilla/5.0 (iPhone) Safari/605.1.15"];
const BLOCK_LINES = 1000;

/** Writes lines to `file` until it has at least `bytes` bytes. The same every time. */
export async function generateLog(file: string, bytes: number): Promise<void> {
  await pipeline(Readable.from(blocks(bytes)), createWriteStream(file));
}

function* blocks(bytes: number): Generator<Buffer, void> {
  const random = randomFrom(1);
  let second = 0;
  for (let written = 0; written < bytes; ) {
    const lines = Array.from({ length: BLOCK_LINES }, () => lineAt(second++ >> 3, random));
    const block = Buffer.from(lines.join(""));
    written += block.length;
    yield block;
  }
}

function lineAt(second: number, random: () => number): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (choices: readonly string[]): string => choices[below(choices.length)] ?? "";
  const host = `10.${below(256)}.${below(256)}.${below(256)}`;
  const path = random() < 0.5 ? pick(PATHS) : `/items/${below(2000)}`;
  const now = new Date(Date.UTC(2026, 0, 1) + second * 1000).toUTCString(); // Thu, 01 Jan 2026 00:00:00 GMT
  const time = `${now.slice(5, 16).replaceAll(" ", "/")}:${now.slice(17, 25)} +0000`;
  const request = `${pick(METHODS)} ${path} HTTP/1.1`;
  const answer = `${pick(STATUSES)} ${below(50_000)}`;
  return `${host} - - [${time}] "${request}" ${answer} "-" "${pick(AGENTS)}"\n`;
}

/** Numbers from 0 up to 1, the same for the same seed. (Marsaglia's xorshift.) */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
