/**
 * Copies what is sent to an actor on a thread, at the call: later changes by the sender are not seen, and what cannot be
 * copied is refused while the sender is still there to be told.
 */
import { isObject, isPlain, TARGET } from "../address/handle.ts";
import { textOf } from "../cell/exit-reason.ts";
import { MessageNotCloneableError } from "../errors.ts";

/** A value inside a message, and the way to it. */
interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Place | undefined;
}

/** A copy of `value` as `structuredClone` makes it; throws with the path of the property that cannot be copied. */
export function copyFor(actor: string, value: unknown): unknown {
  if (isObject(value) && isPlain(value)) {
    const copy: Record<string, unknown> = { ...value };
    if (isFlat(copy)) return copy;
  }
  const address = find(value, (inner) => typeof inner === "object" && inner !== null && TARGET in inner);
  if (address !== undefined) {
    throw new MessageNotCloneableError(actor, pathOf(address), "is an address, and addresses do not cross threads yet");
  }
  try {
    return structuredClone(value);
  } catch (error) {
    const place = find(value, (inner) => typeof inner === "function" || typeof inner === "symbol");
    if (place === undefined)
      throw new MessageNotCloneableError(actor, "the message", `cannot be copied: ${textOf(error)}`);
    throw new MessageNotCloneableError(actor, pathOf(place), `is a ${typeof place.value}`);
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

/** The first value in `root` of that kind. What a getter throws is left to the copy, which says it better. */
function find(root: unknown, isWanted: (value: unknown) => boolean): Place | undefined {
  const seen = new Set<unknown>();
  const pending: Place[] = [{ value: root, key: "the message", parent: undefined }];
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
