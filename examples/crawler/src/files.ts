/**
 * The files of a folder by the paths of a website. A folder may come from a stranger as well: nothing outside of it is served,
 * wherever `..` and symbolic links lead, and nothing but files, since a pipe or a device may never end.
 */
import type { FileHandle } from "node:fs/promises";
import { open, realpath, stat } from "node:fs/promises";
import { extname, isAbsolute, join, relative, sep } from "node:path";

export interface FoundFile {
  readonly handle: FileHandle;
  readonly contentType: string;
}

const HTML = "text/html; charset=utf-8";
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": HTML,
  ".htm": HTML,
  ".xhtml": "application/xhtml+xml",
};

/** Opens the file at `path`; undefined when there is none, or none that may be read. `folder` has no symbolic links in it. */
export async function openFile(folder: string, path: string): Promise<FoundFile | undefined> {
  if (/\/\/|%2f|%00/i.test(path)) return undefined; // one page, one address
  try {
    const file = await realpath(join(folder, decodeURIComponent(path)));
    if (!isInside(folder, file) || !(await stat(file)).isFile()) return undefined;
    return { handle: await open(file), contentType: CONTENT_TYPES[extname(file)] ?? "application/octet-stream" };
  } catch {
    return undefined;
  }
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
