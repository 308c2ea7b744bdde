/** Makes channels of the options that users give. The ends are put on them in channel.ts and mpmc.ts. */
import type { ChannelOptions } from "../channel-options.ts";
import { Channel } from "./channel.ts";
import { checkArgument, checkOptions, count, flag } from "./options.ts";

const CHANNEL_OPTIONS = { cooperative: flag };

/** Makes what the ends of an unbounded channel share. */
export function unboundedChannel<T>(options: ChannelOptions | undefined): Channel<T> {
  return new Channel<T>(Number.POSITIVE_INFINITY, isCooperative(options));
}

/** Makes what the ends of a channel with a capacity share. */
export function boundedChannel<T>(capacity: number, options: ChannelOptions | undefined): Channel<T> {
  checkArgument("The capacity of syncChannel", capacity, count);
  return new Channel<T>(capacity, isCooperative(options));
}

function isCooperative(options: ChannelOptions | undefined): boolean {
  if (options !== undefined) checkOptions(options, CHANNEL_OPTIONS);
  return options?.cooperative !== false;
}
