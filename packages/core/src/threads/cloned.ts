/** Copies of messages that cannot be written yet, and the error for those that cannot be copied. */
import { MessageNotCloneableError } from "./codec/errors.ts";

/** `error`, which structured clone threw for `value`, with the path of what it is about. */
function explain(value: unknown, error: unknown): Error {
  return new MessageNotCloneableError("message", `a ${typeof value}`, { cause: error });
}

function copy<T>(value: T): T {
  if (Object(value) !== value && typeof value !== "symbol") return value;
  try {
    return structuredClone(value);
  } catch (error) {
    throw explain(value, error);
  }
}

export const cloned: { copy: typeof copy; explain: typeof explain } = { copy, explain };
