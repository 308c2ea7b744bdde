/**
 * The marks of messages whose buffers are to be moved instead of copied. The message itself is the key of its mark. The mark is
 * used up when the message goes to another thread. Upstream is transfer.ts, by which users mark.
 */
import type { TransferList } from "./transfer-list.ts";

const marks = new WeakMap<object, TransferList>();
/** True once there was a mark. Those who use none pay nothing. */
let isUsed = false;

/** Marks `message`: the objects in `transferList` move with it. */
export function mark(message: object, transferList: TransferList): void {
  isUsed = true;
  marks.set(message, transferList);
}

/** Returns whether `value` is a message with a mark. */
export function isMarked(value: unknown): boolean {
  return isUsed && typeof value === "object" && value !== null && marks.has(value);
}

/** Returns the objects that are to be moved with `value`. */
export function markOf(value: unknown): TransferList {
  return isMarked(value) ? (marks.get(value as object) ?? []) : [];
}

/** Takes the mark from `value`, which was sent. */
export function unmark(value: unknown): void {
  if (isMarked(value)) marks.delete(value as object);
}
