/**
 * The part of a rendezvous that is in the thread of the receiver. While a receive waits, the channel has one credit, which is
 * granted to the thread that claims it first. The slot is reserved in the channel, as by a permit, so a sender of this thread
 * must revoke the credit before it can hand its own value over.
 *
 * Invariants
 * 1. `#isGranted`: the credit was granted, and its value has not come yet. Then one slot of the channel is reserved.
 * 2. The credit is granted only while a receive waits. Once claimed it cannot be revoked: if the receive is cancelled then, the
 *    value waits for the next one. There is at most one such value.
 */
import type { Channel } from "../../internal/channel.ts";
import { CLOSED, NOTHING } from "../../internal/source.ts";
import type { SharedTable } from "./shared-table.ts";

export class ReceiverSide {
  readonly #channel: Channel<unknown>;
  readonly #table: SharedTable;
  #isGranted = false;

  constructor(channel: Channel<unknown>, table: SharedTable) {
    this.#channel = channel;
    this.#table = table;
  }

  /** Grants the credit, since a receive waits. */
  grant(): void {
    if (this.#isGranted || !this.#table.grant()) return;
    this.#isGranted = true;
    this.#channel.reserveUnchecked(1);
  }

  /** Revokes the credit: the receive is needed here, or waits no longer. Returns false while a value is on its way to it. */
  revoke(): boolean {
    if (!this.#isGranted) return true;
    if (!this.#table.revoke()) return false;
    this.#settle();
    queueMicrotask(() => this.#grantAgain()); // another receive may wait
    return true;
  }

  /** Delivers a value that was sent for the credit. */
  handed(value: unknown): void {
    const wasGranted = this.#isGranted;
    this.#isGranted = false;
    this.#table.arrived();
    if (wasGranted) this.#channel.fulfill(value);
    else if (this.#channel.state !== CLOSED) this.#channel.deliver(value);
    this.match();
  }

  /** Notes the death of the thread with `row`. All that it has published was taken in. */
  unclaim(row: number): void {
    this.#table.unclaim(row);
    this.match();
  }

  /** Ends the grant: no other thread can send any more, or the receiver moves away. */
  end(): void {
    if (!this.#isGranted) return;
    this.#table.revoke();
    this.#settle();
  }

  /** Hands the values of waiting senders to waiting receives, as far as the credit allows. */
  match(): void {
    const channel = this.#channel;
    while (channel.isAwaited && channel.ready > 0 && this.revoke()) {
      const value = channel.take();
      if (value !== NOTHING) channel.deliver(value);
    }
    this.#grantAgain();
  }

  #grantAgain(): void {
    if (this.#channel.isAwaited) this.grant();
  }

  #settle(): void {
    this.#isGranted = false;
    this.#channel.release();
  }
}
