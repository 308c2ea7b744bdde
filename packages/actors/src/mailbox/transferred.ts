/**
 * Messages that were given away, with what they transfer, to a thread that has not handled them. They cannot be handled once
 * more: what was transferred is gone.
 */
const transferred = new WeakSet<object>();
/** Whether there ever was one, so that those who transfer nothing pay nothing. */
let wereTransferred = false;

export function markTransferred(message: object): void {
  wereTransferred = true;
  transferred.add(message);
}

export function isTransferred(message: unknown): boolean {
  return wereTransferred && transferred.has(Object(message));
}
