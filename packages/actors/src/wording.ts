/** Words for errors and the log: of exit reasons, of what was thrown, of the handlers of an actor. */
import type { ExitReason } from "./exit-reason.ts";

/** Anything that was thrown as text, also what cannot be printed. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** One line for people: `panicked: TypeError: x is not a function`. */
export function describe(reason: ExitReason): string {
  switch (reason.kind) {
    case "panicked":
    case "startFailed":
      return `${reason.kind}: ${textOf(reason.error)}`;
    case "crashed":
      return `${reason.kind}: ${reason.cause}`;
    case "normal":
    case "shutdown":
    case "killed":
      return reason.kind;
  }
}

const MOST_HANDLERS = 20;

/** Lists the messages that an actor handles, if they are known: those of a thread are not. */
export function listed(handlers: readonly string[]): string {
  if (handlers.length === 0) return "";
  const more = handlers.length > MOST_HANDLERS ? ", …" : "";
  return `; it has ${handlers.slice(0, MOST_HANDLERS).join(", ")}${more}`;
}
