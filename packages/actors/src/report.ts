/** Writes the runtime's own lines to the log. A logger may throw, or call back into the system: so it is called later. */
import { isPlain } from "@pneumatic/core/internal";
import type { Logger } from "pino";
import { isError, shortened, textOf } from "./wording.ts";

const LONGEST_LINE = 2000;
const LONGEST_TEXT = 10_000;

export function report(
  log: Logger,
  level: "trace" | "debug" | "info" | "warn" | "error" | "fatal",
  entry: object,
  text: string,
): void {
  if (!isEnabled(log, level)) return;
  queueMicrotask(() => {
    const line = shortened(text, LONGEST_LINE);
    try {
      log[level](loggable(entry), line);
    } catch {
      try {
        log[level]({ ...entry, err: textOf((entry as { err?: unknown }).err) }, line); // an error that the logger cannot read
      } catch {
        // If a log line cannot be written, neither can the complaint about it.
      }
    }
  });
}

/** Returns `entry` with the names in it shortened, and its error without contents. */
function loggable(entry: object): object {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => {
      if (key === "err") return [key, withoutContents(value)];
      return [key, typeof value === "string" ? shortened(value) : value];
    }),
  );
}

const MOST_CAUSES = 20;

/**
 * Returns an error as a log may show it: itself, or if it has long texts or objects about it, such as the `value` of a failed
 * send, a copy without them. The same holds for its causes and members.
 */
function withoutContents(error: unknown, seen: Set<unknown> = new Set()): unknown {
  if (typeof error === "string") return shortened(error, LONGEST_TEXT);
  if (!isError(error) && !isSerialized(error)) return Object(error) === error ? textOf(error) : error;
  if (seen.has(error) || seen.size > MOST_CAUSES) return textOf(error);
  seen.add(error);
  const entries = Object.getOwnPropertyNames(error).map((key) => [key, Reflect.get(error, key)] as const);
  const shown = entries.filter(([key]) => key !== "value").map(([key, value]) => [key, shownIn(value, seen)] as const);
  const isItself = shown.length === entries.length && shown.every(([, value], at) => value === entries[at]?.[1]);
  if (isItself) return error;
  const copy: Error = Object.create(Object.getPrototypeOf(error));
  for (const [key, value] of shown) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    Object.defineProperty(copy, key, { value, enumerable, configurable: true, writable: true });
  }
  return copy;
}

/** Returns true for an error as a logger has written it: that of a thread, whose lines come here. */
function isSerialized(error: unknown): error is Error {
  try {
    return typeof error === "object" && error !== null && isPlain(error) && "message" in error && "stack" in error;
  } catch {
    return false; // a proxy that throws
  }
}

function shownIn(value: unknown, seen: Set<unknown>): unknown {
  if (typeof value === "string") return shortened(value, LONGEST_TEXT);
  if (Array.isArray(value)) return value.slice(0, MOST_CAUSES).map((each) => withoutContents(each, seen));
  return withoutContents(value, seen);
}

/** Returns true if a line of that level is written. A logger that is not pino's own may not know. */
export function isEnabled(log: Partial<Logger>, level: string): boolean {
  try {
    return log.isLevelEnabled?.(level) !== false;
  } catch {
    return false;
  }
}
