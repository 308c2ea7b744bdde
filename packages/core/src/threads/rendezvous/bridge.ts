/**
 * The bridge of a rendezvous: besides what every bridge has, the table in shared memory on which its threads agree, and,
 * while the receiver is in this thread, the receiver's side of it.
 *
 * Upstream are the outlet or the inlets of the channel; downstream the table and the receiver's side.
 */
import type { Channel, ParkedSend, Waker } from "../../internal/channel.ts";
import type { Borrower, Outward } from "../ends/bridge.ts";
import { Crossing } from "../ends/bridge.ts";
import { Home } from "./receiver-side.ts";
import { Desk } from "./shared-table.ts";

/** What leads to a receiver in another thread. */
export interface RendezvousOutward extends Outward, Required<Pick<Waker, "meet" | "withdraw">> {
  /** The thread with `ticket` has died. */
  unclaim(ticket: number): void;
}

export class RendezvousCrossing extends Crossing<RendezvousOutward> {
  readonly desk: Desk;
  /** While the receiver is here. */
  home: Home | undefined;

  constructor(channel: Channel<unknown>, desk?: SharedArrayBuffer) {
    super(channel);
    this.desk = new Desk(desk);
    this.home = new Home(channel, this.desk);
  }

  /** The one of `channel`, which is a rendezvous. `desk` has come with the end that the channel was made for. */
  static override of(channel: Channel<unknown>, desk?: SharedArrayBuffer): RendezvousCrossing {
    return (Crossing.find(channel) as RendezvousCrossing | undefined) ?? new RendezvousCrossing(channel, desk);
  }

  override leadTo(outlet: RendezvousOutward): void {
    super.leadTo(outlet);
    this.home?.end();
    this.home = undefined;
  }

  override left(inlet: Borrower): void {
    super.left(inlet);
    if (this.inlets.size === 0) this.home?.end();
  }

  awaited(): void {
    if (this.inlets.size > 0) this.home?.lend();
  }

  takeBack(): boolean {
    return this.home?.takeBack() === true;
  }

  meet(value: unknown): boolean {
    return this.outlet?.meet(value) === true;
  }

  withdraw(parked: ParkedSend<never>): boolean {
    return this.outlet?.withdraw(parked) !== false;
  }

  /** The thread with `ticket` has died; what it has published was taken in. */
  unclaim(ticket: number): void {
    if (this.outlet !== undefined) this.outlet.unclaim(ticket);
    else this.home?.unclaim(ticket);
  }
}
