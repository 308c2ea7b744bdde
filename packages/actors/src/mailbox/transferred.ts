/**
 * Messages that were given away, with what they transfer, to a thread that has not handled them. They cannot be handled once
 * more: what was transferred is gone.
 */
const spent = new WeakSet<object>();
/** Whether there ever was one, so that those who transfer nothing pay nothing. */
let areSpent = false;

export function spend(message: object): void {
  areSpent = true;
  spent.add(message);
}

export function isSpent(message: unknown): boolean {
  return areSpent && spent.has(Object(message));
}
