/** Lines that the runtime itself writes to the log. A logger may throw, or call back: so it is called later. */
import type { Logger } from "pino";

export function report(
  log: Logger,
  level: "trace" | "debug" | "info" | "warn" | "error" | "fatal",
  entry: object,
  text: string,
): void {
  queueMicrotask(() => {
    try {
      log[level](entry, text);
    } catch {
      // Where a log line cannot be written, neither can the complaint about it.
    }
  });
}
