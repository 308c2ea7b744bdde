/** Whether the other end of a port was closed, as its thread's death does, without waiting for the event that tells it. */
import type { MessagePort } from "node:worker_threads";

/**
 * Whether `port` has taken in the close of the other end. Nothing tells but that such a port cannot be transferred, which Node
 * finds out before it reads what goes along: so a getter that is not reached says it, and one that is throws, so that the
 * port stays. (Tried on Node 20, 22, 24 and 26.)
 */
export function isClosing(port: MessagePort): boolean {
  let isOpen = false;
  const probe = {
    get stop(): never {
      isOpen = true;
      throw probe;
    },
  };
  try {
    structuredClone(probe, { transfer: [port] });
  } catch {
    return !isOpen;
  }
  return false;
}
