/**
 * The addresses inside a value. They are found as core's walker finds things: in plain objects and arrays of any realm, in Maps
 * and Sets, at any depth. A part that cannot be read, because a getter or a proxy throws, has none.
 */
import { isPlain, PRUNE, STOP, walk } from "@pneumatic/core/internal";
import type { Target } from "./target.ts";
import { isObject, TARGET } from "./target.ts";

export { isPlain };

/** A strong handle on an actor, a router or a supervisor. */
export interface StrongAddress extends Disposable {
  readonly [TARGET]: Target;
  readonly isDropped: boolean;
}

const REACH = { reach: "collections", isTolerant: true } as const;

/** Returns every strong handle in `value` that was not dropped: itself, or one inside of it. */
export function strongAddresses(value: unknown): StrongAddress[] {
  const found: StrongAddress[] = [];
  forEachHandle(value, (handle) => {
    if (isStrong(handle) && !handle.isDropped) found.push(handle);
  });
  return found;
}

/** Returns true if there is nothing to walk, as in most messages: so this costs as little as it can. */
function isFlat(value: unknown): boolean {
  if (!isObject(value)) return true;
  try {
    for (const key in value) if (isObject((value as Record<string, unknown>)[key])) return false;
    return !(TARGET in value) && (!("size" in value) || isPlain(value)); // a Map or a Set has a size
  } catch {
    return false; // a getter or a proxy has thrown: other parts may still have addresses
  }
}

/** Calls `visit` for every handle in `value`, weak ones too. */
export function forEachHandle(value: unknown, visit: (handle: object) => void): void {
  if (isFlat(value)) return;
  walk(
    value,
    (each) => {
      if (!isHandle(each)) return undefined;
      visit(each);
      return PRUNE;
    },
    REACH,
  );
}

/** Returns true if there is a strong handle in `value`. */
export function hasStrong(value: unknown): boolean {
  if (isFlat(value)) return false;
  return walk(value, (each) => (isHandle(each) ? (isStrong(each) ? STOP : PRUNE) : undefined), REACH);
}

/** Drops every strong handle in `value`: for a message or an argument that the runtime gives up, and that nobody else owns. */
export function dropAddresses(value: unknown): void {
  if (isFlat(value)) return;
  for (const address of strongAddresses(value)) address[Symbol.dispose]();
}

/** Returns true if `value` is a handle, strong or weak. */
export function isHandle(value: unknown): value is object {
  try {
    return isObject(value) && TARGET in value;
  } catch {
    return false; // a proxy
  }
}

/** Returns true if `value` is a strong handle that was dropped. */
export function isDroppedAddress(value: object): boolean {
  return isHandle(value) && isStrong(value) && value.isDropped;
}

/** Returns true if a handle is a strong one. */
export function isStrong(value: object): value is StrongAddress {
  return Symbol.dispose in value;
}
