/**
 * Loads the module of an actor on its thread, and finds the definition in it. JavaScript is loaded by Node; TypeScript by
 * Node where it strips types, and by the tsx of the user's project where Node does not (20) or refuses to (enums, parameter
 * properties, packages). tsx is looked for only then, and once registered it serves the whole thread.
 *
 * What goes wrong is put in words in load-failure.ts.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { features } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { threadId } from "node:worker_threads";
import type { Behavior } from "../../cell/behavior.ts";
import { LoadFailedError, ThreadLimitError } from "../../errors.ts";
import { asBehavior } from "../../runtime-definition.ts";
import { noDefinition, shortUrl, whyNotLoaded } from "./load-failure.ts";
import { fileOf, isTypeScript, sourceUrlOf } from "./module-file.ts";

/** The exports of a module. */
export type Module = Readonly<Record<string, unknown>>;

/** The files that this thread has started to load. */
const begun = new Set<string>();
let registering: Promise<boolean> | undefined;

/** Loads a module. Rejects with {@link LoadFailedError}, which names the remedy. */
export async function loadModule(url: string): Promise<Module> {
  begun.add(fileOf(url));
  const source = sourceUrlOf(url);
  try {
    return await importSource(source);
  } catch (error) {
    throw new LoadFailedError(`Cannot load ${shortUrl(url)}: ${whyNotLoaded(error, url, source)}`, url, error);
  }
}

/**
 * Imports a module, by tsx if Node refuses it. A module that is refused while it is linked was not evaluated, so
 * nothing happens twice; but Node may remember it by its URL.
 */
async function importSource(source: string): Promise<Module> {
  const isBeyondNode = isTypeScript(source) && !("typescript" in features && features.typescript);
  if (isBeyondNode) await registerTsx(source);
  try {
    return await import(source);
  } catch (error) {
    if (isBeyondNode || !isForTsx(error) || !(await registerTsx(source))) throw error;
    return import(`${source}${source.includes("?") ? "&" : "?"}tsx`);
  }
}

/**
 * Returns true if Node found TypeScript that it does not load itself: by its content, or by the name it is imported by.
 */
function isForTsx(error: unknown): boolean {
  const { code, url } = Object(error) as { readonly code?: unknown; readonly url?: unknown };
  return (
    code === "ERR_UNKNOWN_FILE_EXTENSION" ||
    code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" ||
    code === "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING" ||
    (code === "ERR_MODULE_NOT_FOUND" && typeof url === "string" && sourceUrlOf(url) !== url)
  );
}

/**
 * Registers tsx, and resolves to false if there is none. It may be the one that the process was started with, which
 * need not be in the project.
 */
function registerTsx(source: string): Promise<boolean> {
  registering ??= (async () => {
    const near = source.startsWith("file:") ? [fileURLToPath(source)] : [];
    for (const place of [...near, join(process.cwd(), "_"), ...process.execArgv.filter(isPath)]) {
      const api = resolveFrom(place, "tsx/esm/api");
      if (api === undefined) continue;
      // The entry for require() cannot register on Node 20; next to it is the entry for import.
      (await import(pathToFileURL(api.replace(/\.cjs$/, ".mjs")).href)).register();
      return true;
    }
    return false;
  })();
  return registering;
}

function isPath(arg: string): boolean {
  return /^(file:|\/|[a-z]:[\\/])/i.test(arg);
}

function resolveFrom(place: string, specifier: string): string | undefined {
  try {
    return createRequire(place).resolve(specifier);
  } catch {
    return undefined;
  }
}

/** The definition that `module` exports; CommonJS that was compiled from ESM has its exports in its default export. */
export function behaviorIn(module: Module, url: string, exportName: string): Behavior {
  const compiled = Object(module["default"]) as Module;
  const exports = Object.hasOwn(compiled, "__esModule") ? compiled : module;
  const behavior = asBehavior(exports[exportName]);
  if (behavior !== undefined) return behavior;
  throw new LoadFailedError(`Cannot use ${shortUrl(url)}: ${noDefinition(exports, exportName)}`, url);
}

/** A module that spawns itself when it is loaded does so on its thread, too. */
export function refuseSelf(url: string): void {
  if (begun.size === 0 || !begun.has(fileOf(url))) return;
  throw new ThreadLimitError(
    `Thread ${threadId} loads ${url} and cannot spawn it once more: what only the main thread is to do stands behind if (isMainThread), from node:worker_threads, or in a module of its own`,
  );
}
