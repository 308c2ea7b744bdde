/** The makers of channels from the options of users. Upstream are channel.ts and mpmc.ts, which add the ends. */
import type { ChannelOptions } from "../channel-options.ts";
import { Channel } from "./channel.ts";
import { checkArgument, checkOptions, count, flag } from "./options.ts";

const CHANNEL_OPTIONS = { cooperative: flag };

/** Makes the shared state of an unbounded channel. */
export function unboundedChannel<T>(options: ChannelOptions | undefined): Channel<T> {
  return new Channel<T>(Number.POSITIVE_INFINITY, isCooperative(options));
}

/** Makes the shared state of a channel with a capacity. */
export function boundedChannel<T>(capacity: number, options: ChannelOptions | undefined): Channel<T> {
  checkArgument("The capacity of syncChannel", capacity, count);
  return new Channel<T>(capacity, isCooperative(options));
}

function isCooperative(options: ChannelOptions | undefined): boolean {
  if (options !== undefined) checkOptions(options, CHANNEL_OPTIONS);
  return options?.cooperative !== false;
}
