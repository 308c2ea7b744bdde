/** The command line: what is watched, and how often it is drawn. Ends when it is told to, or when there is nothing to watch. */
import "./production.ts";
import { parseArgs } from "node:util";
import { runDashboard } from "./dashboard.ts";
import type { Source } from "./source.ts";
import { files } from "./sources/files.ts";
import { keys } from "./sources/keys.ts";
import { load } from "./sources/load.ts";
import { log } from "./sources/log.ts";
import { openTerminal } from "./terminal.tsx";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "." },
    log: { type: "string" },
    fps: { type: "string", default: "10" },
  },
});
const fps = Number(values.fps);
if (!(fps >= 1 && fps <= 1000)) throw new RangeError(`--fps is a number from 1 to 1000, not "${values.fps}"`);

const stop = new AbortController();
const end = (): void => {
  if (stop.signal.aborted) process.exit(1); // told so again: something does not stop
  stop.abort();
};
process.on("SIGINT", end).on("SIGTERM", end); // not once: Ink ends a process in which nobody listens any more

const sources: Record<string, Source> = { files: files(values.files), keys: keys(process.stdin), load: load(1000) };
if (values.log !== undefined) sources["log"] = log(values.log);

const terminal = openTerminal();
const { events, frames, drawn } = await runDashboard({ sources, screen: terminal, frameMs: 1000 / fps, stop });
terminal[Symbol.dispose]();
console.log(`${events} events in ${frames} frames, of which ${drawn} were drawn`);
