/** Ours, through the public API: a channel there and a channel back, whose ends for one thread go there together. */
import type { Receiver, Sender, SyncSender } from "@pneumatic/core";
import { channel, syncChannel } from "@pneumatic/core";
import type { EndsPort } from "@pneumatic/core/threads";
import { fromPort, toPort, transfer } from "@pneumatic/core/threads";
import type { Medium, Wire } from "./wire.ts";

type Listen = (receiver: Receiver<unknown>, receive: (message: unknown) => void) => Promise<void>;

/** Unbounded; sends at once. */
export function unbounded(listen: Listen): Medium {
  return medium(() => channel<unknown>(), sendAtOnce, listen);
}

/** Of this capacity; waits when the channel is full. */
export function bounded(capacity: number, listen: Listen): Medium {
  return medium(() => syncChannel<unknown>(capacity), sendWaiting, listen);
}

/** Takes what is there, and awaits when nothing is. */
export async function takingAll(receiver: Receiver<unknown>, receive: (message: unknown) => void): Promise<void> {
  for (;;) {
    const taken = receiver.tryRecv();
    const received = taken.ok ? taken : await receiver.recv();
    if (!received.ok) return;
    receive(received.value);
  }
}

export async function iterating(receiver: Receiver<unknown>, receive: (message: unknown) => void): Promise<void> {
  for await (const message of receiver) receive(message);
}

/** Ends until the process ends, whatever a workload uses: one that nobody holds is lost to the collector. */
const held: unknown[] = [];

type Send<S> = (sender: S, message: unknown) => Promise<void> | undefined;

function sendAtOnce(sender: Sender<unknown>, message: unknown): undefined {
  sender.send(message);
}

function sendWaiting(sender: SyncSender<unknown>, message: unknown): Promise<void> | undefined {
  return sender.trySend(message).ok ? undefined : sender.send(message).then(() => undefined);
}

function medium<S extends Sender<unknown> | SyncSender<unknown>>(
  open: () => readonly [S, Receiver<unknown>],
  send: Send<S>,
  listen: Listen,
): Medium {
  const wireOf = (sender: S, receiver: Receiver<unknown>): Wire => ({
    send: (message, transferList) =>
      send(sender, transferList === undefined ? message : transfer(message as object, transferList)),
    flush: () => {},
    listen: (receive) => void listen(receiver, receive),
  });
  return {
    open: (threads) => {
      const [back, incoming] = open();
      const there = Array.from({ length: threads }, open);
      const ports = there.map(([, receiver]) => toPort({ back: back.clone(), receiver }));
      back.drop();
      held.push(incoming, ...there);
      return { wire: wireOf(there[0]![0], incoming), ports };
    },
    join: (port) => {
      const ends = fromPort(port as EndsPort<{ back: S; receiver: Receiver<unknown> }>);
      return wireOf(ends.back, ends.receiver);
    },
  };
}
