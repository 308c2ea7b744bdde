/**
 * The outlet of a rendezvous. A send that waits here is offered to the receiver's thread, one at a time, and is complete when
 * it was taken there; `trySend` claims the credit that is lent while a receive waits. Opposite is a rendezvous inlet.
 *
 * Invariants
 * 1. `#offered` are those of the line that the other side knows: one of this thread, and all that pass through.
 * 2. What an offer has become is decided on the desk, so a send that is cancelled, or whose receiver dies, was either taken,
 *    or never will be.
 * 3. While something waits, this side holds the event loop.
 */
import type { Channel, WaitingSender } from "../../internal/channel.ts";
import { EndNotMovableError } from "../ends/errors.ts";
import { Outlet } from "../ends/outlet.ts";
import * as record from "../link/records.ts";
import type { RendezvousOutward } from "./bridge.ts";
import { RendezvousBridge } from "./bridge.ts";
import { Offer } from "./offer.ts";
import type { SharedTable } from "./shared-table.ts";

export class RendezvousOutlet extends Outlet implements RendezvousOutward {
  #table: SharedTable | undefined = undefined;
  readonly #offered = new Map<number, WaitingSender<unknown>>();
  /** What the one of this thread is known by; 0 if there is none. */
  #own = 0;
  #row = 0;
  #isRef = false;

  override serve(channel: Channel<unknown>, desk?: SharedArrayBuffer): void {
    this.#table = RendezvousBridge.of(channel, desk).table;
    super.serve(channel);
  }

  /** Something that was sent for the credit. */
  push(value: unknown): void {
    this.sendMessage(value, undefined);
    this.link.control(record.HANDED_OVER, this.id);
  }

  override refused(value: unknown): void {
    if (this.#useRow() === 0)
      throw new EndNotMovableError("SyncSender", "too many threads have senders of this rendezvous");
    super.refused(value);
  }

  /** CLAIM */
  handOver(value: unknown): boolean {
    if (this.channel.firstWaiting !== undefined || !this.#sharedTable.claim(this.#useRow())) return false; // nothing is overtaken
    try {
      this.push(value);
    } catch (notCloneable) {
      this.#sharedTable.unclaim(this.#row);
      throw notCloneable;
    }
    this.link.publish();
    return true;
  }

  /** WITHDRAW */
  withdraw(send: WaitingSender<never>): boolean {
    const n = send instanceof Offer ? send.n : this.#own;
    if (this.#offered.get(n) !== (send as WaitingSender<unknown>)) return true;
    if (!this.#sharedTable.withdraw(n)) {
      this.#taken(n);
      return false;
    }
    this.#forget(n);
    this.link.control(record.OFFER_WITHDRAWN, this.id, n);
    queueMicrotask(() => this.requestCredit()); // when it has left the line
    return true;
  }

  unclaim(ticket: number): void {
    this.link.control(record.UNCLAIM, this.id, ticket);
  }

  control(kind: number, n: number): void {
    switch (kind) {
      case record.OFFER_TAKEN:
        this.#taken(n);
        break;
      case record.RECEIVER_CLOSED:
        this.#close();
        this.channel.close();
        break;
      case record.RECEIVER_DROPPED:
        this.lost();
        this.leave();
        break;
    }
  }

  /** What was taken is sent, though nobody was left to say so. */
  override lost(): void {
    this.#close();
    super.lost();
  }

  /** Offers what is in line and not known opposite. */
  protected requestCredit(): void {
    for (let send = this.channel.firstWaiting; send !== undefined; send = send.next as typeof send) {
      if (send instanceof Offer) {
        if (!this.#offered.has(send.n)) this.#offer(send, send.n);
      } else if (this.#own === 0) {
        const ticket = this.#useRow();
        if (ticket === 0) continue;
        this.#own = this.#sharedTable.offer(ticket);
        this.#offer(send, this.#own);
      }
    }
    this.#updateRef();
  }

  protected release(): void {
    this.#updateRef();
  }

  /** The receiver is gone: nothing is taken any more. */
  #close(): void {
    for (const n of [...this.#offered.keys()]) {
      if (this.#sharedTable.withdraw(n)) this.#forget(n);
      else this.#taken(n);
    }
  }

  #offer(send: WaitingSender<unknown>, n: number): void {
    this.#offered.set(n, send);
    this.sendMessage(send.value, send);
    this.link.control(record.OFFER, this.id, n);
  }

  #taken(n: number): void {
    const send = this.#offered.get(n);
    if (send === undefined) return;
    this.#forget(n);
    this.channel.cancelWait(send);
    send.accepted();
    this.requestCredit();
  }

  #forget(n: number): void {
    this.#offered.delete(n);
    if (n === this.#own) this.#own = 0;
  }

  #updateRef(): void {
    const isHolding = this.channel.firstWaiting !== undefined;
    if (isHolding === this.#isRef) return;
    this.#isRef = isHolding;
    if (isHolding) this.link.ref();
    else this.link.unref();
  }

  /** The ticket of this thread; 0 if none is left. The other side learns of it at once, since that gives it back. */
  #useRow(): number {
    if (this.#row === 0) {
      this.#row = this.#sharedTable.takeRow();
      if (this.#row > 0) this.link.control(record.ROW, this.id, this.#row);
      this.link.publish();
    }
    return this.#row;
  }

  get #sharedTable(): SharedTable {
    return this.#table as SharedTable;
  }
}
