/** The addresses inside a value: found by walking plain objects and arrays. */
import type { Target } from "./target.ts";
import { isObject, TARGET } from "./target.ts";

/** A strong handle on an actor or a supervisor. */
export interface StrongAddress extends Disposable {
  readonly [TARGET]: Target;
  readonly isDropped: boolean;
}

/**
 * Every strong handle in `value` that was not dropped: itself, or found by walking plain objects and arrays. What cannot be
 * looked into has none.
 */
export function strongAddresses(value: unknown): StrongAddress[] {
  const found: StrongAddress[] = [];
  forEachHandle(value, (handle) => {
    if (isStrong(handle) && !handle.isDropped) found.push(handle);
  });
  return found;
}

/** Calls `visit` for every handle in `value`, weak ones too. */
export function forEachHandle(value: unknown, visit: (handle: object) => void): void {
  if (!isObject(value)) return;
  const pending = visitOrOpen(value, visit);
  if (pending === undefined) return; // as nearly always: a message without objects needs no walk
  const seen = new Set<object>([value]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const inner of visitOrOpen(next, visit) ?? []) pending.push(inner);
  }
}

/** Visits a handle; of a plain object or an array, returns the objects in it, if there are any. */
function visitOrOpen(value: object, visit: (handle: object) => void): object[] | undefined {
  let inner: object[] | undefined;
  try {
    if (TARGET in value) visit(value);
    else if (Array.isArray(value) || isPlain(value)) {
      for (const key in value) {
        const item: unknown = (value as Record<string, unknown>)[key];
        if (!isObject(item)) continue;
        if (inner === undefined) inner = [item];
        else inner.push(item);
      }
    }
  } catch {
    // A getter or a proxy of the user's that throws.
  }
  return inner;
}

/** Drops every strong handle in `value`: a message or an argument that no other code will drop. */
export function dropAddresses(value: unknown): void {
  for (const address of strongAddresses(value)) address[Symbol.dispose]();
}

/** Returns true if `value` is a strong handle that was dropped. */
export function isDroppedAddress(value: object): boolean {
  return TARGET in value && isStrong(value) && value.isDropped;
}

/** Returns true if a handle is a strong one. */
export function isStrong(value: object): value is StrongAddress {
  return Symbol.dispose in value;
}

/** Returns true if `value` is an object literal, so that a walk can enter it. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
