/**
 * The messages that go before those in the channel of a mailbox, and the stash. Made when it is first needed: most
 * actors never need it.
 *
 *     redelivery ─► unstashed, and messages that may not be refused ─► [ the channel ]      stash: waits for `unstashAll`
 *
 * Nothing here takes a slot of a bounded mailbox.
 */
import { NOTHING } from "@pneumatic/core/internal";
import { isEnvelope } from "../reply/ask.ts";
import { MailQueue } from "./queue.ts";

export class DeferredMessages {
  /** A message whose handler has started once, and failed. */
  #redelivery: unknown = NOTHING;
  #queue = new MailQueue<unknown>();
  #stash = new MailQueue<unknown>();

  /** The number of messages that go before those in the channel. */
  get length(): number {
    return this.#queue.length + (this.#redelivery === NOTHING ? 0 : 1);
  }

  get stashed(): number {
    return this.#stash.length;
  }

  /** Puts a message before all others, to be handled once more. */
  putBack(item: unknown): void {
    this.#redelivery = item;
    if (isEnvelope(item)) {
      item.waiting({
        remove: () => {
          this.#redelivery = NOTHING;
        },
      });
    }
  }

  takeRedelivery(): unknown {
    const item = this.#redelivery;
    this.#redelivery = NOTHING;
    return item;
  }

  /** Puts a message behind those here, before those in the channel. */
  push(item: unknown): void {
    append(this.#queue, item);
  }

  take(): unknown {
    return this.#queue.length === 0 ? NOTHING : this.#queue.shift();
  }

  stash(item: unknown): void {
    append(this.#stash, item);
  }

  /** Puts the stashed messages, oldest first, before everything but the redelivery. */
  unstashAll(): void {
    const rest = this.#queue;
    this.#queue = this.#stash;
    this.#stash = new MailQueue();
    while (rest.length > 0) append(this.#queue, rest.shift());
  }

  /** Takes everything, the stash last. */
  *drain(): Generator<unknown> {
    const redelivery = this.takeRedelivery();
    if (redelivery !== NOTHING) yield redelivery;
    while (this.#queue.length > 0) yield this.#queue.shift();
    while (this.#stash.length > 0) yield this.#stash.shift();
  }
}

function append(queue: MailQueue<unknown>, item: unknown): void {
  const ticket = queue.nextTicket;
  queue.push(item);
  if (isEnvelope(item)) item.waiting({ remove: () => queue.remove(ticket) });
}
