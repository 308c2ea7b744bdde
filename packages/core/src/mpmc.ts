/** Channels whose receivers can be cloned as well: several consumers share one queue. */
import type { ChannelOptions } from "./channel-options.ts";
import { boundedChannel, unboundedChannel } from "./internal/make-channel.ts";
import { ChannelReceiver } from "./internal/receiver.ts";
import { boundedSender, unboundedSender } from "./internal/senders.ts";
import type { MpmcReceiver } from "./receiver.ts";
import type { Sender, SyncSender } from "./sender.ts";

/**
 * Makes channels as `channel` and `syncChannel` do, but with a receiver that can be cloned.
 *
 * @example
 * ```ts
 * import { mpmc } from "@pneumatic/core";
 *
 * const [jobs, queue] = mpmc.channel<number>();
 * const work = async (rx: typeof queue, done: number[] = []) => {
 *   for await (const job of rx) done.push(job);
 *   return done.length;
 * };
 * const workers = [work(queue.clone()), work(queue)];
 * for (let job = 0; job < 100; job++) jobs.send(job);
 * jobs.drop();
 * const [one = 0, other = 0] = await Promise.all(workers);
 * console.log(one + other); // 100
 * ```
 */
export const mpmc: {
  /** Makes an unbounded channel, as {@link channel} does. */
  channel<T>(options?: ChannelOptions): [Sender<T>, MpmcReceiver<T>];
  /** Makes a channel with a capacity, as {@link syncChannel} does. */
  syncChannel<T>(capacity: number, options?: ChannelOptions): [SyncSender<T>, MpmcReceiver<T>];
} = {
  channel: <T>(options?: ChannelOptions) => {
    const shared = unboundedChannel<T>(options);
    return [unboundedSender(shared), new SharedReceiver(shared)];
  },
  syncChannel: <T>(capacity: number, options?: ChannelOptions) => {
    const shared = boundedChannel<T>(capacity, options);
    return [boundedSender(shared), new SharedReceiver(shared)];
  },
};

class SharedReceiver<T> extends ChannelReceiver<T> implements MpmcReceiver<T> {
  clone(): MpmcReceiver<T> {
    const source = this.use("clone");
    source.addReceiver();
    return new SharedReceiver(source);
  }
}
