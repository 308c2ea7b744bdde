/** The reference of a receiver to the event loop of its thread, as handles of Node have one. */
import { InvalidArgumentError } from "../errors.ts";
import { ChannelReceiver } from "../internal/receiver.ts";
import type { Receiver } from "../receiver.ts";
import { Bridge } from "./ends/bridge.ts";

/** Lets `receiver` keep the event loop of this thread alive while another thread can send to it. That is the default. */
export function ref(receiver: Receiver<unknown>): void {
  setRef(receiver, true);
}

/** Lets this thread end although another thread can still send to `receiver`. */
export function unref(receiver: Receiver<unknown>): void {
  setRef(receiver, false);
}

function setRef(receiver: unknown, isRef: boolean): void {
  if (!(receiver instanceof ChannelReceiver))
    throw new InvalidArgumentError("The argument of ref and unref", "a receiver", receiver);
  const bridge = receiver.channel === undefined ? undefined : Bridge.find(receiver.channel);
  if (bridge === undefined) return;
  bridge.isRef = isRef;
  for (const inlet of bridge.inlets) inlet.setRef(isRef);
}
