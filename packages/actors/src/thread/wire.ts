/**
 * What the two sides of a host say to each other over its port. One line of each pair is in flight for an actor at a time:
 * a message is shipped when its turn has come, so what is queued never leaves the parent's side.
 */
import type { MessagePort } from "node:worker_threads";
import type { ExitReason } from "../cell/exit-reason.ts";

/** What a host is started with. */
export interface HostTask {
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly beatMs: number;
  readonly logLevel: string;
}

/** The words in shared memory: a count that grows while the thread turns its event loop, and the id of who is on its stack. */
export const BEAT = 0;
export const ON_STACK = 1;

/** From the parent to the host. `id` is the incarnation. */
export type ToHost =
  | {
      readonly op: "start";
      readonly id: number;
      readonly url: string;
      readonly exportName: string;
      readonly args: unknown;
      readonly about: About;
    }
  | {
      readonly op: "handle";
      readonly id: number;
      readonly message: { readonly type: string };
      readonly attempt: number;
    }
  /** The caller of the ask in flight has given up. */
  | { readonly op: "abort"; readonly id: number }
  | { readonly op: "stop"; readonly id: number; readonly reason: WireReason }
  /** The incarnation has ended; nothing more is heard of it. */
  | { readonly op: "forget"; readonly id: number };

/** From the host to the parent. */
export type ToParent =
  | { readonly op: "started"; readonly id: number; readonly types: readonly string[] }
  | { readonly op: "startFailed"; readonly id: number; readonly error: WireError; readonly loaded: boolean }
  | { readonly op: "handled"; readonly id: number; readonly reply: unknown }
  | { readonly op: "panicked"; readonly id: number; readonly error: WireError }
  | { readonly op: "stopped"; readonly id: number; readonly error: WireError | undefined }
  /** `ctx.self.tell`, and timers. */
  | { readonly op: "self"; readonly id: number; readonly message: { readonly type: string } }
  | { readonly op: "stopSelf"; readonly id: number }
  /** A line of `ctx.log`. */
  | { readonly op: "log"; readonly line: string };

/** What an actor on a thread knows of itself. */
export interface About {
  readonly path: string;
  readonly actorId: number;
  readonly generation: number;
}

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

const DEEPEST_CAUSE = 10;
const OWN = new Set(["name", "message", "stack", "cause", "errors"]);

export function packError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return { native: false, value: copyOrText(error) };
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) if (!OWN.has(key)) properties[key] = copyOrText(Reflect.get(error, key));
  return {
    native: true,
    name: error.name,
    message: error.message,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : packError(error.cause, depth + 1),
    errors: error instanceof AggregateError ? error.errors.map((member) => packError(member, depth + 1)) : undefined,
    properties,
  };
}

const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

export function unpackError(wire: WireError): unknown {
  if (!wire.native) return wire.value;
  const { name = "Error", message, stack, cause, errors, properties } = wire;
  const options = cause === undefined ? undefined : { cause: unpackError(cause) };
  const error = errors
    ? new AggregateError(errors.map(unpackError), message, options)
    : new (CLASSES[name] ?? Error)(message, options);
  Object.assign(error, properties);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  if (stack !== undefined) Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}

export function packReason(reason: ExitReason): WireReason {
  if (reason.kind === "panicked")
    return { reason: { ...reason, error: undefined, message: undefined }, error: packError(reason.error) };
  if (reason.kind === "startFailed") return { reason: { ...reason, error: undefined }, error: packError(reason.error) };
  return { reason, error: undefined };
}

export function unpackReason({ reason, error }: WireReason): ExitReason {
  return error === undefined ? reason : ({ ...reason, error: unpackError(error) } as ExitReason);
}

function copyOrText(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}
