/**
 * The search for the part of a message that structured clone cannot copy. It goes where structured clone goes, and asks
 * structured clone itself about objects that it does not know. It is not for the hot path: an encoder returns FOREIGN for every
 * message that needs it.
 */
import type { Path } from "../../internal/walk.ts";
import { isContainer, PRUNE, STOP } from "../../internal/walk.ts";
import { isDeeper, MOST_LEVELS, tooDeep } from "./depth.ts";
import { MessageNotCloneableError } from "./errors.ts";

/** The objects in a message that need not be cloned. */
export interface Exceptions {
  /** Returns the descriptor of an object that goes in another way; undefined for others. */
  readonly describe?: ((value: object) => unknown) | undefined;
  /** The objects that are moved instead of copied. */
  readonly transferList?: readonly object[] | undefined;
}

/** Throws MessageNotCloneableError, with the path of the part to blame, unless `message` can be cloned. */
export function checkCloneable(message: unknown, exceptions: Exceptions = {}): void {
  const error = offence(message, exceptions);
  if (error !== undefined) throw error;
}

/** Returns the error to throw instead of `failure`, with which `postMessage` or `structuredClone` refused `message`. */
export function explained(failure: unknown, message: unknown, exceptions: Exceptions = {}): unknown {
  if (!(failure instanceof DOMException && failure.name === "DataCloneError")) return failure; // a getter has thrown it
  const options = { cause: failure };
  return (
    offence(message, exceptions, options) ??
    new MessageNotCloneableError("message", `refused (${failure.message})`, options)
  );
}

/** Returns an error for the first part to blame, in the order of structured clone. `options` says that there must be one. */
function offence(
  message: unknown,
  { describe, transferList = [] }: Exceptions,
  options?: ErrorOptions,
): MessageNotCloneableError | undefined {
  const moved = new Set<unknown>(transferList);
  let error: MessageNotCloneableError | undefined;
  const visit = (value: object | symbol, path: Path): typeof PRUNE | typeof STOP | undefined => {
    if (typeof value === "object") {
      if (moved.has(value) || describe?.(value) !== undefined) return PRUNE;
      if (isContainer(value, "cloned") || isCloned(value)) return undefined;
    }
    error = new MessageNotCloneableError(path.text("message"), described(value), options);
    return STOP;
  };
  const isTooDeep = isDeeper(message, MOST_LEVELS, visit, { reach: "cloned", isTolerant: options !== undefined });
  if (isTooDeep) return tooDeep(MOST_LEVELS, "message", options);
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

/** Returns the kind of `value` in words, as in "a function". */
function described(value: object | symbol): string {
  if (typeof value !== "object") return `a ${typeof value}`;
  const maker: unknown = Reflect.get(value, "constructor");
  const name = typeof maker === "function" && maker.name !== "" ? maker.name : "object";
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
