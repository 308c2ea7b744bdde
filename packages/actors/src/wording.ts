/**
 * Words for errors and the log: of exit reasons, of what was thrown, of messages and their names. Nothing here throws, whatever
 * it is given, and nothing returns more than a few lines.
 */
import { types } from "node:util";
import type { ExitReason } from "./exit-reason.ts";

const LONGEST_NAME = 200;
const LONGEST_TEXT = 10_000;
const UNREADABLE = "an error that cannot be read";

/** Returns a name, or the beginning of one that is too long for a line of a log. */
export function shortened(name: string, longest: number = LONGEST_NAME): string {
  return name.length <= longest ? name : `${name.slice(0, longest)}… (${name.length} characters)`;
}

/** Returns true for an error, of whatever realm. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return types.isNativeError(thrown) || thrown instanceof Error;
  } catch {
    return false;
  }
}

/** Returns anything that was thrown as text. */
export function textOf(thrown: unknown): string {
  try {
    return shortened(String(thrown), LONGEST_TEXT);
  } catch {}
  try {
    return Object.prototype.toString.call(thrown);
  } catch {
    return UNREADABLE;
  }
}

/** Returns the `type` of a value that claims to be a message. */
export function typeOf(message: unknown): string {
  try {
    return shortened(String((message as { readonly type?: unknown } | undefined)?.type));
  } catch {
    return "(unreadable)";
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
  const names = handlers.slice(0, MOST_HANDLERS).map((name) => shortened(name));
  return `; it has ${names.join(", ")}${more}`;
}
