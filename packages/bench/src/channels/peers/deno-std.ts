/**
 * The channel of denoland/std, `@std/async/unstable-channel`. It is measured when it can be imported by that name, and reported
 * as not installed otherwise: it is not a dependency, since it is published elsewhere than the others.
 */
import type { TryOps } from "../drivers.ts";
import { awaiting, iterating, trying } from "../drivers.ts";
import type { Peer } from "../plan.ts";

interface Channel extends AsyncIterable<number> {
  send(value: number): Promise<void>;
  receive(): Promise<number>;
  trySend(value: number): boolean;
  tryReceive(): { readonly state: "ok"; readonly value: number } | { readonly state: "empty" | "closed" };
  close(): void;
}

interface Module {
  readonly Channel: new (options: { readonly capacity: number }) => Channel;
}

const SPECIFIER: string = "@std/async/unstable-channel";

export async function load(): Promise<Peer> {
  const { Channel }: Module = await import(SPECIFIER);
  const ops: TryOps<Channel, Channel, number> = {
    open: (capacity) => {
      const channel = new Channel({ capacity });
      return [channel, channel];
    },
    send: (channel, value) => channel.send(value),
    receive: (channel) => channel.receive(),
    value: (received) => received,
    trySend: (channel, value) => channel.trySend(value),
    tryReceive: (channel) => {
      const result = channel.tryReceive();
      return result.state === "ok" ? result.value : undefined;
    },
  };
  return { ...awaiting(ops), ...trying(ops), ...iterating(ops) };
}
