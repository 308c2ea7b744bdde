/**
 * What a channel has to do with other threads: its outlet, where its receiver is in another thread, and an inlet for each
 * thread that has senders of it. A channel can have both: then this thread passes on what others send.
 */
import type { Channel, ParkedSend, Waker } from "../internal/channel.ts";

/** A thread that has senders, as the others see it. */
export interface Borrower {
  /** Slots that it holds and has not used yet, as far as is known here. */
  readonly held: number;
  /** Asks for those that it does not need. */
  recall(): void;
  /** Whether it holds the event loop of this thread. */
  setHold(isHolding: boolean): void;
}

const crossings = new WeakMap<Channel<unknown>, Crossing>();

export class Crossing implements Waker {
  readonly idle = false;
  readonly inlets: Set<Borrower> = new Set();
  outlet: Required<Pick<Waker, "wake" | "refused">> | undefined = undefined;
  /** Whether the open receiver keeps the event loop. */
  isHolding = true;

  /** The one of `channel`, if it has to do with other threads. */
  static find(channel: object): Crossing | undefined {
    return crossings.get(channel as Channel<unknown>);
  }

  static of(channel: Channel<unknown>): Crossing {
    let crossing = crossings.get(channel);
    if (crossing === undefined) {
      crossing = new Crossing();
      crossings.set(channel, crossing);
      channel.waker = crossing;
    }
    return crossing;
  }

  wake(parked?: ParkedSend<never>): void {
    this.outlet?.wake(parked);
  }

  /** Somebody found no room, which may be because threads hold slots that they do not use. */
  refused(value: unknown): void {
    for (const inlet of this.inlets) inlet.recall();
    this.outlet?.refused(value);
  }
}
