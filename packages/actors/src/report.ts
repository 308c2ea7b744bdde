/** Writes the runtime's own lines to the log. A logger may throw, or call back into the system: so it is called later. */
import type { Logger } from "pino";

export function report(
  log: Logger,
  level: "trace" | "debug" | "info" | "warn" | "error" | "fatal",
  entry: object,
  text: string,
): void {
  if (!isEnabled(log, level)) return;
  queueMicrotask(() => {
    try {
      log[level](entry, text);
    } catch {
      // If a log line cannot be written, neither can the complaint about it.
    }
  });
}

/** Returns true if a line of that level is written. A logger that is not pino's own may not know. */
export function isEnabled(log: Partial<Logger>, level: string): boolean {
  try {
    return log.isLevelEnabled?.(level) !== false;
  } catch {
    return false;
  }
}
