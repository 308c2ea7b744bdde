/** Makes channels: both ends of a queue with many senders and one receiver. */
import { Channel } from "./internal/channel.ts";
import { checkArgument, checkOptions, count, flag } from "./internal/options.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import { boundedSender, unboundedSender } from "./internal/senders.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender, SyncSender } from "./sender.ts";

/** What can be chosen when a channel is made. */
export interface ChannelOptions {
  /**
   * Whether `send`, `recv` and iteration make room for timers and I/O when they are always ready: after 2 ms without a turn
   * of the event loop they resolve in the next one. Default true; false where every microsecond counts and something
   * else yields. (After tokio's cooperative budget.)
   */
  readonly cooperative?: boolean | undefined;
}

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
export function channel<T>(options?: ChannelOptions): [Sender<T>, Receiver<T>] {
  const shared = unboundedChannel<T>(options);
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
export function syncChannel<T>(capacity: number, options?: ChannelOptions): [SyncSender<T>, Receiver<T>] {
  const shared = boundedChannel<T>(capacity, options);
  return [boundedSender(shared), new ChannelReceiver(shared)];
}

/** What the ends of an unbounded channel share. */
export function unboundedChannel<T>(options: ChannelOptions | undefined): Channel<T> {
  return new Channel<T>(Number.POSITIVE_INFINITY, isCooperative(options));
}

/** What the ends of a channel with a capacity share. */
export function boundedChannel<T>(capacity: number, options: ChannelOptions | undefined): Channel<T> {
  checkArgument("The capacity of syncChannel", capacity, count);
  return new Channel<T>(capacity, isCooperative(options));
}

const CHANNEL_OPTIONS = { cooperative: flag };

function isCooperative(options: ChannelOptions | undefined): boolean {
  if (options !== undefined) checkOptions(options, CHANNEL_OPTIONS);
  return options?.cooperative !== false;
}
