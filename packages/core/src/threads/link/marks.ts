/**
 * Marks of messages whose buffers are to be moved instead of copied. A mark is found by the message itself, and used up when
 * the message goes to another thread.
 */
import type { TransferList } from "./transfer-list.ts";

const marks = new WeakMap<object, TransferList>();
/** Whether there was ever a mark, so that those who use none pay nothing. */
let isUsed = false;

/** Marks `message`: `transferList` is moved with it. */
export function mark(message: object, transferList: TransferList): void {
  isUsed = true;
  marks.set(message, transferList);
}

export function isMarked(value: unknown): boolean {
  return isUsed && typeof value === "object" && value !== null && marks.has(value);
}

/** Returns what is to be transferred with `value`. */
export function markOf(value: unknown): TransferList {
  return isMarked(value) ? (marks.get(value as object) ?? []) : [];
}

/** Takes the mark from `value`, which was sent. */
export function unmark(value: unknown): void {
  if (isMarked(value)) marks.delete(value as object);
}
