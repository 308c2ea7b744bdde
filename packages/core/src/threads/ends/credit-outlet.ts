/**
 * The outlet of a channel that queues. Of a channel with a capacity this side may use `channel.granted` slots; the other side
 * grants more. So a send finds the channel full if this thread has no credit left, requests some, and waits as in any channel.
 * The other side is a credit inlet.
 *
 * Invariants
 * 1. `channel.granted` is all the credit that came, less the messages sent and the slots returned.
 * 2. One request is open at a time (`#isRequesting`), and while it is, this side keeps the event loop alive.
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

  push(value: unknown, sender?: object): void {
    this.sendMessage(value, sender);
    if (this.#isBounded) this.channel.granted--;
  }

  control(kind: number, n: number): void {
    const { channel } = this;
    switch (kind) {
      case record.GRANT:
        record.must(n > 0 && n <= channel.capacity, "more slots than there are");
        this.#endRequest();
        channel.granted += n;
        channel.slotsFreed();
        if (channel.firstWaiting !== undefined) this.askForRoom();
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

  /** Requests the slots that the first waiting sender still lacks, or one slot if none waits yet. */
  protected askForRoom(): void {
    if (this.#isRequesting || this.hasLeft) return;
    this.#isRequesting = true;
    const { firstWaiting, available } = this.channel;
    const slots = firstWaiting === undefined ? 1 : firstWaiting.slots - available;
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
