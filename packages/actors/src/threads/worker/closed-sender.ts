/** A sender for an address whose actor is gone, or about to be: it counts for nobody. */
import type { Sender } from "@pneumatic/core";
import { Channel, unboundedSender } from "@pneumatic/core/internal";

export function orphan(): Sender<unknown> {
  const channel = new Channel<unknown>(Number.POSITIVE_INFINITY);
  channel.removeReceiver();
  return unboundedSender(channel);
}
