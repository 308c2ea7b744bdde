/** `postMessage` through a `MessageChannel` of each pair of threads: a message each time, or an array of many. */
import type { MessagePort } from "node:worker_threads";
import { MessageChannel } from "node:worker_threads";
import type { Medium, Wire } from "./wire.ts";

export const raw: Medium = medium((ports) => ({
  send: (message, transferList) => {
    ports[0]!.postMessage(message, transferList);
    return undefined;
  },
  flush: () => {},
  listen: (receive) => {
    for (const port of ports) port.on("message", receive);
  },
}));

/** What is in one array shares what it has in common, which messages of their own do not. */
export function batched(size: number): Medium {
  return medium((ports) => {
    let batch: unknown[] = [];
    const flush = () => {
      if (batch.length === 0) return;
      ports[0]!.postMessage(batch);
      batch = [];
    };
    return {
      send: (message) => {
        if (batch.push(message) === size) flush();
        return undefined;
      },
      flush,
      listen: (receive) => {
        for (const port of ports) {
          port.on("message", (messages: unknown[]) => {
            for (const message of messages) receive(message);
          });
        }
      },
    };
  });
}

function medium(wireOf: (ports: readonly MessagePort[]) => Wire): Medium {
  return {
    open: (threads) => {
      const channels = Array.from({ length: threads }, () => new MessageChannel());
      return { wire: wireOf(channels.map(({ port1 }) => port1)), ports: channels.map(({ port2 }) => port2) };
    },
    join: (port) => wireOf([port]),
  };
}
