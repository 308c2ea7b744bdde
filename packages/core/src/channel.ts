/** Makes channels: both ends of a queue with many senders and one receiver. */
import { InvalidArgumentError } from "./errors.ts";
import { Channel } from "./internal/channel.ts";
import { boundedSender, unboundedSender } from "./internal/senders.ts";
import type { Receiver } from "./receiver.ts";
import { ChannelReceiver } from "./receiver.ts";
import type { Sender, SyncSender } from "./sender.ts";

/**
 * An unbounded channel: `send` never waits, so memory is the limit.
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
export function channel<T>(): [Sender<T>, Receiver<T>] {
  const shared = new Channel<T>(Number.POSITIVE_INFINITY);
  return [unboundedSender(shared), new ChannelReceiver(shared)];
}

/**
 * A channel that queues at most `capacity` values, so that a fast sender waits for a slow receiver. With capacity 0, a
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
export function syncChannel<T>(capacity: number): [SyncSender<T>, Receiver<T>] {
  if (!(Number.isSafeInteger(capacity) && capacity >= 0)) {
    throw new InvalidArgumentError("The capacity of syncChannel", "an integer of 0 or more", capacity);
  }
  const shared = new Channel<T>(capacity);
  return [boundedSender(shared), new ChannelReceiver(shared)];
}
