/** Whether a receiver keeps the event loop of its thread, as handles of Node do. */
import { InvalidArgumentError } from "../errors.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import type { Receiver } from "../receiver.ts";
import { Bridge } from "./ends/bridge.ts";

/** Lets `receiver` keep the event loop of this thread while another thread can send to it, which is the default. */
export function ref(receiver: Receiver<unknown>): void {
  setRef(receiver, true);
}

/** Lets this thread end although another one can still send to `receiver`. */
export function unref(receiver: Receiver<unknown>): void {
  setRef(receiver, false);
}

function setRef(receiver: unknown, isHolding: boolean): void {
  if (!(receiver instanceof ChannelReceiver)) throw new InvalidArgumentError("What is held", "a receiver", receiver);
  const crossing = receiver.channel === undefined ? undefined : Bridge.find(receiver.channel);
  if (crossing === undefined) return;
  crossing.isRef = isHolding;
  for (const inlet of crossing.inlets) inlet.setRef(isHolding);
}
