/**
 * What a channel has to do with other threads: its outlet, where its receiver is in another thread, and an inlet for each
 * thread that has senders of it. A channel can have both: then this thread passes on what others send.
 */
import type { Channel, ParkedSend, Waker } from "../../internal/channel.ts";
import { Home } from "../rendezvous/receiver-side.ts";
import { Desk } from "../rendezvous/shared-table.ts";

/** What leads to the receiver. Of the optional methods, those of a {@link Waker} and `unclaim`, a rendezvous has all. */
export interface Outward extends Required<Pick<Waker, "wake" | "refused">>, Pick<Waker, "meet" | "withdraw"> {
  /** The thread with `ticket` has died. */
  unclaim?(ticket: number): void;
}

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
  /** Of a rendezvous. */
  readonly desk: Desk | undefined;
  /** While the receiver is here. */
  home: Home | undefined;
  #outlet: Outward | undefined = undefined;
  /** Whether the open receiver keeps the event loop. */
  isHolding = true;

  constructor(channel: Channel<unknown>, desk?: SharedArrayBuffer) {
    this.desk = channel.capacity === 0 ? new Desk(desk) : undefined;
    this.home = this.desk && new Home(channel, this.desk);
  }

  /** The one of `channel`, if it has to do with other threads. */
  static find(channel: object): Crossing | undefined {
    return crossings.get(channel as Channel<unknown>);
  }

  /** `desk` has come with the end that the channel was made for. */
  static of(channel: Channel<unknown>, desk?: SharedArrayBuffer): Crossing {
    let crossing = crossings.get(channel);
    if (crossing === undefined) {
      crossing = new Crossing(channel, desk);
      crossings.set(channel, crossing);
      channel.waker = crossing;
    }
    return crossing;
  }

  get outlet(): Outward | undefined {
    return this.#outlet;
  }

  /** The receiver is in another thread from now on. */
  set outlet(outlet: Outward) {
    this.#outlet = outlet;
    this.home?.end();
    this.home = undefined;
  }

  wake(parked?: ParkedSend<never>): void {
    this.outlet?.wake(parked);
  }

  awaited(): void {
    if (this.inlets.size > 0) this.home?.lend();
  }

  takeBack(): boolean {
    return this.home?.takeBack() === true;
  }

  meet(value: unknown): boolean {
    return this.outlet?.meet?.(value) === true;
  }

  withdraw(parked: ParkedSend<never>): boolean {
    return this.outlet?.withdraw?.(parked) !== false;
  }

  /** The thread with `ticket` has died; what it has published was taken in. */
  unclaim(ticket: number): void {
    if (this.outlet !== undefined) this.outlet.unclaim?.(ticket);
    else this.home?.unclaim(ticket);
  }

  /** An inlet has gone. */
  left(inlet: Borrower): void {
    this.inlets.delete(inlet);
    if (this.inlets.size === 0) this.home?.end();
  }

  /** Somebody found no room, which may be because threads hold slots that they do not use. */
  refused(value: unknown): void {
    for (const inlet of this.inlets) inlet.recall();
    this.outlet?.refused(value);
  }
}
