/** The files behind the URL of a module: what TypeScript is, and what a name stands for before and after the build. */
import { existsSync } from "node:fs";

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
  ".jsx": [".tsx"],
};
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  ".ts": [".js"],
  ".mts": [".mjs"],
  ".cts": [".cjs"],
  ".tsx": [".js", ".jsx"],
};

export function isTypeScript(url: string): boolean {
  return extensionOf(url) in OUTPUTS;
}

/** Returns true if it exists; also for a URL that is no file, for which that is not known. */
export function exists(url: string): boolean {
  return !url.startsWith("file:") || existsSync(new URL(url));
}

/**
 * Returns the URL that `url` stands for: itself, or, as in an import of TypeScript, the source that it will be built
 * from.
 */
export function sourceUrlOf(url: string): string {
  return exists(url) ? url : (sibling(url, SOURCES) ?? url);
}

/** Returns the same string for every URL of one file. */
export function fileOf(url: string): string {
  return url.startsWith("file:") ? sourceUrlOf(url).replace(/[?#].*$/s, "") : url;
}

/** Returns the output of the build of `url`, if its source does not exist. */
export function outputOf(url: string): string | undefined {
  return exists(url) ? undefined : sibling(url, OUTPUTS);
}

function sibling(url: string, others: Readonly<Record<string, readonly string[]>>): string | undefined {
  const extension = extensionOf(url);
  return others[extension]
    ?.map((other) => {
      const file = new URL(url);
      file.pathname = file.pathname.slice(0, -extension.length) + other;
      return file.href;
    })
    .find(exists);
}

function extensionOf(url: string): string {
  return /\.[cm]?[jt]sx?$/.exec(new URL(url).pathname)?.[0] ?? "";
}
