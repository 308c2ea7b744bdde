/**
 * The bridge of a rendezvous: besides what every bridge has, the table in shared memory on which its threads agree, and,
 * while the receiver is in this thread, the receiver's side of it.
 *
 * Upstream are the outlet or the inlets of the channel; downstream the table and the receiver's side.
 */
import type { Channel, WaitingSender, Waker } from "../../internal/channel.ts";
import type { CreditHolder, Outward } from "../ends/bridge.ts";
import { Bridge } from "../ends/bridge.ts";
import { ReceiverSide } from "./receiver-side.ts";
import { SharedTable } from "./shared-table.ts";

/** What leads to a receiver in another thread. */
export interface RendezvousOutward extends Outward, Required<Pick<Waker, "handOver" | "withdraw">> {
  /** The thread with `ticket` has died. */
  unclaim(ticket: number): void;
}

export class RendezvousBridge extends Bridge<RendezvousOutward> {
  readonly table: SharedTable;
  /** While the receiver is here. */
  receiverSide: ReceiverSide | undefined;

  constructor(channel: Channel<unknown>, desk?: SharedArrayBuffer) {
    super(channel);
    this.table = new SharedTable(desk);
    this.receiverSide = new ReceiverSide(channel, this.table);
  }

  /** The one of `channel`, which is a rendezvous. `desk` has come with the end that the channel was made for. */
  static override of(channel: Channel<unknown>, desk?: SharedArrayBuffer): RendezvousBridge {
    return (Bridge.find(channel) as RendezvousBridge | undefined) ?? new RendezvousBridge(channel, desk);
  }

  override leadTo(outlet: RendezvousOutward): void {
    super.leadTo(outlet);
    this.receiverSide?.end();
    this.receiverSide = undefined;
  }

  override inletLeft(inlet: CreditHolder): void {
    super.inletLeft(inlet);
    if (this.inlets.size === 0) this.receiverSide?.end();
  }

  awaited(): void {
    if (this.inlets.size > 0) this.receiverSide?.grant();
  }

  revoke(): boolean {
    return this.receiverSide?.revoke() === true;
  }

  handOver(value: unknown): boolean {
    return this.outlet?.handOver(value) === true;
  }

  withdraw(parked: WaitingSender<never>): boolean {
    return this.outlet?.withdraw(parked) !== false;
  }

  /** The thread with `ticket` has died; what it has published was taken in. */
  unclaim(ticket: number): void {
    if (this.outlet !== undefined) this.outlet.unclaim(ticket);
    else this.receiverSide?.unclaim(ticket);
  }
}
