/**
 * Messages that went, with their transferred objects, to a thread that has not handled them. They cannot be handled
 * once more: the transferred objects are gone.
 */
const transferred = new WeakSet<object>();
/** True once there was one, so that messages without transfers cost nothing. */
let wereTransferred = false;

export function markTransferred(message: object): void {
  wereTransferred = true;
  transferred.add(message);
}

export function isTransferred(message: unknown): boolean {
  return wereTransferred && transferred.has(Object(message));
}
