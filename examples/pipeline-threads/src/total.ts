/** What all results come to. */
import { createHash } from "node:crypto";
import type { Digests } from "./collector.ts";

export interface Total {
  readonly files: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly values: number;
  /** The same for the same results, in whichever order they came. */
  readonly sum: string;
}

/** Adds everything up. */
export function totalOf(digests: Digests): Total {
  const total = { files: digests.size, bytes: 0, compressedBytes: 0, values: 0 };
  for (const digest of digests.values()) {
    total.bytes += digest.bytes;
    total.compressedBytes += digest.compressedBytes;
    total.values += digest.values;
  }
  const lines = [...digests].map(([path, digest]) => JSON.stringify([path, digest])).sort();
  return { ...total, sum: createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12) };
}
