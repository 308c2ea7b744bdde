/** Tells a program that was started from one that was imported, as `import.meta.main` does where Node knows it. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Whether the module at `url`, its `import.meta.url`, is the one that `node` was told to run. */
export function isMain(url: string): boolean {
  const [, script] = process.argv;
  if (script === undefined) return false;
  try {
    return createRequire(url).resolve(script) === fileURLToPath(url); // follows links, and adds a missing ".js"
  } catch {
    return false; // no file, as in a REPL
  }
}
