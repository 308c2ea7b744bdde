/** Changes of files below a folder, told by chokidar. */
import { relative } from "node:path";
import { watch } from "chokidar";
import type { FileChange } from "../events.ts";
import type { Source } from "../source.ts";
import { whenStopped } from "../source.ts";

const CHANGES: ReadonlyMap<string, FileChange> = new Map([
  ["add", "added"],
  ["change", "changed"],
  ["unlink", "removed"],
]);
const IGNORED = /(^|[\\/])(node_modules|\.git)$/;

export function files(folder: string): Source {
  return async (events, stop) => {
    const ignored = (path: string): boolean => IGNORED.test(relative(folder, path));
    const watcher = watch(folder, { ignoreInitial: true, ignored });
    watcher.on("all", (name, path) => {
      const change = CHANGES.get(name);
      if (change !== undefined) events.send({ type: "file", change, path: relative(folder, path) });
    });
    try {
      await new Promise<void>((resolve, reject) => {
        whenStopped(stop, resolve);
        watcher.on("error", reject);
      });
    } finally {
      await watcher.close();
    }
  };
}
