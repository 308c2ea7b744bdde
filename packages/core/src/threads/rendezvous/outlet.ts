/**
 * The outlet of a rendezvous. It offers a waiting send to the receiver's thread, one at a time; the send is complete when it was
 * taken there. `trySend` claims the credit that is granted while a receive waits, and hands its value over. The other side is a
 * rendezvous inlet.
 *
 * Invariants
 * 1. `#offered` are the waiting senders that the other side knows: one of this thread, and all that pass through.
 * 2. The shared table decides the outcome of an offer. So a send that is cancelled, or whose receiver dies, either was taken or
 *    never will be.
 * 3. While something waits, this side keeps the event loop alive.
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
  /** Undefined until `serve`. */
  #table: SharedTable | undefined = undefined;
  readonly #offered = new Map<number, WaitingSender<unknown>>();
  /** The number of the offer of this thread; 0 if there is none. */
  #own = 0;
  /** The row of this thread in the table; 0 until it needs one. */
  #row = 0;
  #isRef = false;

  override serve(channel: Channel<unknown>, table?: SharedArrayBuffer): void {
    this.#table = RendezvousBridge.of(channel, table).table;
    super.serve(channel);
  }

  /** Sends a value for the claimed credit. */
  push(value: unknown): void {
    this.sendMessage(value, undefined);
    this.link.control(record.HANDED_OVER, this.id);
  }

  override refused(value: unknown): void {
    if (this.#useRow() === 0)
      throw new EndNotMovableError("SyncSender", "too many threads have senders of this rendezvous");
    super.refused(value);
  }

  /** Claims the credit, and hands `value` over for it (CLAIM). */
  handOver(value: unknown): boolean {
    if (this.channel.firstWaiting !== undefined || !this.#sharedTable.claim(this.#useRow())) return false;
    try {
      this.push(value);
    } catch (notCloneable) {
      this.#sharedTable.unclaim(this.#row);
      throw notCloneable;
    }
    this.link.publish();
    return true;
  }

  /** Withdraws the offer of `sender`, if there is one (WITHDRAW); returns false if it was taken. */
  withdraw(sender: WaitingSender<never>): boolean {
    const n = sender instanceof Offer ? sender.n : this.#own;
    if (this.#offered.get(n) !== (sender as WaitingSender<unknown>)) return true;
    if (!this.#sharedTable.withdraw(n)) {
      this.#taken(n);
      return false;
    }
    this.#forget(n);
    this.link.control(record.OFFER_WITHDRAWN, this.id, n);
    queueMicrotask(() => this.askForRoom()); // when it waits no more
    return true;
  }

  unclaim(row: number): void {
    this.link.control(record.UNCLAIM, this.id, row);
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

  /** Ends all offers. One that was taken is sent, though nobody was left to say so. */
  override lost(): void {
    this.#close();
    super.lost();
  }

  /** Offers the waiting senders that the other side does not know. */
  protected askForRoom(): void {
    for (let sender = this.channel.firstWaiting; sender !== undefined; sender = sender.next as typeof sender) {
      if (sender instanceof Offer) {
        if (!this.#offered.has(sender.n)) this.#offer(sender, sender.n);
      } else if (this.#own === 0) {
        const row = this.#useRow();
        if (row === 0) continue;
        this.#own = this.#sharedTable.offer(row);
        this.#offer(sender, this.#own);
      }
    }
    this.#updateRef();
  }

  protected release(): void {
    this.#updateRef();
  }

  /** Withdraws all offers that were not taken, since the receiver is gone. */
  #close(): void {
    for (const n of [...this.#offered.keys()]) {
      if (this.#sharedTable.withdraw(n)) this.#forget(n);
      else this.#taken(n);
    }
  }

  #offer(sender: WaitingSender<unknown>, n: number): void {
    this.#offered.set(n, sender);
    this.sendMessage(sender.value, sender);
    this.link.control(record.OFFER, this.id, n);
  }

  #taken(n: number): void {
    const sender = this.#offered.get(n);
    if (sender === undefined) return;
    this.#forget(n);
    this.channel.cancelWait(sender);
    sender.accepted();
    this.askForRoom();
  }

  #forget(n: number): void {
    this.#offered.delete(n);
    if (n === this.#own) this.#own = 0;
  }

  #updateRef(): void {
    const isRef = this.channel.firstWaiting !== undefined;
    if (isRef === this.#isRef) return;
    this.#isRef = isRef;
    if (isRef) this.link.ref();
    else this.link.unref();
  }

  /** Returns the row of this thread; 0 if none is left. The other side learns of it at once, since that side frees it. */
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
