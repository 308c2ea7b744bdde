/**
 * What goes to another thread: values are copied as `structuredClone` does, and the addresses in them are taken out before
 * and put in again after. They are found where the runtime finds them everywhere: in plain objects and arrays.
 */
import { isObject, isPlain, TARGET } from "../address/handle.ts";
import { textOf } from "../cell/exit-reason.ts";
import { MessageNotCloneableError } from "../errors.ts";

/** What stands for an address while it is between two threads. */
export interface Ref {
  /** Which actor, in the numbers of the thread that it goes to or comes from. */
  readonly id: number;
  readonly path: string;
  readonly isStrong: boolean;
  /** Whether its mailbox never refuses a message for want of room. */
  readonly takesAll: boolean;
}

/** A value as it goes to another thread, and the addresses in it with the way to each. */
export interface Packed {
  readonly value: unknown;
  readonly refs: Refs;
}
export type Refs = readonly (readonly [keys: readonly string[], ref: Ref])[];

/** The addresses in those of several values that have some, by their places. */
export type Sparse = readonly (readonly [at: number, refs: Refs])[];

/** Knows the addresses of one thread by what stands for them. */
export interface Border {
  /** What stands for `handle`. */
  grant(handle: object): Ref;
  /** The address that `ref` stands for; a strong one is the caller's. */
  adopt(ref: Ref): object;
}

/** A value without its addresses, and these with the way to each. */
interface Taken {
  readonly bare: unknown;
  readonly handles: readonly (readonly [keys: readonly string[], handle: object])[];
}

/** A value inside a message, and the way to it. */
interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Place | undefined;
}

type Container = Record<string, unknown>;

export const NO_REFS: Refs = [];
const MESSAGE = "the message";

/** The copies that hold addresses. */
const carriers = new WeakSet<object>();
/** Whether there ever was one, so that a system without pays nothing. */
let areCarried = false;

/**
 * A copy of `value` that holds the same addresses, made at the call: later changes by the sender are not seen. Throws with
 * the path of the property that cannot be copied, while the sender is still there to be told.
 */
export function copyFor(actor: string, value: unknown): unknown {
  if (isObject(value) && isPlain(value)) {
    const copy: Record<string, unknown> = { ...value };
    if (isFlat(copy)) return copy;
  }
  const { bare, handles } = taken(actor, value);
  const copy = cloned(actor, bare);
  if (handles.length === 0) return copy;
  return carrier(handles.reduce((root, [keys, handle]) => put(root, keys, handle), copy));
}

/** Notes that there are addresses in `copy`. */
function carrier(copy: unknown): unknown {
  areCarried = true;
  carriers.add(copy as object);
  return copy;
}

/** Whether there are addresses in `copy`, which {@link copyFor} or {@link unpack} has made. */
export function carries(copy: unknown): boolean {
  return areCarried && isObject(copy) && carriers.has(copy);
}

/** What goes to the other thread instead of `value`. */
export function pack(actor: string, value: unknown, border: Border): Packed {
  if (!isObject(value) || (isPlain(value) && isFlat(value as Container))) return { value, refs: NO_REFS };
  const { bare, handles } = taken(actor, value);
  if (handles.length === 0) return { value, refs: NO_REFS };
  return { value: bare, refs: handles.map(([keys, handle]) => [keys, border.grant(handle)]) };
}

/** Messages that {@link copyFor} has made, without the addresses, which few of them have. */
export function packAll<M>(
  actor: string,
  messages: readonly M[],
  border: Border,
): { bare: readonly M[]; refs: Sparse } {
  const refs: [number, Refs][] = [];
  if (!messages.some(carries)) return { bare: messages, refs };
  const bare = messages.map((message, at) => {
    if (!carries(message)) return message;
    const packed = pack(actor, message, border);
    refs.push([at, packed.refs]);
    return packed.value as M;
  });
  return { bare, refs };
}

/** The value that came from the other thread. */
export function unpack({ value, refs }: Packed, border: Border): unknown {
  if (refs.length === 0) return value;
  return carrier(refs.reduce((root, [keys, ref]) => put(root, keys, border.adopt(ref)), value));
}

/** `value`, which could not be sent to another thread for `error`; says what is to blame. */
export function uncloneable(
  actor: string,
  value: unknown,
  error: unknown,
  what: string = MESSAGE,
): MessageNotCloneableError {
  const place = find(value, (inner) => typeof inner === "function" || typeof inner === "symbol", what);
  if (place === undefined) return new MessageNotCloneableError(actor, what, `cannot be copied: ${textOf(error)}`);
  return new MessageNotCloneableError(actor, pathOf(place), `is a ${typeof place.value}`);
}

function cloned(actor: string, value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw uncloneable(actor, value, error);
  }
}

/** Whether nothing in `copy` needs a copy itself: most messages are like that, and this is ten times as fast. */
function isFlat(copy: Readonly<Record<string, unknown>>): boolean {
  for (const key in copy) {
    const value = copy[key];
    if (isObject(value) || typeof value === "function" || typeof value === "symbol") return false;
  }
  return true;
}

/** Takes the addresses out of a copy of the objects and arrays that they are in. */
function taken(actor: string, value: unknown): Taken {
  if (find(value, isHandle) === undefined) return { bare: value, handles: [] };
  const handles: (readonly [readonly string[], object])[] = [];
  const copies = new Map<object, Container>();
  const unfilled: (readonly [Container, readonly string[]])[] = [];
  const bareOf = (each: unknown, keys: readonly string[]): unknown => {
    if (!isObject(each)) return each;
    if (isHandle(each)) {
      handles.push([keys, each]);
      return null;
    }
    const known = copies.get(each);
    if (known !== undefined) return known;
    if (!Array.isArray(each) && !isPlain(each)) return each;
    const copy = (Array.isArray(each) ? [...each] : { ...each }) as Container;
    copies.set(each, copy);
    unfilled.push([copy, keys]);
    return copy;
  };
  const bare = bareOf(value, []);
  for (const [copy, keys] of unfilled)
    for (const key of Object.keys(copy)) copy[key] = bareOf(copy[key], [...keys, key]); // grows meanwhile
  const left = find(bare, isHandle) ?? handles.map(stranger).find((each) => each !== undefined);
  if (left !== undefined) throw refusal(actor, left);
  return { bare, handles };
}

/** What has no `tell` is no address to send to. */
function stranger([keys, value]: readonly [readonly string[], object]): Place | undefined {
  return "tell" in value ? undefined : { value, key: [MESSAGE, ...keys].join("."), parent: undefined };
}

function refusal(actor: string, place: Place): MessageNotCloneableError {
  const why =
    "tell" in (place.value as object)
      ? "an address, and these cross in plain objects and arrays only"
      : "the address of a supervisor";
  return new MessageNotCloneableError(actor, pathOf(place), `is ${why}`);
}

function isHandle(value: unknown): boolean {
  return isObject(value) && TARGET in value;
}

/** Puts `value` where `keys` lead to in `root`, which is returned; nowhere is in its place. */
function put(root: unknown, keys: readonly string[], value: object): unknown {
  const last = keys.at(-1);
  if (last === undefined) return value;
  const at = keys.slice(0, -1).reduce((container, key) => container[key] as Container, root as Container);
  at[last] = value;
  return root;
}

/** The first value in `root` of that kind. What a getter throws is left to the copy, which says it better. */
function find(root: unknown, isWanted: (value: unknown) => boolean, what = MESSAGE): Place | undefined {
  const seen = new Set<unknown>();
  const pending: Place[] = [{ value: root, key: what, parent: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { value } = place;
    if (isWanted(value)) return place;
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    for (const [key, inner] of entriesOf(value)) pending.push({ value: inner, key, parent: place });
  }
  return undefined;
}

function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Map)
    return [...value].flatMap(([key, inner]) => [
      ["(key)", key],
      [`(${textOf(key)})`, inner],
    ]);
  if (value instanceof Set) return [...value].map((inner) => ["(member)", inner]);
  try {
    const isArray = Array.isArray(value);
    return Object.entries(value).map(([key, inner]) => [isArray ? `[${key}]` : `.${key}`, inner]);
  } catch {
    return [];
  }
}

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) keys.unshift(at.key);
  return keys.join("");
}
