/** The question whether the other end of a port was closed, as by its thread's death, without waiting for the event. */
import type { MessagePort } from "node:worker_threads";

/**
 * Returns whether `port` has taken in the close of the other end. The only sign is that such a port cannot be transferred, which
 * Node finds out before it reads the message. So a getter in the message that is not reached is the sign; one that is reached
 * throws, so that the port stays. (Tried on Node 20, 22, 24 and 26.)
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
