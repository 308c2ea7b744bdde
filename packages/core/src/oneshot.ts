/** A channel for one value, once: the reply to a request, the end of a task. */
import { Channel } from "./internal/channel.ts";
import { oneshotSender } from "./internal/oneshot-sender.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import type { OneshotReceiver } from "./receiver.ts";
import type { OneshotSender } from "./sender.ts";

/**
 * Makes a channel that carries one value. Sending uses the sender up. The receiver disconnects after the value, or at once
 * if the sender is dropped without one. (After tokio's `oneshot`.)
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
