/**
 * Clones a value for another owner: everything in it is common to all owners, except that each strong address belongs
 * to one of them. It finds the addresses where `dropAddresses` does: in plain objects and arrays.
 */

import { isObject, TARGET } from "./target.ts";
import { dropAddresses, forEachHandle, isPlain } from "./walk.ts";

/** A strong handle of any kind. */
interface Strong extends Disposable {
  clone(): Strong;
}

type Container = Record<string, unknown>;

/** Returns what another owner gets: a copy in which each strong address is a clone, or `value` if it has none. */
export function cloneForRecipient<T>(value: T): T {
  return isFlat(value) || !hasStrong(value) ? value : (copyOf(value) as T);
}

/** Returns true if there is nothing to walk: so are most messages, so it costs as little as it can. */
function isFlat(value: unknown): boolean {
  if (!isObject(value)) return true;
  if (TARGET in value) return false;
  try {
    for (const key in value) if (isObject((value as Container)[key])) return false;
  } catch {
    // A getter throws: a walk finds nothing in the value.
  }
  return true;
}

function hasStrong(value: unknown): boolean {
  let found = false;
  forEachHandle(value, (handle) => {
    found ||= isStrong(handle);
  });
  return found;
}

/** Throws for an address that was dropped, and then has made nothing. */
function copyOf(value: unknown): unknown {
  const copies = new Map<object, object>();
  const unfilled: Container[] = [];
  const copied = (each: unknown): unknown => {
    if (!isObject(each)) return each;
    const known = copies.get(each);
    if (known !== undefined) return known;
    if (!isStrong(each) && !isContainer(each)) return each;
    const copy = isStrong(each) ? each.clone() : shallow(each);
    copies.set(each, copy);
    if (!isStrong(each)) unfilled.push(copy as Container);
    return copy;
  };
  try {
    const root = copied(value);
    for (const copy of unfilled) for (const key of Object.keys(copy)) copy[key] = copied(copy[key]); // grows meanwhile
    return root;
  } catch (misuse) {
    for (const [from, copy] of copies) if (isStrong(from)) dropAddresses(copy);
    throw misuse;
  }
}

function shallow(value: object): object {
  if (Array.isArray(value)) return [...value];
  return Object.setPrototypeOf({ ...value }, Object.getPrototypeOf(value));
}

function isStrong(value: object): value is Strong {
  return TARGET in value && Symbol.dispose in value;
}

/** Without an address in it itself, and with nothing that throws when it is read. */
function isContainer(value: object): boolean {
  return !(TARGET in value) && (Array.isArray(value) || isPlain(value));
}
