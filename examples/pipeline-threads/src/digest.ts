/** The work: a few milliseconds of a processor for each file. It knows nothing of actors or threads. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import type { Digest } from "./protocols.ts";

/** What a web server that compresses once would choose. */
const QUALITY = { [constants.BROTLI_PARAM_QUALITY]: 9 };

/** Reads a file, parses, compresses and hashes it. What is no JSON is a result like any other. */
export function digestFile(path: string): Digest {
  const content = readFileSync(path);
  return {
    bytes: content.byteLength,
    compressedBytes: brotliCompressSync(content, { params: QUALITY }).byteLength,
    values: countValues(parsed(content.toString())),
    hash: createHash("sha256").update(content).digest("hex"),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How many values there are in a JSON document, itself included. */
function countValues(document: unknown): number {
  if (document === undefined) return 0;
  const pending = [document];
  let count = 0;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    count++;
    if (typeof value === "object" && value !== null) pending.push(...Object.values(value));
  }
  return count;
}
