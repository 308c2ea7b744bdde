/**
 * The thread of the receiver, in which senders of other threads meet it. While a receive waits there, the one credit of the
 * channel is lent to whoever claims it first; and it is held in the channel as a permit would hold it, so a sender of this
 * thread must take it back before it may hand its own value over.
 *
 * Invariants
 * 1. `#isLent`: the credit was lent, and its value has not come yet. Then the channel holds one slot.
 * 2. It is lent only while a receive waits. One that was claimed then cannot be taken back: should the receive have been
 *    cancelled meanwhile, the value waits for the next one. There is at most one such value.
 */
import type { Channel } from "../../internal/channel.ts";
import { CLOSED, NOTHING } from "../../internal/source.ts";
import type { SharedTable } from "./shared-table.ts";

export class ReceiverSide {
  readonly #channel: Channel<unknown>;
  readonly #table: SharedTable;
  #isGranted = false;

  constructor(channel: Channel<unknown>, desk: SharedTable) {
    this.#channel = channel;
    this.#table = desk;
  }

  /** A receive waits. */
  grant(): void {
    if (this.#isGranted || !this.#table.grant()) return;
    this.#isGranted = true;
    this.#channel.reserveUnchecked(1);
  }

  /** The receive is needed here, or waits no longer. False while a value is on its way to it. */
  revoke(): boolean {
    if (!this.#isGranted) return true;
    if (!this.#table.revoke()) return false;
    this.#settle();
    queueMicrotask(() => this.#grantAgain()); // another receive may wait
    return true;
  }

  /** A value that was sent for the credit has come. */
  handed(value: unknown): void {
    const wasLent = this.#isGranted;
    this.#isGranted = false;
    this.#table.arrived();
    if (wasLent) this.#channel.fulfill(value);
    else if (this.#channel.state !== CLOSED) this.#channel.deliver(value);
    this.match();
  }

  /** The thread with `ticket` has died; what it has published was taken in. */
  unclaim(ticket: number): void {
    this.#table.unclaim(ticket);
    this.match();
  }

  /** Nobody is left who could send from another thread, or the receiver moves away. */
  end(): void {
    if (!this.#isGranted) return;
    this.#table.revoke();
    this.#settle();
  }

  /** A receive may wait here, and sends too: then they meet, as far as they can. */
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
