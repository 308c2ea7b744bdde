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

/** What is generated, and may change while tests run. */
const GENERATED = ["node_modules", "dist", "api"];

/** Every file below `folder` whose name ends in `ending`. What is hidden or generated is left out, and not looked into. */
export function filesBelow(folder: string, ending: string): SourceFile[] {
  return pathsBelow(join(root, folder))
    .filter((path) => path.endsWith(ending))
    .sort()
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return [path];
    const isLeftOut = !entry.isDirectory() || entry.name.startsWith(".") || GENERATED.includes(entry.name);
    return isLeftOut ? [] : pathsBelow(path);
  });
}

/** Returns what a file imports when it runs; `import type` is not there any more then. */
export function imports(file: SourceFile): string[] {
  return importedBy(file, /^(?:import|export) (?!type )(?:[^;"]*? from )?"([^"]+)"/gms);
}

/** Returns what a file imports, or exports from elsewhere, types too. */
export function importsWithTypes(file: SourceFile): string[] {
  return importedBy(file, /^(?:import|export) (?:[^;"]*? from )?"([^"]+)"/gms);
}

function importedBy({ path, text }: SourceFile, statement: RegExp): string[] {
  return [...text.matchAll(statement)].map(([, from = ""]) =>
    from.startsWith(".") ? join(dirname(path), from) : from,
  );
}
