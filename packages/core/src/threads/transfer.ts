/**
 * Marks of messages whose buffers are to be moved instead of copied. A mark is found by the message itself, and used up when
 * the message goes to another thread.
 */
import type { TransferListItem } from "node:worker_threads";
import { InvalidArgumentError } from "../errors.ts";

const marks = new WeakMap<object, readonly TransferListItem[]>();
/** Whether there was ever a mark, so that those who use none pay nothing. */
let isUsed = false;

/**
 * The same message, marked: when it is sent to another thread, what `transferList` names is moved there instead of copied, and
 * is unusable here from then on. Within one thread the mark means nothing.
 *
 * Throws {@link InvalidArgumentError} for a message that is no object. (After the `transferList` of `postMessage`.)
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 * import { transfer } from "@pneumatic/core/threads";
 *
 * const [tx, rx] = channel<{ pixels: ArrayBuffer }>();
 * const pixels = new ArrayBuffer(1024);
 * tx.send(transfer({ pixels }, [pixels]));
 * const received = rx.tryRecv();
 * if (received.ok) console.log(received.value.pixels === pixels); // true: it has not left this thread
 * tx.drop();
 * ```
 */
export function transfer<T extends object>(message: T, transferList: readonly TransferListItem[]): T {
  if (Object(message) !== message) throw new InvalidArgumentError("The message of transfer", "an object", message);
  if (!Array.isArray(transferList)) {
    throw new InvalidArgumentError("The transferList of transfer", "an array of what to transfer", transferList);
  }
  isUsed = true;
  marks.set(message, [...transferList]);
  return message;
}

export function isMarked(value: unknown): boolean {
  return isUsed && typeof value === "object" && value !== null && marks.has(value);
}

/** What is to be transferred with `value`. */
export function markOf(value: unknown): readonly TransferListItem[] {
  return isMarked(value) ? (marks.get(value as object) ?? []) : [];
}

/** `value` was sent. */
export function unmark(value: unknown): void {
  if (isMarked(value)) marks.delete(value as object);
}
