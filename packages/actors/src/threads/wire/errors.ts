/** Errors and exit reasons in a form that survives the copy between threads, and back. Nothing here throws, whatever was thrown. */
import { isDeeper } from "@pneumatic/core/internal/threads";
import { MessageNotCloneableError } from "@pneumatic/core/threads";
import * as errors from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { isError, textOf } from "../../wording.ts";

/** An error in a form that survives the copy between threads with its name, its cause and its properties. */
export interface WireError {
  readonly native: boolean;
  readonly value?: unknown;
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string | undefined;
  readonly cause?: WireError | undefined;
  readonly errors?: readonly WireError[] | undefined;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** An exit reason whose error is in its form for the wire. */
export interface WireReason {
  readonly reason: ExitReason;
  readonly error: WireError | undefined;
}

/** Causes and members of one error that cross with it; more are left out. */
const MOST_ERRORS = 50;
/** The levels of a property of an error; a deeper one crosses as text. A chain of causes may be around it. */
const MOST_LEVELS = 500;
const OWN = new Set(["name", "message", "stack", "cause", "errors"]);

/** Never throws, whatever was thrown. */
export function marshalError(error: unknown, seen: Set<unknown> = new Set()): WireError {
  const isLeftOut = seen.has(error) || seen.size >= MOST_ERRORS;
  if (isLeftOut) return { native: false, value: textOf(error) };
  if (!isError(error)) return { native: false, value: copyOrText(error) };
  seen.add(error);
  const read = (key: string): unknown => {
    try {
      return Reflect.get(error, key);
    } catch {
      return undefined;
    }
  };
  const text = (key: string): string | undefined => {
    const value = read(key);
    return typeof value === "string" ? value : undefined;
  };
  const [cause, errors] = [read("cause"), read("errors")];
  const keys = keysOf(error).filter((key) => !OWN.has(key));
  return {
    native: true,
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    stack: text("stack"),
    cause: cause === undefined ? undefined : marshalError(cause, seen),
    errors: isArray(errors) ? errors.slice(0, MOST_ERRORS).map((member) => marshalError(member, seen)) : undefined,
    properties: Object.fromEntries(keys.map((key) => [key, copyOrText(read(key))])),
  };
}

function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false; // a proxy that was revoked
  }
}

function keysOf(error: Error): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map(
  [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((type) => [type.name, type]),
);

/** The classes that this package exports, by their names. */
const OURS: ReadonlyMap<unknown, object> = new Map(
  [...Object.values(errors), MessageNotCloneableError].map(({ prototype }) => [prototype.name, prototype]),
);

export function unmarshalError(wire: WireError): unknown {
  if (!wire.native) return wire.value;
  const { name = "Error", message, stack, cause, errors: members, properties } = wire;
  const options = cause === undefined ? undefined : { cause: unmarshalError(cause) };
  const error = members
    ? new AggregateError(members.map(unmarshalError), message, options)
    : new (CLASSES.get(name) ?? Error)(message, options);
  const ours = /^ERR_(?:ACTOR|CHANNEL)_/.test(String(properties?.["code"])) ? OURS.get(name) : undefined;
  if (ours !== undefined) Object.setPrototypeOf(error, ours);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: !OWN.has(key) });
  };
  for (const [key, value] of Object.entries(properties ?? {})) define(key, value);
  if (error.name !== name) define("name", name);
  if (stack !== undefined) define("stack", stack);
  return error;
}

export function marshalReason(reason: ExitReason): WireReason {
  if (reason.kind === "panicked")
    return { reason: { ...reason, error: undefined, message: undefined }, error: marshalError(reason.error) };
  if (reason.kind === "startFailed")
    return { reason: { ...reason, error: undefined }, error: marshalError(reason.error) };
  return { reason, error: undefined };
}

export function unmarshalReason({ reason, error }: WireReason): ExitReason {
  return error === undefined ? reason : ({ ...reason, error: unmarshalError(error) } as ExitReason);
}

function copyOrText(value: unknown): unknown {
  try {
    return isDeeper(value, MOST_LEVELS) ? textOf(value) : structuredClone(value);
  } catch {
    return textOf(value);
  }
}
