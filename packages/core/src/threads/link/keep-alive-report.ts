/**
 * The report of all that keeps this process alive. With PNEUMATIC_TRACE_LEAKS=1, Ctrl-C (SIGINT), SIGTERM and SIGUSR2 print it
 * on standard error. The first two then end the process as they would have done; the last only prints. Without that variable
 * no code notes places, and no signal has a listener.
 *
 * A receiver that other threads can send to has an entry here, and in `@pneumatic/actors` a system with a living actor. Only
 * the main thread gets signals, so only it prints.
 */
import { isTracing } from "../../internal/backstop.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGUSR2"];
const MOST_FRAMES = 5;
/** The depth of a stack that reaches beyond our own frames. */
const STACK_DEPTH = 50;

const keepAlives = new Set<() => string>();
const folders: string[] = [];
let isListening = false;
ignoreFramesOf(import.meta.url);

/** Adds an entry to the report until the returned function is called. `describe` returns its lines: what is kept, by whom. */
export function addKeepAlive(describe: () => string): () => void {
  if (!isTracing) return () => {};
  if (!isListening) for (const signal of SIGNALS) process.on(signal, printReport);
  isListening = true;
  keepAlives.add(describe);
  return () => keepAlives.delete(describe);
}

/** Returns the place where the program has called us: the innermost frames that are its own, one a line; "" if none is. */
export function callers(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const [, ...frames] = String(new Error().stack).split("\n");
  Error.stackTraceLimit = limit;
  const theirs = frames.filter(
    (frame) => !/[( ](?:node:|<anonymous>)/.test(frame) && !folders.some((ours) => frame.includes(ours)),
  );
  return theirs
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.trim())
    .join("\n");
}

/** Keeps the frames of our package, which has the module at `url`, out of {@link callers}. A bundle has the program's as well. */
export function ignoreFramesOf(url: string | undefined): void {
  const [folder] = /^.*\/(?=(?:dist|src)\/(?:\w+\/)+[\w-]+\.[jt]s$)/.exec(url ?? "") ?? [];
  if (folder !== undefined) folders.push(folder);
}

/** Returns the lines of `text`, each indented. */
export function indented(text: string, by = "  "): string {
  return text.replace(/^/gm, by);
}

function printReport(signal: NodeJS.Signals): void {
  const entries = [...keepAlives].map((describe) => indented(describe()));
  const head = entries.length > 0 ? "This is what keeps the process alive:" : "Nothing here keeps the process alive.";
  console.error([`Pneumatic (PNEUMATIC_TRACE_LEAKS=1). ${head}`, ...entries].join("\n"));
  if (signal === "SIGUSR2" || process.listenerCount(signal) > 1) return; // another listener decides
  process.off(signal, printReport);
  process.kill(process.pid, signal);
}
