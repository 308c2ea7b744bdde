/** `async-channel`. */
import { Channel } from "async-channel";
import type { ChannelOps } from "../drivers.ts";
import { awaiting, iterating } from "../drivers.ts";
import type { Peer } from "../plan.ts";

const ops: ChannelOps<Channel<number>, Channel<number>, number> = {
  open: (capacity) => {
    const channel = new Channel<number>(capacity);
    return [channel, channel];
  },
  send: (channel, value) => channel.push(value),
  receive: (channel) => channel.get(),
  value: (received) => received,
};

export const peer: Peer = { ...awaiting(ops), ...iterating(ops) };
