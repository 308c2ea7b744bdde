/**
 * The inlet of a rendezvous. An offer of the other thread waits among the senders of the channel; a value that the other thread
 * has handed over goes to the receive that waits. The other side is a rendezvous outlet.
 *
 * If the receiver is in a third thread, offers and their outcomes pass through, with the same number.
 */
import type { Channel } from "../../internal/channel.ts";
import { CLOSED, OPEN } from "../../internal/source.ts";
import { Inlet } from "../ends/inlet.ts";
import type { Link } from "../link/link.ts";
import * as record from "../link/records.ts";
import { RendezvousBridge } from "./bridge.ts";
import type { Offerer } from "./offer.ts";
import { Offer } from "./offer.ts";
import { isRow, SharedTable } from "./shared-table.ts";

export class RendezvousInlet extends Inlet implements Offerer {
  readonly unusedCredit = 0;
  readonly #bridge: RendezvousBridge;
  /** By their numbers. */
  readonly #offers = new Map<number, Offer>();
  /** The row of the other thread in the table; 0 until it has said so. */
  #row = 0;
  /** The message whose record is still to come. */
  #value: unknown = undefined;

  /** Counts as one sender more of the channel, which is open. */
  constructor(link: Link, channel: Channel<unknown>, id: number) {
    super(link, channel, id);
    this.#bridge = RendezvousBridge.of(channel);
    channel.addSender();
    this.begin();
    if (channel.isAwaited) this.#bridge.awaited();
  }

  message(value: unknown): void {
    this.#value = value;
  }

  control(kind: number, n: number): void {
    const value = this.#value;
    switch (kind) {
      case record.OFFER:
        record.must(isRow(SharedTable.rowOf(n)), "an offer without a row");
        this.#value = undefined;
        if (this.channel.state === OPEN) this.#offered(new Offer(value, n, this.#bridge.table, this));
        break;
      case record.HANDED_OVER:
        this.#value = undefined;
        if (this.#bridge.receiverSide !== undefined) this.#bridge.receiverSide.handed(value);
        else if (this.channel.state !== CLOSED) this.channel.deliver(value);
        break;
      case record.OFFER_WITHDRAWN:
        this.#withdraw(this.#offers.get(n));
        break;
      case record.ROW:
        record.must(isRow(n), "no row");
        this.#row = n;
        break;
      case record.UNCLAIM:
        record.must(isRow(n), "no row");
        this.#bridge.unclaim(n);
        break;
      case record.SENDERS_GONE:
        this.leave();
        break;
    }
  }

  over(offer: Offer, isTaken: boolean): void {
    this.#offers.delete(offer.n);
    if (isTaken) this.link.control(record.OFFER_TAKEN, this.id, offer.n);
  }

  revokeUnused(): void {}

  grantShare(): number {
    return 0;
  }

  protected release(): void {
    for (const offer of this.#offers.values()) {
      this.#bridge.table.withdraw(offer.n);
      this.#withdraw(offer);
    }
    if (this.#row > 0) {
      this.#bridge.unclaim(this.#row);
      this.#bridge.table.freeRow(this.#row);
    }
    this.channel.removeSender();
  }

  #offered(offer: Offer): void {
    this.#offers.set(offer.n, offer);
    this.channel.waitForRoom(offer);
    this.#bridge.receiverSide?.match();
  }

  #withdraw(offer: Offer | undefined): void {
    if (offer === undefined) return;
    this.#offers.delete(offer.n);
    if (this.#bridge.withdraw(offer as never)) this.channel.cancelWait(offer);
  }
}
