/** A channel for one value, once: the reply to a request, the end of a task. */
import { Channel } from "./internal/channel.ts";
import { oneshotSender } from "./internal/oneshot-sender.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import type { OneshotReceiver } from "./receiver.ts";
import type { OneshotSender } from "./sender.ts";

/**
 * A channel that carries one value. The sender is used up by sending it; dropped without, the receiver disconnects, and
 * after its value too. (After tokio's `oneshot`.)
 *
 * @example
 * ```ts
 * import { oneshot } from "@pneumatic/core";
 *
 * const [reply, replied] = oneshot<string>();
 * reply.send("done");
 * console.log(await replied.recv()); // { ok: true, value: "done" }
 * console.log((await replied.recv()).ok); // false: there is no other
 * ```
 */
export function oneshot<T>(): [OneshotSender<T>, OneshotReceiver<T>] {
  const shared = new Channel<T>(Number.POSITIVE_INFINITY);
  return [oneshotSender(shared), new ChannelReceiver(shared)];
}
