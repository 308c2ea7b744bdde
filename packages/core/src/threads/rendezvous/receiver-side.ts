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
import type { Desk } from "./shared-table.ts";

export class Home {
  readonly #channel: Channel<unknown>;
  readonly #desk: Desk;
  #isLent = false;

  constructor(channel: Channel<unknown>, desk: Desk) {
    this.#channel = channel;
    this.#desk = desk;
  }

  /** A receive waits. */
  lend(): void {
    if (this.#isLent || !this.#desk.lend()) return;
    this.#isLent = true;
    this.#channel.hold(1);
  }

  /** The receive is needed here, or waits no longer. False while a value is on its way to it. */
  takeBack(): boolean {
    if (!this.#isLent) return true;
    if (!this.#desk.takeBack()) return false;
    this.#settle();
    queueMicrotask(() => this.#lendAgain()); // another receive may wait
    return true;
  }

  /** A value that was sent for the credit has come. */
  handed(value: unknown): void {
    const wasLent = this.#isLent;
    this.#isLent = false;
    this.#desk.arrived();
    if (wasLent) this.#channel.fulfill(value);
    else if (this.#channel.state !== CLOSED) this.#channel.deliver(value);
    this.meet();
  }

  /** The thread with `ticket` has died; what it has published was taken in. */
  unclaim(ticket: number): void {
    this.#desk.unclaim(ticket);
    this.meet();
  }

  /** Nobody is left who could send from another thread, or the receiver moves away. */
  end(): void {
    if (!this.#isLent) return;
    this.#desk.takeBack();
    this.#settle();
  }

  /** A receive may wait here, and sends too: then they meet, as far as they can. */
  meet(): void {
    const channel = this.#channel;
    while (channel.isAwaited && channel.ready > 0 && this.takeBack()) {
      const value = channel.take();
      if (value !== NOTHING) channel.deliver(value);
    }
    this.#lendAgain();
  }

  #lendAgain(): void {
    if (this.#channel.isAwaited) this.lend();
  }

  #settle(): void {
    this.#isLent = false;
    this.#channel.release();
  }
}
