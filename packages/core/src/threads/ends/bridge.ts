/**
 * What a channel has to do with other threads: its outlet, where its receiver is in another thread, and an inlet for each
 * thread that has senders of it. A channel can have both: then this thread passes on what others send.
 *
 * The channel calls it as its waker. A rendezvous has a bridge with more in it (rendezvous/bridge.ts).
 */
import type { Channel, WaitingSender, Waker } from "../../internal/channel.ts";

/** What leads to a receiver in another thread. */
export interface Outward extends Required<Pick<Waker, "wake" | "refused">> {}

/** A thread that has senders, as the others see it. */
export interface CreditHolder {
  /** Slots that it holds and has not used yet, as far as is known here. */
  readonly unusedCredit: number;
  /** Asks for those that it does not need. */
  revokeUnused(): void;
  /** Whether it holds the event loop of this thread. */
  setRef(isHolding: boolean): void;
}

const bridges = new WeakMap<object, Bridge>();

export class Bridge<O extends Outward = Outward> implements Waker {
  readonly idle = false;
  readonly inlets: Set<CreditHolder> = new Set();
  #outlet: O | undefined = undefined;
  /** Whether the open receiver keeps the event loop. */
  isRef = true;

  constructor(channel: Channel<unknown>) {
    bridges.set(channel, this as object as Bridge);
    channel.waker = this;
  }

  /** The one of `channel`, if it has to do with other threads. */
  static find(channel: object): Bridge | undefined {
    return bridges.get(channel);
  }

  /** The one of `channel`, which may be made now. */
  static of(channel: Channel<unknown>): Bridge {
    return Bridge.find(channel) ?? new Bridge(channel);
  }

  get outlet(): O | undefined {
    return this.#outlet;
  }

  /** The receiver is in another thread from now on. */
  leadTo(outlet: O): void {
    this.#outlet = outlet;
  }

  wake(parked?: WaitingSender<never>): void {
    this.#outlet?.wake(parked);
  }

  /** An inlet has gone. */
  inletLeft(inlet: CreditHolder): void {
    this.inlets.delete(inlet);
  }

  /** Somebody found no room, which may be because threads hold slots that they do not use. */
  refused(value: unknown): void {
    for (const inlet of this.inlets) inlet.revokeUnused();
    this.#outlet?.refused(value);
  }
}
