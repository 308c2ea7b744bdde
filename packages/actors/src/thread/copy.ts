/**
 * Copies what is sent to an actor on a thread, at the call: later changes by the sender are not seen, and what cannot be
 * copied is refused while the sender is still there to be told.
 */
import { TARGET } from "../address/handle.ts";
import { MessageNotCloneableError } from "../errors.ts";

/** A copy of `value` as `structuredClone` makes it; throws with the path of the property that cannot be copied. */
export function copyFor(actor: string, value: unknown): unknown {
  const refused = refusal(value, "the message", new Set());
  if (refused !== undefined) throw new MessageNotCloneableError(actor, ...refused);
  try {
    return structuredClone(value);
  } catch (error) {
    throw new MessageNotCloneableError(actor, "the message", `cannot be copied: ${(error as Error).message}`);
  }
}

/** The first property that a copy cannot have, and why. Only plain objects and arrays are entered. */
function refusal(value: unknown, path: string, seen: Set<unknown>): [path: string, why: string] | undefined {
  if (typeof value === "function") return [path, "is a function"];
  if (typeof value === "symbol") return [path, "is a symbol"];
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (TARGET in value) return [path, "is an address, and addresses do not cross threads yet"];
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = refusal(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
