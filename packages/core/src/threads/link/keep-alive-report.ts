/**
 * What keeps this process alive says so when it is asked: with PNEUMATIC_TRACE_LEAKS=1, Ctrl-C (SIGINT), SIGTERM and SIGUSR2
 * print it on standard error. The first two then end the process as they would have; the last only asks. Without that
 * variable no place is noted and no signal is listened to.
 *
 * Whoever holds the process is entered here: a receiver that other threads can send to, and in `@pneumatic/actors` a system
 * with a living actor. Only the main thread gets signals, so only it answers.
 */

/** Whether it is noted where things were made. */
export const isTracing: boolean = process.env["PNEUMATIC_TRACE_LEAKS"] === "1";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGUSR2"];
const MOST_FRAMES = 5;
/** Deep enough to get past our own frames. */
const STACK_DEPTH = 50;

const keepAlives = new Set<() => string>();
const folders: string[] = [];
let isListening = false;
ignoreFramesOf(import.meta.url);

/** Until the function it returns is called, `tell` is asked for lines that say what is held, and by whom. */
export function addKeepAlive(tell: () => string): () => void {
  if (!isTracing) return () => {};
  if (!isListening) for (const signal of SIGNALS) process.on(signal, printReport);
  isListening = true;
  keepAlives.add(tell);
  return () => keepAlives.delete(tell);
}

/** Where the program has called us: the innermost frames of the stack that are its own, one a line; "" when none is. */
export function callers(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const [, ...frames] = String(new Error().stack).split("\n");
  Error.stackTraceLimit = limit;
  const theirs = frames.filter(
    (frame) => !/[( ](?:node:|<anonymous>)/.test(frame) && !folders.some((ours) => frame.includes(ours)),
  );
  return theirs.slice(0, MOST_FRAMES).map(trimmed).join("\n");
}

/** Leaves the package that the module at `url` is of out of {@link callers}. A bundle is left in: it is the program's too. */
export function ignoreFramesOf(url: string | undefined): void {
  const [folder] = /^.*\/(?=(?:dist|src)\/(?:\w+\/)+[\w-]+\.[jt]s$)/.exec(url ?? "") ?? [];
  if (folder !== undefined) folders.push(folder);
}

/** The lines of `text`, each below what it belongs to. */
export function indented(text: string, by = "  "): string {
  return text.replace(/^/gm, by);
}

function trimmed(frame: string): string {
  return frame.trim();
}

function printReport(signal: NodeJS.Signals): void {
  const told = [...keepAlives].map((tell) => indented(tell()));
  const head = told.length > 0 ? "This is what keeps the process alive:" : "Nothing here keeps the process alive.";
  console.error([`Pneumatic (PNEUMATIC_TRACE_LEAKS=1). ${head}`, ...told].join("\n"));
  if (signal === "SIGUSR2" || process.listenerCount(signal) > 1) return; // somebody else decides
  process.off(signal, printReport);
  process.kill(process.pid, signal);
}
