/** `@nodeguy/channel`. It keeps every operation it ever had, so long runs and bursts slow down. */

import { createRequire } from "node:module";
import type { ReadWriteChannel } from "@nodeguy/channel";
import type { ChannelOps } from "../drivers.ts";
import { awaiting, produce } from "../drivers.ts";
import type { Peer, Plan } from "../plan.ts";

type Opened = ReadWriteChannel<number>;

interface Channels {
  (capacity: number): Opened;
  select(operations: readonly Promise<number>[]): Promise<Opened>;
}

/** It is CommonJS, and its types say otherwise. */
const Channel: Channels = createRequire(import.meta.url)("@nodeguy/channel");

const ops: ChannelOps<Opened, Opened, number> = {
  open: (capacity) => {
    const channel = Channel(capacity);
    return [channel, channel];
  },
  send: (channel, value) => channel.push(value),
  receive: (channel) => channel.shift(),
  value: (received) => received,
};

export const peer: Peer = { ...awaiting(ops), select };

async function select(plan: Plan): Promise<void> {
  const channels = Array.from({ length: plan.senders }, () => Channel(plan.capacity));
  const tasks = channels.map((channel, index) => produce(ops, channel, index, plan));
  for (let left = plan.senders * plan.each; left > 0; left--) {
    const ready = await Channel.select(channels.map((channel) => channel.shift()));
    plan.receive(ready.value());
  }
  await Promise.all(tasks);
}
