/** The sources of the packages, for tests that read them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** From the root of the workspace. */
  readonly path: string;
  readonly text: string;
}

/** Every file below `folder` whose name ends in `ending`. */
export function filesBelow(folder: string, ending: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("node_modules"))
    .sort()
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));
}

/** What a file imports when it runs; `import type` is not there any more then. */
export function imports({ path, text }: SourceFile): string[] {
  const statements = text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)"/gms);
  return [...statements].map(([, from = ""]) => (from.startsWith(".") ? join(dirname(path), from) : from));
}
