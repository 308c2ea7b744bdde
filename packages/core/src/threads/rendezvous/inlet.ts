/**
 * The inlet of a rendezvous: what the other thread offers waits in the line of the channel, beside the sends of this
 * thread, and what it sends for the credit goes to the receive that waits. Opposite is a rendezvous outlet.
 *
 * Where the receiver is in a third thread, offers and what becomes of them pass through, with the same number.
 */
import type { Channel } from "../../internal/channel.ts";
import { CLOSED, OPEN } from "../../internal/source.ts";
import { Inlet } from "../ends/inlet.ts";
import type { Link } from "../link/link.ts";
import * as record from "../link/records.ts";
import { RendezvousCrossing } from "./bridge.ts";
import type { Offering } from "./offer.ts";
import { Offer } from "./offer.ts";
import { Desk, isTicket } from "./shared-table.ts";

export class RendezvousInlet extends Inlet implements Offering {
  readonly held = 0;
  readonly #bridge: RendezvousCrossing;
  readonly #offers = new Map<number, Offer>();
  #ticket = 0;
  /** The message whose record is still to come. */
  #value: unknown = undefined;

  /** The channel is open, and has one sender more from now on. */
  constructor(link: Link, channel: Channel<unknown>, id: number) {
    super(link, channel, id);
    this.#bridge = RendezvousCrossing.of(channel);
    channel.addSender();
    this.enter();
    if (channel.isAwaited) this.#bridge.awaited();
  }

  message(value: unknown): void {
    this.#value = value;
  }

  control(kind: number, n: number): void {
    const value = this.#value;
    switch (kind) {
      case record.OFFER:
        record.must(isTicket(Desk.ticketOf(n)), "an offer without a ticket");
        this.#value = undefined;
        if (this.channel.state === OPEN) this.#offered(new Offer(value, n, this.#bridge.desk, this));
        break;
      case record.HANDED:
        this.#value = undefined;
        if (this.#bridge.home !== undefined) this.#bridge.home.handed(value);
        else if (this.channel.state !== CLOSED) this.channel.deliver(value);
        break;
      case record.WITHDRAW:
        this.#withdraw(this.#offers.get(n));
        break;
      case record.TICKET:
        record.must(isTicket(n), "no ticket");
        this.#ticket = n;
        break;
      case record.UNCLAIM:
        record.must(isTicket(n), "no ticket");
        this.#bridge.unclaim(n);
        break;
      case record.LEFT:
        this.leave();
        break;
    }
  }

  over(offer: Offer, isTaken: boolean): void {
    this.#offers.delete(offer.n);
    if (isTaken) this.link.control(record.TAKEN, this.id, offer.n);
  }

  recall(): void {}

  lendShare(): number {
    return 0;
  }

  protected giveUp(): void {
    for (const offer of this.#offers.values()) {
      this.#bridge.desk.withdraw(offer.n);
      this.#withdraw(offer);
    }
    if (this.#ticket > 0) {
      this.#bridge.unclaim(this.#ticket);
      this.#bridge.desk.giveBack(this.#ticket);
    }
    this.channel.removeSender();
  }

  #offered(offer: Offer): void {
    this.#offers.set(offer.n, offer);
    this.channel.park(offer);
    this.#bridge.home?.meet();
  }

  #withdraw(offer: Offer | undefined): void {
    if (offer === undefined) return;
    this.#offers.delete(offer.n);
    if (this.#bridge.withdraw(offer as never)) this.channel.unpark(offer);
  }
}
