/** The files to work on: JSON documents and source maps, of which every installation has plenty. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Smaller ones are done in less than a millisecond, which is what sending them elsewhere costs. */
const LEAST_BYTES = 20_000;

/** The first `limit` files below `folder`, the largest of them first, so that none is left for the end. */
export function findFiles(folder: string, limit: number): string[] {
  const found: { path: string; size: number }[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (found.length === limit) break;
    if (!entry.isFile() || !/\.(json|map)$/.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { size } = statSync(path);
    if (size >= LEAST_BYTES) found.push({ path, size });
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}
