/**
 * Marshals values for another thread, which are copied as by `structuredClone`. Addresses in them cannot be copied: each is
 * replaced by a placeholder, and its descriptor goes beside the value, with the place where the address belongs.
 *
 *     { to: Address, all: Map { "a" => Address } }
 *       ──►  { value: { to: {}¹, all: Map { "a" => {}² } }, attached: [[["to"], descriptor¹], [{}², descriptor²]] }
 *
 * 1. A value and its places are copied together, so a placeholder is found by its identity, or by the keys that lead to it:
 *    nothing in a message can be mistaken for one. Keys spare the codec an object that occurs twice, which it does not write.
 * 2. Addresses are found where the runtime finds them everywhere: in plain objects, arrays, Maps and Sets. One in an instance
 *    of a class is refused, since nobody would find it to drop it.
 * 3. Transferred objects and the ends of channels stay as they are until the value is sent.
 */
import type { Path } from "@pneumatic/core/internal";
import { isContainer, isPlain, PRUNE, replace, STOP, walk } from "@pneumatic/core/internal";
import { checkMovable, isDeeper, isEnd, markOf, tooDeep } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import { MessageNotCloneableError } from "@pneumatic/core/threads";
import { isObject, TARGET } from "../../address/target.ts";
import { textOf } from "../../wording.ts";

/** Stands for an address between two threads. */
export interface AddressDescriptor {
  /** The number of the actor, by the thread that the address goes to or comes from. */
  readonly id: number;
  readonly path: string;
  readonly isStrong: boolean;
  /** True if its mailbox never refuses a message for want of room. */
  readonly takesAll: boolean;
  /** The credits of the thread for a mailbox with a capacity. */
  readonly credits?: Int32Array;
}

/** A key of a flat value, the keys that lead to a placeholder, or the placeholder itself. */
type Position = string | readonly string[] | object;
export type Attached = readonly (readonly [position: Position, descriptor: AddressDescriptor])[];

/** A value for another thread, and the addresses that belong into it. */
export interface Marshalled {
  readonly value: unknown;
  readonly attached: Attached;
}

/** The addresses of several values, for those that have some, by the position of the value. */
export type SparseAttached = readonly (readonly [at: number, attached: Attached])[];

/** A value to be posted, and what moves with it. */
export interface MarshalledTransfer extends Marshalled {
  readonly transferList: TransferList;
}

/** Knows the addresses of one thread by their descriptors. */
export interface AddressTable {
  /** Returns the descriptor of `handle`. */
  exportAddress(handle: object): AddressDescriptor;
  /** Returns the address that `descriptor` stands for; a strong one is the caller's. */
  importAddress(descriptor: AddressDescriptor): object;
}

/** What goes with a copy. */
interface Attachments {
  readonly transferList: TransferList;
  /** True if the copy can be sent only once, since objects in it move with it. */
  readonly moves: boolean;
}

type Container = Record<string, unknown>;

/** Nothing in it needs more than a copy; nothing but one address; or more. */
const FLAT = 0;
const FLAT_WITH_ADDRESS = 1;
const DEEP = 2;

const NOTHING_ATTACHED: Attached = [];
const NOTHING_MOVES: TransferList = [];
const ONLY_ADDRESSES: Attachments = { transferList: NOTHING_MOVES, moves: false };
/** The number of objects in one another in a value; the record around it has some more. */
const MOST_LEVELS = 1000;
const MESSAGE_ROOT = "the message";
const WHERE_FOUND = "an address outside of plain objects, arrays, Maps and Sets";
/** Where addresses are found. */
const FOUND = { reach: "collections" } as const;
/** Where structured clone goes. What throws when it is read is left to the clone, which reports it better. */
const CLONED = { reach: "cloned", isTolerant: true } as const;
/** How many addresses of a value are found by their keys: the keys of one in a long array take long to find. */
const FEW = 8;

/** The copies with addresses or ends in them, or that transfer something. */
const attachments = new WeakMap<object, Attachments>();
/** True once there was one, so that a system without them pays nothing. */
let areAttached = false;

/**
 * Copies `value` with the same addresses and ends in it, at the call: later changes by the sender are not seen. Throws
 * with the path of the property that cannot be copied, in the call of the sender.
 */
export function copyFor(actor: string, value: unknown): unknown {
  if (isObject(value) && isPlain(value)) {
    const copy: Container = { ...value };
    const shape = shapeOf(copy);
    if (shape === FLAT) return copy;
    if (shape === FLAT_WITH_ADDRESS) return withAttachments(copy, ONLY_ADDRESSES);
  }
  const transferList = markOf(value);
  const moved = new Set<unknown>(transferList);
  const isKept = (each: object): boolean =>
    isAddress(each) || isEnd(each) || moved.has(each) || (ArrayBuffer.isView(each) && moved.has(each.buffer));
  if (!holds(actor, value, isKept)) return cloned(actor, value, value);
  const kept: object[] = [];
  const placeholders: object[] = [];
  const keep = (each: object): object | undefined => {
    if (!isKept(each)) return undefined;
    const placeholder = {};
    kept.push(each);
    placeholders.push(placeholder);
    return placeholder;
  };
  const bare = replace(value, keep, CLONED);
  const ends = kept.filter(isEnd);
  for (const end of ends) checkMovable(end);
  const [copy, copied] = cloned(actor, [bare, placeholders] as const, value);
  const whole = filled(copy, new Map(copied.map((placeholder, at) => [placeholder, kept[at] as object])));
  return withAttachments(whole, { transferList, moves: transferList.length > 0 || ends.length > 0 });
}

/** Notes what goes with `copy`. */
function withAttachments(copy: unknown, attached: Attachments): unknown {
  areAttached = true;
  attachments.set(copy as object, attached);
  return copy;
}

/** Returns true if `copy`, which {@link copyFor} or {@link unmarshal} has made, has attachments that go with it. */
export function hasAttachments(copy: unknown): boolean {
  return areAttached && isObject(copy) && attachments.has(copy);
}

/** Returns true if `copy`, which {@link copyFor} has made, can be sent only once, since objects in it move with it. */
export function movesOnce(copy: unknown): boolean {
  return areAttached && isObject(copy) && attachments.get(copy)?.moves === true;
}

/** Returns the form of `value` for the other thread; the ends of channels in it move as it is sent. */
export function marshal(actor: string, value: unknown, table: AddressTable): MarshalledTransfer {
  const shape = isObject(value) ? (isPlain(value) ? shapeOf(value as Container) : DEEP) : FLAT;
  if (shape === FLAT) return { value, attached: NOTHING_ATTACHED, transferList: NOTHING_MOVES };
  if (shape === FLAT_WITH_ADDRESS) return marshalFlat(value as Container, table);
  const kept = attachments.get(value as object)?.transferList ?? NOTHING_MOVES;
  const transferList = kept.length > 0 ? kept : markOf(value);
  if (!holds(actor, value, isAddress)) return { value, attached: NOTHING_ATTACHED, transferList };
  return marshalDeep(value, transferList, table);
}

/** Marshals messages that {@link copyFor} has made; few of them have attachments. */
export function marshalAll<M>(
  messages: readonly M[],
  table: AddressTable,
): { bare: readonly M[]; attached: SparseAttached; transferList: TransferList } {
  const attached: [number, Attached][] = [];
  if (!messages.some(hasAttachments)) return { bare: messages, attached, transferList: NOTHING_MOVES };
  const moved: TransferList[number][] = [];
  const bare = messages.map((message, at) => {
    const known = isObject(message) ? attachments.get(message) : undefined;
    if (known === undefined) return message;
    const isFlat = isPlain(message as object) && shapeOf(message as Container) === FLAT_WITH_ADDRESS;
    const marshalled = isFlat
      ? marshalFlat(message as Container, table)
      : marshalDeep(message, known.transferList, table);
    attached.push([at, marshalled.attached]);
    moved.push(...marshalled.transferList);
    return marshalled.value as M;
  });
  return { bare, attached, transferList: moved };
}

/** Marshals an object that needs nothing but a copy, except for one address: so are most that have addresses. */
function marshalFlat(object: Container, table: AddressTable): MarshalledTransfer {
  const value: Container = { ...object };
  const attached: [Position, AddressDescriptor][] = [];
  for (const key in value) {
    const part = value[key];
    if (!isObject(part)) continue;
    attached.push([key, table.exportAddress(part)]);
    value[key] = null;
  }
  return { value, attached, transferList: NOTHING_MOVES };
}

function marshalDeep(value: unknown, transferList: TransferList, table: AddressTable): MarshalledTransfer {
  const attached: [Position, AddressDescriptor][] = [];
  const attach = (each: object, path: Path): object | undefined => {
    if (!isAddress(each)) return undefined;
    const keys = attached.length < FEW ? path.keys() : undefined;
    const placeholder = {};
    attached.push([keys ?? placeholder, table.exportAddress(each)]);
    return placeholder;
  };
  return { value: replace(value, attach, FOUND), attached, transferList };
}

/** Returns the value that came from the other thread, with its addresses. */
export function unmarshal({ value, attached }: Marshalled, table: AddressTable): unknown {
  if (attached.length === 0) return value;
  const addresses = new Map<object, object>();
  for (const [position, descriptor] of attached) {
    const address = table.importAddress(descriptor);
    if (typeof position === "string") (value as Container)[position] = address;
    else addresses.set(Array.isArray(position) ? partAt(value, position) : position, address);
  }
  return withAttachments(addresses.size === 0 ? value : filled(value, addresses), ONLY_ADDRESSES);
}

/** Returns the messages that {@link marshalAll} has sent. */
export function unmarshalAll<M>(messages: readonly M[], attached: SparseAttached, table: AddressTable): readonly M[] {
  if (attached.length === 0) return messages;
  const whole = [...messages];
  for (const [at, each] of attached) whole[at] = unmarshal({ value: messages[at], attached: each }, table) as M;
  return whole;
}

/** Makes the error for `value`, which could not be sent to another thread for `error`; it names the part to blame. */
export function uncloneable(
  actor: string,
  value: unknown,
  error: unknown,
  what: string = MESSAGE_ROOT,
): MessageNotCloneableError {
  let path = what;
  let reason = `refused (${textOf(error)})`;
  const blame = (part: object | symbol, way: Path): typeof STOP | undefined => {
    if (isObject(part)) return undefined;
    path = way.text(what);
    reason = `a ${typeof part}`;
    return STOP;
  };
  walk(value, blame, CLONED);
  return notCloneable(actor, path, reason);
}

function notCloneable(actor: string, path: string, reason: string): MessageNotCloneableError {
  return new MessageNotCloneableError(path, reason, {
    way: `to or from actor "${actor}", between threads`,
    remedy: "Send data that structuredClone() takes, and addresses; functions stay in the module of the actor",
  });
}

/** Clones `value`, which is all or a part of what was `sent`. */
function cloned<T>(actor: string, value: T, sent: unknown): T {
  try {
    return structuredClone(value);
  } catch (error) {
    throw uncloneable(actor, sent, error);
  }
}

/** Returns how much of `object` needs more than a copy of the object itself. Most messages need nothing: ten times as fast. */
function shapeOf(object: Container): typeof FLAT | typeof FLAT_WITH_ADDRESS | typeof DEEP {
  let first: object | undefined;
  for (const key in object) {
    const part = object[key];
    if (typeof part === "function" || typeof part === "symbol") return DEEP;
    if (!isObject(part)) continue;
    if (first === undefined && isAddress(part) && "tell" in part) first = part;
    else return DEEP;
  }
  return first === undefined ? FLAT : FLAT_WITH_ADDRESS;
}

/** Returns true if one of the objects in `value` is wanted. Throws if there is an address that cannot cross. */
function holds(actor: string, value: unknown, isWanted: (each: object) => boolean): boolean {
  let isHeld = false;
  let hasInstances = false;
  const addresses = new Set<object>();
  const look = (part: object | symbol, path: Path): typeof PRUNE | undefined => {
    if (!isObject(part)) return undefined;
    isHeld ||= isWanted(part);
    if (!isAddress(part)) {
      hasInstances ||= !isContainer(part, FOUND.reach);
      return undefined;
    }
    if (!("tell" in part)) throw refusal(actor, path, "the address of a supervisor");
    addresses.add(part);
    return PRUNE;
  };
  if (isDeeper(value, MOST_LEVELS, look, CLONED)) {
    throw tooDeep(MOST_LEVELS, MESSAGE_ROOT, { way: `to or from actor "${actor}", between threads` });
  }
  if (addresses.size > 0 && hasInstances) checkFound(actor, value, addresses);
  return isHeld;
}

/** Throws if one of `addresses`, which are in `value`, is only in an instance of a class. */
function checkFound(actor: string, value: unknown, addresses: Set<object>): void {
  walk(value, (part) => void addresses.delete(part as object), { ...FOUND, isTolerant: true });
  if (addresses.size === 0) return;
  const refuse = (part: object | symbol, path: Path): undefined => {
    if (addresses.has(part as object)) throw refusal(actor, path, WHERE_FOUND);
  };
  walk(value, refuse, CLONED);
}

function refusal(actor: string, path: Path, what: string): MessageNotCloneableError {
  return notCloneable(actor, path.text(MESSAGE_ROOT), what);
}

/** Returns true for an address; false for an object that cannot be read, which structured clone refuses. */
function isAddress(value: object): boolean {
  try {
    return TARGET in value;
  } catch {
    return false;
  }
}

function partAt(value: unknown, keys: readonly string[]): object {
  return keys.reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>>)[key], value) as object;
}

/** Returns `value` with what belongs in the place of each placeholder. */
function filled(value: unknown, belongs: ReadonlyMap<object, object>): unknown {
  return replace(value, (each) => belongs.get(each), CLONED);
}
