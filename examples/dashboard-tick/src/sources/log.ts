/** The lines that are appended to a log file from now on, also when it is rotated. */
import { createInterface } from "node:readline";
import TailFile from "@logdna/tail-file";
import type { Source } from "../source.ts";
import { whenStopped } from "../source.ts";

const POLL_MS = 100;

export function log(path: string): Source {
  return async (events, stop) => {
    const tail = new TailFile(path, { encoding: "utf8", pollFileIntervalMs: POLL_MS });
    await tail.start();
    const lines = createInterface({ input: tail });
    whenStopped(stop, () => {
      tail.once("retry", () => lines.close()); // `quit` takes a last look, and where the file is gone never gets over that
      void tail.quit();
    });
    for await (const text of lines) events.send({ type: "line", text });
  };
}
