/**
 * Finds what in a message structured clone cannot copy. It goes where structured clone goes, and asks structured clone itself
 * about what it does not know. It is not for the hot path: an encoder says FOREIGN for everything that needs it.
 */
import type { Path } from "../../internal/walk.ts";
import { isContainer, PRUNE, STOP, walk } from "../../internal/walk.ts";
import { MessageNotCloneableError } from "./errors.ts";

export interface Exceptions {
  /** As for an encoder: says something of an object that goes in another way. */
  readonly describe?: ((value: object) => unknown) | undefined;
  /** What is moved instead of copied. */
  readonly transferList?: readonly object[] | undefined;
}

/** Throws MessageNotCloneableError, with the path of what offends, unless `message` can be cloned. */
export function checkCloneable(message: unknown, exceptions: Exceptions = {}): void {
  const error = offence(message, exceptions);
  if (error !== undefined) throw error;
}

/** Returns the error to throw instead of `failure`, with which `postMessage` or `structuredClone` refused `message`. */
export function explained(failure: unknown, message: unknown, exceptions: Exceptions = {}): unknown {
  if (!(failure instanceof DOMException && failure.name === "DataCloneError")) return failure; // thrown by a getter
  const options = { cause: failure };
  return (
    offence(message, exceptions, options) ??
    new MessageNotCloneableError("message", `refused (${failure.message})`, options)
  );
}

/** Returns an error for the first that offends, in the order of structured clone; `options` when it is known that one does. */
function offence(
  message: unknown,
  { describe: portable, transferList = [] }: Exceptions,
  options?: ErrorOptions,
): MessageNotCloneableError | undefined {
  const moved = new Set<unknown>(transferList);
  let error: MessageNotCloneableError | undefined;
  const visit = (value: object | symbol, path: Path): typeof PRUNE | typeof STOP | undefined => {
    if (typeof value === "object") {
      if (moved.has(value) || portable?.(value) !== undefined) return PRUNE;
      if (isContainer(value, "cloned") || isCloned(value)) return undefined;
    }
    error = new MessageNotCloneableError(path.text("message"), described(value), options);
    return STOP;
  };
  walk(message, visit, { reach: "cloned", isTolerant: options !== undefined });
  return error;
}

function isCloned(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** As in "a function". */
function described(value: object | symbol): string {
  if (typeof value !== "object") return `a ${typeof value}`;
  const maker: unknown = Reflect.get(value, "constructor");
  const name = typeof maker === "function" && maker.name !== "" ? maker.name : "object";
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
