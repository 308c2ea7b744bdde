/**
 * Finds what in a message structured clone cannot copy. It walks as structured clone does, by the own enumerable
 * properties, and asks structured clone itself about what it does not know. It is not for the hot path: an encoder says
 * FOREIGN for all that needs it.
 *
 * Invariant: each object is visited once, so cycles end. Getters are called, as structured clone calls them.
 */
import { MessageNotCloneableError } from "./errors.ts";

export interface Exceptions {
  /** As for an encoder: an object of which it says something goes in another way. */
  readonly portable?: ((value: object) => unknown) | undefined;
  /** What is not copied but moved. */
  readonly transferList?: readonly object[] | undefined;
}

/** Throws MessageNotCloneableError, with the path of what offends, unless `message` can be cloned. */
export function checkCloneable(message: unknown, exceptions: Exceptions = {}): void {
  const error = new Search(exceptions).find(message, "message");
  if (error !== undefined) throw error;
}

/** The error to throw instead of `failure`, with which `postMessage` or `structuredClone` refused `message`. */
export function explained(failure: unknown, message: unknown, exceptions: Exceptions = {}): unknown {
  if (!(failure instanceof DOMException && failure.name === "DataCloneError")) return failure; // thrown by a getter
  const options = { cause: failure };
  return (
    new Search(exceptions).find(message, "message", options) ??
    new MessageNotCloneableError("message", `refused (${failure.message})`, options)
  );
}

class Search {
  readonly #exceptions: Exceptions;
  readonly #seen = new Set<object>();

  constructor(exceptions: Exceptions) {
    this.#exceptions = exceptions;
    for (const each of exceptions.transferList ?? []) this.#seen.add(each);
  }

  /** The first that offends, in the order of structured clone. */
  find(value: unknown, path: string, options?: ErrorOptions): MessageNotCloneableError | undefined {
    if (typeof value === "function") return new MessageNotCloneableError(path, "a function", options);
    if (typeof value === "symbol") return new MessageNotCloneableError(path, "a symbol", options);
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return undefined;
    this.#seen.add(value);
    if (this.#exceptions.portable?.(value) !== undefined) return undefined;
    for (const [inner, innerPath] of parts(value, path)) {
      const error = this.find(inner, innerPath, options);
      if (error !== undefined) return error;
    }
    return isContainer(value) || isCloned(value)
      ? undefined
      : new MessageNotCloneableError(path, named(value), options);
  }
}

/** What structured clone visits in `value`, and the path of each. */
function* parts(value: object, path: string): Generator<[part: unknown, path: string]> {
  if (value instanceof Map) {
    let n = 0;
    for (const [key, each] of value) {
      yield [key, `[...${path}.keys()][${n}]`];
      yield [each, Object(key) === key ? `[...${path}.values()][${n}]` : `${path}.get(${shown(key)})`];
      n++;
    }
  } else if (value instanceof Set) {
    let n = 0;
    for (const each of value) yield [each, `[...${path}][${n++}]`];
  } else if (Array.isArray(value) || isOrdinary(value)) {
    for (const key of Object.keys(value)) yield [Reflect.get(value, key), path + step(key, Array.isArray(value))];
  }
}

function step(key: string, isArray: boolean): string {
  if (isArray && /^(?:0|[1-9]\d*)$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function shown(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "bigint" ? `${key}n` : String(key);
}

/** Plain, or of a class of the program: structured clone makes a plain object of either. */
function isOrdinary(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether `value` can be cloned if its parts can. */
function isContainer(value: object): boolean {
  return Array.isArray(value) || value instanceof Map || value instanceof Set || isOrdinary(value);
}

function isCloned(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function named(value: object): string {
  const maker: unknown = Reflect.get(value, "constructor");
  const name = typeof maker === "function" && maker.name !== "" ? maker.name : "object";
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
