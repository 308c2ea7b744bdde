/**
 * The outlet of a channel that queues. Of a channel with a capacity this side may use `channel.room` slots; more must be
 * granted by the other side. So a send finds the channel full when this thread has no slot left, asks for one, and waits in
 * line as in any channel. Opposite is a slot inlet.
 *
 * Invariants
 * 1. `channel.room` is what was granted, less what was sent and what was returned.
 * 2. One question is open at a time (`#isAsking`), and while it is, this side holds the event loop.
 */
import type { Channel } from "../../internal/channel.ts";
import * as record from "../link/records.ts";
import { Outlet } from "./outlet.ts";

export class CreditOutlet extends Outlet {
  #isBounded = false;
  #isRequesting = false;

  override serve(channel: Channel<unknown>): void {
    super.serve(channel);
    this.#isBounded = channel.capacity !== Number.POSITIVE_INFINITY;
  }

  push(value: unknown, parked?: object): void {
    this.sendMessage(value, parked);
    if (this.#isBounded) this.channel.granted--;
  }

  control(kind: number, n: number): void {
    const { channel } = this;
    switch (kind) {
      case record.GRANT:
        record.must(n > 0 && n <= channel.capacity, "slots that there are not");
        this.#endRequest();
        channel.granted += n;
        channel.slotsFreed();
        if (channel.firstWaiting !== undefined) this.requestCredit();
        break;
      case record.REVOKE:
        this.#returnUnused(channel);
        break;
      case record.RECEIVER_CLOSED:
        channel.close();
        break;
      case record.RECEIVER_DROPPED:
        this.lost();
        this.leave();
        break;
    }
  }

  /** Asks for what the first in line still lacks, or for one slot if nobody waits yet. */
  protected requestCredit(): void {
    if (this.#isRequesting || this.hasLeft) return;
    this.#isRequesting = true;
    const { firstWaiting: next, available } = this.channel;
    const slots = next === undefined ? 1 : next.slots - available;
    this.link.ref();
    this.link.control(record.REQUEST, this.id, slots);
  }

  protected release(): void {
    this.#endRequest();
  }

  #endRequest(): void {
    if (!this.#isRequesting) return;
    this.#isRequesting = false;
    this.link.unref();
  }

  #returnUnused(channel: Channel<unknown>): void {
    const unused = channel.available;
    channel.granted -= unused;
    this.link.control(record.RETURN, this.id, unused);
  }
}
