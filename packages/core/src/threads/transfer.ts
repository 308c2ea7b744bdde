/** The function by which a program moves buffers with a message, instead of copying them. The marks are in link/marks.ts. */
import { InvalidArgumentError } from "../errors.ts";
import { mark } from "./link/marks.ts";
import type { TransferList } from "./link/transfer-list.ts";

/**
 * Marks `message`, and returns it. When the message goes to another thread, the objects in `transferList` move there instead of
 * being copied, and are unusable here from then on. Within one thread the mark means nothing.
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
export function transfer<T extends object>(message: T, transferList: TransferList): T {
  if (Object(message) !== message) throw new InvalidArgumentError("The message of transfer", "an object", message);
  if (!Array.isArray(transferList)) {
    throw new InvalidArgumentError("The transferList of transfer", "an array of what to transfer", transferList);
  }
  mark(message, [...transferList]);
  return message;
}
