/** `chan` of `@ayonli/jsext`. */

import type { Channel } from "@ayonli/jsext/chan";
import chan from "@ayonli/jsext/chan";
import type { ChannelOps } from "../drivers.ts";
import { awaiting, iterating } from "../drivers.ts";
import type { Peer } from "../plan.ts";

const ops: ChannelOps<Channel<number>, Channel<number>, number | undefined> = {
  open: (capacity) => {
    const channel = chan<number>(capacity);
    return [channel, channel];
  },
  send: (channel, value) => channel.send(value),
  receive: (channel) => channel.recv(),
  value: (received) => received ?? Number.NaN,
};

export const peer: Peer = { ...awaiting(ops), ...iterating(ops) };
