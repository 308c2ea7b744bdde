/**
 * Marshals values for another thread, which are copied as by `structuredClone`. The addresses and the ends of channels
 * in them are taken out before and put in again after. They are found where the runtime finds addresses everywhere: in
 * plain objects and arrays. The transferred objects of a message stay as they are until the message is sent.
 */
import { checkMovable, isEnd, markOf, unmark } from "@pneumatic/core/internal/threads";
import type { TransferList } from "@pneumatic/core/threads";
import { MessageNotCloneableError } from "@pneumatic/core/threads";
import { isObject, TARGET } from "../../address/target.ts";
import { isPlain } from "../../address/walk.ts";
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

/** A value for another thread, and the descriptors of its addresses, each with the keys that lead to it. */
export interface Marshalled {
  readonly value: unknown;
  readonly descriptors: AddressDescriptors;
}
export type AddressDescriptors = readonly (readonly [keys: readonly string[], descriptor: AddressDescriptor])[];

/** The descriptors of several values, for those that have some, by their position. */
export type SparseDescriptors = readonly (readonly [at: number, descriptors: AddressDescriptors])[];

/** A value to be posted, and what moves with it. */
export interface MarshalledTransfer extends Marshalled {
  readonly transferList: TransferList;
}

/** Knows the addresses of one thread by what stands for them. */
export interface AddressTable {
  /** Returns the descriptor of `handle`. */
  exportAddress(handle: object): AddressDescriptor;
  /** Returns the address that `descriptor` stands for; a strong one is the caller's. */
  importAddress(descriptor: AddressDescriptor): object;
}

/** A value without some of the objects in it, and these with the way to each. */
interface Stripped {
  readonly bare: unknown;
  readonly parts: readonly (readonly [keys: readonly string[], part: object])[];
}

/** A value inside a message, and the way to it. */
interface PathNode {
  readonly value: unknown;
  readonly key: string;
  readonly parent: PathNode | undefined;
}

type Container = Record<string, unknown>;

const NO_DESCRIPTORS: AddressDescriptors = [];
const NOTHING_MOVES: TransferList = [];
const MESSAGE_ROOT = "the message";

/** The copies that have addresses or ends in them, or transfer something, with their transferred objects. */
const attachments = new WeakMap<object, TransferList>();
/** True once there was one, so that a system without them pays nothing. */
let areAttached = false;

/**
 * Copies `value` with the same addresses and ends in it, at the call: later changes by the sender are not seen. Throws
 * with the path of the property that cannot be copied, in the call of the sender.
 */
export function copyFor(actor: string, value: unknown): unknown {
  if (isObject(value) && isPlain(value)) {
    const copy: Record<string, unknown> = { ...value };
    if (isFlat(copy)) return copy;
  }
  const transferList = markOf(value);
  const moved = new Set<unknown>(transferList);
  const isMoved = (each: object): boolean => moved.has(each) || (ArrayBuffer.isView(each) && moved.has(each.buffer));
  const { bare, parts } = strip(actor, value, (each) => isPart(each) || isMoved(each));
  for (const [, part] of parts) if (isEnd(part)) checkMovable(part);
  const copy = cloned(actor, bare);
  if (parts.length === 0) return copy;
  const whole = parts.reduce((root, [keys, part]) => put(root, keys, part), copy);
  return withAttachments(whole, transferList);
}

/** Notes that there is something in `copy` that goes on with it, and what is to be transferred. */
function withAttachments(copy: unknown, transferList: TransferList): unknown {
  areAttached = true;
  attachments.set(copy as object, transferList);
  return copy;
}

/** Returns true if `copy`, which {@link copyFor} or {@link unmarshal} has made, has attachments that go with it. */
export function hasAttachments(copy: unknown): boolean {
  return areAttached && isObject(copy) && attachments.has(copy);
}

/** Returns true if `copy`, which {@link copyFor} has made, can be sent only once, since objects in it move with it. */
export function movesOnce(copy: unknown): boolean {
  if (!areAttached || !isObject(copy)) return false;
  const transferList = attachments.get(copy);
  return transferList !== undefined && (transferList.length > 0 || find(copy, isEnd) !== undefined);
}

/** Returns the form of `value` for the other thread; the ends of channels in it move as it is sent. */
export function marshal(actor: string, value: unknown, table: AddressTable): MarshalledTransfer {
  if (!isObject(value) || (isPlain(value) && isFlat(value as Container))) {
    return { value, descriptors: NO_DESCRIPTORS, transferList: NOTHING_MOVES };
  }
  const kept = attachments.get(value) ?? NOTHING_MOVES;
  const transferList = kept.length > 0 ? kept : markOf(value);
  const { bare, parts } = strip(actor, value, isAddress);
  if (parts.length === 0) return { value, descriptors: NO_DESCRIPTORS, transferList };
  return { value: bare, descriptors: parts.map(([keys, part]) => [keys, table.exportAddress(part)]), transferList };
}

/** Messages that {@link copyFor} has made, as they go to the other thread; few of them carry anything. */
export function marshalAll<M>(
  actor: string,
  messages: readonly M[],
  table: AddressTable,
): { bare: readonly M[]; descriptors: SparseDescriptors; transferList: TransferList } {
  const descriptors: [number, AddressDescriptors][] = [];
  if (!messages.some(hasAttachments)) return { bare: messages, descriptors, transferList: NOTHING_MOVES };
  const moved: TransferList[number][] = [];
  const bare = messages.map((message, at) => {
    if (!hasAttachments(message)) return message;
    const marshalled = marshal(actor, message, table);
    descriptors.push([at, marshalled.descriptors]);
    moved.push(...marshalled.transferList);
    return marshalled.value as M;
  });
  return { bare, descriptors, transferList: moved };
}

/** Notes that `value` was posted. */
export function posted(value: unknown): void {
  unmark(value);
}

/** The value that came from the other thread. */
export function unmarshal({ value, descriptors }: Marshalled, table: AddressTable): unknown {
  if (descriptors.length === 0) return value;
  const whole = descriptors.reduce(
    (root, [keys, descriptor]) => put(root, keys, table.importAddress(descriptor)),
    value,
  );
  return withAttachments(whole, NOTHING_MOVES);
}

/** Makes the error for `value`, which could not be sent to another thread for `error`; it names the part to blame. */
export function uncloneable(
  actor: string,
  value: unknown,
  error: unknown,
  what: string = MESSAGE_ROOT,
): MessageNotCloneableError {
  const node = find(value, (inner) => typeof inner === "function" || typeof inner === "symbol", what);
  if (node === undefined) return notCloneable(actor, what, `refused (${textOf(error)})`);
  return notCloneable(actor, propertyPath(node), `a ${typeof node.value}`);
}

function notCloneable(actor: string, path: string, reason: string): MessageNotCloneableError {
  return new MessageNotCloneableError(path, reason, {
    way: `to or from actor "${actor}", between threads`,
    remedy: "Send data that structuredClone() takes, and addresses; functions stay in the module of the actor",
  });
}

function cloned(actor: string, value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw uncloneable(actor, value, error);
  }
}

/** Returns true if nothing in `copy` needs a copy itself: so are most messages, and this is ten times as fast. */
function isFlat(copy: Readonly<Record<string, unknown>>): boolean {
  for (const key in copy) {
    const value = copy[key];
    if (isObject(value) || typeof value === "function" || typeof value === "symbol") return false;
  }
  return true;
}

/** Takes the objects that `isTaken` selects out of a copy of the objects and arrays around them. */
function strip(actor: string, value: unknown, isTaken: (each: object) => boolean): Stripped {
  const isWanted = (each: unknown): boolean => isObject(each) && isTaken(each);
  if (find(value, isWanted) === undefined) return { bare: value, parts: [] };
  const parts: (readonly [readonly string[], object])[] = [];
  const copies = new Map<object, Container>();
  const unfilled: (readonly [Container, readonly string[]])[] = [];
  const bareOf = (each: unknown, keys: readonly string[]): unknown => {
    if (!isObject(each)) return each;
    if (isTaken(each)) {
      parts.push([keys, each]);
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
  const left = find(bare, (each) => isObject(each) && isAddress(each)) ?? strangerAmong(parts);
  if (left !== undefined) throw refusal(actor, left);
  return { bare, parts };
}

/** An address that nothing can be sent to. */
function strangerAmong(parts: Stripped["parts"]): PathNode | undefined {
  const stranger = parts.find(([, part]) => TARGET in part && !("tell" in part));
  return stranger && { value: stranger[1], key: [MESSAGE_ROOT, ...stranger[0]].join("."), parent: undefined };
}

function refusal(actor: string, node: PathNode): MessageNotCloneableError {
  const isStranger = !("tell" in (node.value as object));
  const why = isStranger ? "the address of a supervisor" : "an address outside of plain objects and arrays";
  return notCloneable(actor, propertyPath(node), why);
}

/** Returns true for an object that is no value, and is sent by other means. */
function isPart(value: object): boolean {
  return isAddress(value) || isEnd(value);
}

function isAddress(value: object): boolean {
  return TARGET in value;
}

/** Puts `value` where `keys` lead to in `root`, and returns the root; without keys, `value` takes its place. */
function put(root: unknown, keys: readonly string[], value: object): unknown {
  const last = keys.at(-1);
  if (last === undefined) return value;
  const at = keys.slice(0, -1).reduce((container, key) => container[key] as Container, root as Container);
  at[last] = value;
  return root;
}

/** Finds the first value in `root` of that kind. Ignores getters that throw: the copy reports them better. */
function find(root: unknown, isWanted: (value: unknown) => boolean, what = MESSAGE_ROOT): PathNode | undefined {
  const seen = new Set<unknown>();
  const pending: PathNode[] = [{ value: root, key: what, parent: undefined }];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { value } = node;
    if (isWanted(value)) return node;
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    for (const [key, inner] of entriesOf(value)) pending.push({ value: inner, key, parent: node });
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

function propertyPath(node: PathNode): string {
  const keys: string[] = [];
  for (let at: PathNode | undefined = node; at !== undefined; at = at.parent) keys.unshift(at.key);
  return keys.join("");
}
