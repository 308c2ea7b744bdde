/**
 * One value for several recipients: they share everything in it, except that each strong address belongs to one of them. The
 * addresses are found where `dropAddresses` finds them.
 */
import { replace } from "@pneumatic/core/internal";
import { dropAddresses, hasStrong, isHandle, isStrong } from "./walk.ts";

/** A strong handle of any kind. */
interface Strong extends Disposable {
  clone(): Strong;
}

/** Returns a copy of `value` in which each strong address is a clone, or `value` itself if it has none. */
export function cloneForRecipient<T>(value: T): T {
  return hasStrong(value) ? (copyOf(value) as T) : value;
}

/** Throws for an address that was dropped; then it has made nothing. */
function copyOf(value: unknown): unknown {
  const clones: Strong[] = [];
  const cloned = (each: object): unknown => {
    if (!isHandle(each)) return undefined;
    if (!isStrong(each)) return each;
    const clone = (each as unknown as Strong).clone();
    clones.push(clone);
    return clone;
  };
  try {
    return replace(value, cloned, { reach: "collections" });
  } catch (misuse) {
    dropAddresses(clones);
    throw misuse;
  }
}
