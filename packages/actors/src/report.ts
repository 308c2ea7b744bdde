/** Lines that the runtime itself writes to the log. A logger that throws is no reason to stop. */
import type { Logger } from "pino";

export function report(log: Logger, level: "debug" | "warn" | "error", entry: object, text: string): void {
  try {
    log[level](entry, text);
  } catch {
    // Where a log line cannot be written, neither can the complaint about it.
  }
}
