/**
 * What the two sides of a host say to each other over a line of core. Messages are shipped some way ahead of their turn; they stay
 * queued on the parent's side until the host has handled them, so that a thread that is lost takes none with it.
 */
import type { MessagePort } from "node:worker_threads";
import * as errors from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { textOf } from "../../exit-reason.ts";
import type { Packed, Ref, Sparse } from "./marshal.ts";

/** What a host is started with. */
export interface HostTask {
  readonly port: MessagePort;
  readonly words: Int32Array;
  readonly beatMs: number;
  readonly logLevel: string;
}

/**
 * The words of an incarnation: the number of the message that was begun last, or `HALTED`, and of the one handled last. They
 * are written by a thread that may be gone the next moment, so each is true whenever it is read: a message is begun by
 * raising BEGUN, which fails once the parent has put HALTED there, and is handled when its reply is on its way.
 */
export const BEGUN = 0;
export const HANDLED = 1;
/** How many reports were posted that must be heard before what was handled since then is accounted for. */
export const SAID = 2;
export const PROGRESS_WORDS = 3;
export const HALTED = -1;
/** What the words hold of a number: an actor may handle more messages than they can count. */
export const LOW_BITS: number = 2 ** 31 - 1;
/** The number before the first: so near the end of what the words can count that not only old incarnations get there. */
export const FIRST_BEFORE: number = LOW_BITS - 500;

/**
 * The words in shared memory: a count that grows while the thread turns its event loop, the id of who is on its stack, and how
 * many `blocking()` sections it is in.
 */
export const BEAT = 0;
export const ON_STACK = 1;
export const BLOCKING = 2;
export const WORDS = 3;

/** Where a definition is: in a module, or on the thread that knows it under `key`. */
export interface Origin {
  readonly name: string;
  readonly url?: string;
  readonly exportName?: string;
  readonly key?: string;
}

/** From the parent to the host. `id` is the incarnation. */
export type ToHost =
  | {
      readonly op: "start";
      readonly id: number;
      readonly origin: Origin;
      readonly args: Packed;
      readonly about: About;
      readonly self: Ref;
      readonly progress: Int32Array;
    }
  | {
      readonly op: "handle";
      readonly id: number;
      /** How often what was shipped ahead has been given back. */
      readonly epoch: number;
      /** The number of the first message; the others follow it. */
      readonly first: number;
      readonly messages: readonly { readonly type: string }[];
      /** How often the first was begun, this time included; the others never were. */
      readonly attempt: number;
      /** Those somebody waits for, by their place in `messages`. */
      readonly asks: readonly number[];
      /** The addresses in those that have some, by their place in `messages`. */
      readonly refs: Sparse;
    }
  /** The caller of an ask has given up. */
  | { readonly op: "cancel"; readonly id: number; readonly epoch: number; readonly seq: number }
  | { readonly op: "stop"; readonly id: number; readonly reason: WireReason }
  /** The incarnation has ended; nothing more is heard of it. */
  | { readonly op: "forget"; readonly id: number }
  | ToPeer;

/** From the parent to those on a thread that have addresses. */
export type ToPeer =
  /** The reply to an ask. */
  | { readonly op: "answered"; readonly n: number; readonly reply: Packed }
  /** An ask or a send has failed. */
  | { readonly op: "refused"; readonly n: number; readonly error: WireError }
  /** What became of a send. */
  | { readonly op: "sent"; readonly n: number; readonly outcome: "ok" | "full" | "disconnected" | "timeout" }
  /** What the thread may use of a mailbox that it has named itself. */
  | { readonly op: "room"; readonly id: number; readonly credits: Int32Array }
  /** An actor has ended for good. */
  | { readonly op: "gone"; readonly id: number; readonly reason: WireReason }
  | { readonly op: "hasStarted"; readonly id: number; readonly error: WireError | undefined };

/** From those on a thread that have addresses to the parent. `by` is who sends, if that is known. */
export type FromPeer =
  | { readonly op: "tell"; readonly to: number; readonly message: Packed }
  | {
      readonly op: "ask";
      readonly n: number;
      readonly to: number;
      readonly by: number | undefined;
      readonly message: Packed;
    }
  | {
      readonly op: "send";
      readonly n: number;
      readonly to: number;
      readonly by: number | undefined;
      readonly message: Packed;
      readonly timeout: number;
    }
  /** A message for which the thread has used a slot that it was lent. */
  | { readonly op: "useCredit"; readonly to: number; readonly message: Packed }
  | { readonly op: "wantsRoom"; readonly id: number }
  /** Nobody waits for that ask or send any more. */
  | { readonly op: "giveUp"; readonly n: number }
  /** Of the strong addresses of an actor that came, so many are gone: all that were known then. */
  | { readonly op: "released"; readonly id: number; readonly count: number }
  /** A weak address was made a strong one. */
  | { readonly op: "upgraded"; readonly id: number }
  /** So many addresses of an actor that came are gone, and with them all that is known of it. */
  | { readonly op: "forgotten"; readonly id: number; readonly mentions: number }
  | { readonly op: "wantsStart"; readonly id: number };

/** From the host to the parent. */
export type ToParent =
  | { readonly op: "started"; readonly id: number; readonly types: readonly string[] }
  | { readonly op: "startFailed"; readonly id: number; readonly error: WireError }
  /** An ask was handled. */
  | { readonly op: "replied"; readonly id: number; readonly seq: number; readonly reply: Packed }
  /** A message was set aside by its handler. */
  | { readonly op: "stashed"; readonly id: number; readonly seq: number }
  /** What was set aside goes first after that message: what was shipped behind it is given back. */
  | { readonly op: "unstash"; readonly id: number; readonly seq: number; readonly epoch: number }
  /** An ask was cancelled before it was begun. */
  | { readonly op: "skipped"; readonly id: number; readonly seq: number }
  /** Nothing after that message is begun by this incarnation; 0 when it was at none. */
  | { readonly op: "panicked"; readonly id: number; readonly seq: number; readonly error: WireError }
  /** There is news in the words of the incarnation. */
  | { readonly op: "progress"; readonly id: number }
  | { readonly op: "stopped"; readonly id: number; readonly error: WireError | undefined }
  /** One more message is awaited, under a number of its own. */
  | { readonly op: "await"; readonly id: number; readonly n: number }
  /** A message that the actor itself has asked for: the one awaited under `n`, if it was. */
  | { readonly op: "deliver"; readonly id: number; readonly message: Packed; readonly n: number | undefined }
  /** A child, by the number that the thread has given to it. */
  | {
      readonly op: "spawn";
      readonly id: number;
      readonly child: number;
      readonly path: string;
      readonly origin: Origin;
      readonly options: Packed;
    }
  | { readonly op: "stopSelf"; readonly id: number }
  /** A line of `ctx.log`. */
  | { readonly op: "log"; readonly line: string }
  | FromPeer;

/** What concerns one incarnation. */
export type OfTenant = Exclude<ToParent, FromPeer | { readonly op: "log" }>;

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

/** Causes and members of one error that cross with it; more are left out. */
const MOST_ERRORS = 50;
const OWN = new Set(["name", "message", "stack", "cause", "errors"]);

/** Never throws, whatever was thrown. */
export function packError(error: unknown, seen: Set<unknown> = new Set()): WireError {
  const isLeftOut = seen.has(error) || seen.size >= MOST_ERRORS;
  if (!(error instanceof Error) || isLeftOut) return { native: false, value: copyOrText(error) };
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
  const keys = Object.keys(error).filter((key) => !OWN.has(key));
  return {
    native: true,
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    stack: text("stack"),
    cause: cause === undefined ? undefined : packError(cause, seen),
    errors: Array.isArray(errors) ? errors.slice(0, MOST_ERRORS).map((member) => packError(member, seen)) : undefined,
    properties: Object.fromEntries(keys.map((key) => [key, copyOrText(read(key))])),
  };
}

const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map(
  [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((type) => [type.name, type]),
);

/** The classes of this package by their names. */
const OURS: ReadonlyMap<unknown, object> = new Map(
  Object.values(errors).map(({ prototype }) => [prototype.name, prototype]),
);

export function unpackError(wire: WireError): unknown {
  if (!wire.native) return wire.value;
  const { name = "Error", message, stack, cause, errors: members, properties } = wire;
  const options = cause === undefined ? undefined : { cause: unpackError(cause) };
  const error = members
    ? new AggregateError(members.map(unpackError), message, options)
    : new (CLASSES.get(name) ?? Error)(message, options);
  const ours = String(properties?.["code"]).startsWith("ERR_ACTOR_") ? OURS.get(name) : undefined;
  if (ours !== undefined) Object.setPrototypeOf(error, ours);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: !OWN.has(key) });
  };
  for (const [key, value] of Object.entries(properties ?? {})) define(key, value);
  if (error.name !== name) define("name", name);
  if (stack !== undefined) define("stack", stack);
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
    return textOf(value);
  }
}
