/**
 * The bridge of a rendezvous. Besides the parts of every bridge it has the table in shared memory on which its threads agree,
 * and, while the receiver is in this thread, the receiver's side of it.
 *
 * The channel calls it as its waker. Its outlet or its inlets call the receiver's side through it.
 */
import type { Channel, WaitingSender, Waker } from "../../internal/channel.ts";
import type { CreditHolder, Outward } from "../ends/bridge.ts";
import { Bridge } from "../ends/bridge.ts";
import { ReceiverSide } from "./receiver-side.ts";
import { SharedTable } from "./shared-table.ts";

/** The way to a receiver in another thread. */
export interface RendezvousOutward extends Outward, Required<Pick<Waker, "handOver" | "withdraw">> {
  /** Notes the death of the thread with `row`. */
  unclaim(row: number): void;
}

export class RendezvousBridge extends Bridge<RendezvousOutward> {
  readonly table: SharedTable;
  /** Undefined once the receiver is in another thread. */
  receiverSide: ReceiverSide | undefined;

  constructor(channel: Channel<unknown>, table?: SharedArrayBuffer) {
    super(channel);
    this.table = new SharedTable(table);
    this.receiverSide = new ReceiverSide(channel, this.table);
  }

  /** Returns the bridge of a rendezvous, which may be made now. `table` has come with the end for which the channel was made. */
  static override of(channel: Channel<unknown>, table?: SharedArrayBuffer): RendezvousBridge {
    return (Bridge.find(channel) as RendezvousBridge | undefined) ?? new RendezvousBridge(channel, table);
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

  withdraw(sender: WaitingSender<never>): boolean {
    return this.outlet?.withdraw(sender) !== false;
  }

  /** Notes the death of the thread with `row`. All that it has published was taken in. */
  unclaim(row: number): void {
    if (this.outlet !== undefined) this.outlet.unclaim(row);
    else this.receiverSide?.unclaim(row);
  }
}
