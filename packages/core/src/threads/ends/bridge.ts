/**
 * The bridge of a channel to other threads: an outlet if its receiver is in another thread, and an inlet for each thread that
 * has senders of it. A channel can have both: then this thread passes on what others send.
 *
 * The channel calls it as its waker. A rendezvous has a bridge with more in it (rendezvous/bridge.ts).
 */
import type { Channel, WaitingSender, Waker } from "../../internal/channel.ts";

/** The way to a receiver in another thread. */
export interface Outward extends Required<Pick<Waker, "wake" | "refused">> {}

/** A thread that has senders, as the inlets of other threads see it. */
export interface CreditHolder {
  /** The slots that are granted to it and not used yet, as far as this thread knows. */
  readonly unusedCredit: number;
  /** Asks for the credit that it does not need. */
  revokeUnused(): void;
  /** Lets it keep the event loop of this thread alive, or not. */
  setRef(isRef: boolean): void;
}

/** By their channels. */
const bridges = new WeakMap<object, Bridge>();

export class Bridge<O extends Outward = Outward> implements Waker {
  readonly idle = false;
  readonly inlets: Set<CreditHolder> = new Set();
  #outlet: O | undefined = undefined;
  /** True while the open receiver keeps the event loop alive. */
  isRef = true;

  constructor(channel: Channel<unknown>) {
    bridges.set(channel, this as object as Bridge);
    channel.waker = this;
  }

  /** Returns the bridge of `channel`; undefined if no other thread has an end of it. */
  static find(channel: object): Bridge | undefined {
    return bridges.get(channel);
  }

  /** Returns the bridge of `channel`, which may be made now. */
  static of(channel: Channel<unknown>): Bridge {
    return Bridge.find(channel) ?? new Bridge(channel);
  }

  get outlet(): O | undefined {
    return this.#outlet;
  }

  /** Makes `outlet` the way to the receiver, which is in another thread from now on. */
  leadTo(outlet: O): void {
    this.#outlet = outlet;
  }

  wake(sender?: WaitingSender<never>): void {
    this.#outlet?.wake(sender);
  }

  /** Forgets an inlet, which has left. */
  inletLeft(inlet: CreditHolder): void {
    this.inlets.delete(inlet);
  }

  /** Asks for room: other threads may have slots that they do not use. */
  refused(value: unknown): void {
    for (const inlet of this.inlets) inlet.revokeUnused();
    this.#outlet?.refused(value);
  }
}
