/** The functions that make channels, each with one sender and one receiver. The state that both share is internal/channel.ts. */
import type { ChannelOptions } from "./channel-options.ts";
import { boundedChannel, unboundedChannel } from "./internal/make-channel.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import { boundedSender, unboundedSender } from "./internal/senders.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender, SyncSender } from "./sender.ts";

/**
 * Makes an unbounded channel: `send` never waits, so memory is the limit.
 *
 * Every value that was sent `ok` is received once, in order, unless the receiver is dropped first. (After
 * `std::sync::mpsc::channel`.)
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<number>();
 * tx.send(42);
 * tx.drop();
 * console.log(await rx.recv()); // { ok: true, value: 42 }
 * ```
 */
export function channel<T>(options?: ChannelOptions): [Sender<T>, Receiver<T>] {
  const shared = unboundedChannel<T>(options);
  return [unboundedSender(shared), new ChannelReceiver(shared)];
}

/**
 * Makes a channel that queues at most `capacity` values, so that a fast sender waits for a slow receiver. With capacity 0, a
 * rendezvous, a send is complete when its value was taken.
 *
 * Throws {@link InvalidArgumentError}, a `RangeError`, unless `capacity` is an integer of 0 or more. (After
 * `std::sync::mpsc::sync_channel`.)
 *
 * @example
 * ```ts
 * import { syncChannel } from "@pneumatic/core";
 *
 * const [tx, rx] = syncChannel<string>(0);
 * const sent = tx.send("handed over");
 * console.log(tx.trySend("nobody waits").ok); // false
 * console.log(await rx.recv()); // { ok: true, value: "handed over" }
 * console.log((await sent).ok); // true
 * ```
 */
export function syncChannel<T>(capacity: number, options?: ChannelOptions): [SyncSender<T>, Receiver<T>] {
  const shared = boundedChannel<T>(capacity, options);
  return [boundedSender(shared), new ChannelReceiver(shared)];
}
