/** A mailbox that reports its messages, checks their order and the asks that wait, and may be struck by faults. */

import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import { PUSHED } from "@pneumatic/core/internal";
import type { Message } from "../address/target.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import type { MailboxOwner } from "../mailbox/mailbox.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import type { Sent } from "../mailbox/waiting-senders.ts";
import type { Envelope } from "../reply/ask.ts";
import { isEnvelope, messageOf } from "../reply/ask.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";

type How = "tells" | "sends" | "asks" | "delivers";

/** The effect of a fault on a message that is sent; undefined for none. */
export type Mishap = "full" | "drop" | undefined;

/** The observer of a mailbox. */
export interface MailboxObserver {
  /** Gets each message before it is put into the mailbox. */
  sends(how: How, message: Message, mailbox: SimulatedMailbox): Mishap;
  /** Called when a guarantee is broken. */
  violated(what: string): void;
}

/** The most obsolete messages that it remembers. */
const MOST_REMEMBERED = 1000;

export class SimulatedMailbox extends Mailbox {
  readonly #observer: MailboxObserver;
  /** The messages that were sent and have not been started, in order; some of them may be gone for good. */
  #expected: Message[] = [];
  #from = 0;
  /** The messages that may overtake others: stashed ones, and those that the actor itself asked for. */
  readonly #free = new WeakSet<object>();
  readonly #isOrdered: boolean;
  /** The asks, some of which have settled. */
  #asks: Envelope[] = [];
  /** The message or ask that was started last; undefined when it waits again. */
  #begun: unknown = undefined;

  constructor(
    spec: MailboxSpec<never>,
    owner: MailboxOwner,
    prepare: ((message: unknown) => unknown) | undefined,
    observer: MailboxObserver,
  ) {
    super(spec, owner, prepare);
    this.#observer = observer;
    this.#isOrdered = spec.rankOf === undefined && prepare === undefined;
  }

  /** True if a fault can fill it: it has a capacity and, if it drops its oldest message, it has one. */
  get canBeFull(): boolean {
    const { capacity, length } = this.channel;
    return capacity > 0 && capacity < Number.POSITIVE_INFINITY && (this.overflow !== "dropOldest" || length > 0);
  }

  /** Notes that `item`, a message or an ask, is given to its handler for the `attempt`th time. */
  begins(item: unknown, attempt: number): void {
    const before = this.#begun;
    this.#begun = item;
    if (before !== item && isEnvelope(before) && !before.isSettled) this.#unanswered(before);
    const message = messageOf(item) as Message;
    if (attempt === 1 && !this.#isNext(message)) this.#violated(`handles "${message.type}" out of order`);
  }

  /** Returns true unless a message that was sent before `message` comes after it. */
  #isNext(message: Message): boolean {
    if (!this.#isOrdered || this.#free.has(message)) return true;
    const at = this.#expected.indexOf(message, this.#from);
    if (at === -1) return false;
    this.#from = at + 1;
    if (this.#from > MOST_REMEMBERED) {
      this.#expected = this.#expected.slice(this.#from);
      this.#from = 0;
    }
    return true;
  }

  override tell(message: unknown): void {
    const mishap = this.#sends("tells", message);
    if (mishap === "drop") this.#lose(this.prepared(message));
    else this.#offered(mishap, () => super.tell(message));
  }

  override trySend<V>(message: V): Result<void, TrySendError<V>> {
    const mishap = this.#sends("sends", message);
    if (mishap === "drop") return this.#lose(this.prepared(message));
    return this.#offered(mishap, () => super.trySend(message));
  }

  override send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>> {
    const mishap = this.#sends("sends", message);
    if (mishap === "drop") return Promise.resolve(this.#lose(this.prepared(message)));
    return this.#offered(mishap, () => super.send(message, options, waiter));
  }

  override ask(ask: Envelope): void {
    this.#asks.push(ask);
    if (this.#asks.length > MOST_REMEMBERED) this.#asks = this.#asks.filter(({ isSettled }) => !isSettled);
    const mishap = this.#sends("asks", ask.message);
    if (mishap === "drop") this.#lose(ask);
    else this.#offered(mishap, () => super.ask(ask));
  }

  override deliver(message: unknown): void {
    this.#free.add(message as Message);
    this.#sends("delivers", message);
    super.deliver(message);
  }

  override putBack(item: unknown): void {
    this.#begun = undefined;
    super.putBack(item);
  }

  override stash(item: unknown): void {
    this.#begun = undefined;
    this.#free.add(messageOf(item) as Message);
    super.stash(item);
  }

  override end(reason: DeadLetterReason): void {
    super.end(reason);
    const asks = this.#asks;
    this.#asks = [];
    queueMicrotask(() => {
      for (const ask of asks) if (!ask.isSettled) this.#unanswered(ask); // later: giving up an ask may end the actor before it settles
    });
  }

  #sends(how: How, item: unknown): Mishap {
    const message = messageOf(item) as Message;
    if (this.#isOrdered) this.#expected.push(message);
    return this.#observer.sends(how, message, this);
  }

  /** Accepts a message, and gives it up at once. */
  #lose(item: unknown): Result<void, never> {
    this.account.accepted++;
    this.discard(item, "stopped");
    return { ok: true, value: undefined };
  }

  /** Calls `offer`; under the mishap `full`, while no slot is free. */
  #offered<R>(mishap: Mishap, offer: () => R): R {
    const { channel } = this;
    const slots = mishap === "full" ? Math.max(0, channel.available) : 0;
    const isReserved = slots > 0 && channel.reserve(slots) === PUSHED;
    try {
      return offer();
    } finally {
      for (let reserved = isReserved ? slots : 0; reserved > 0; reserved--) channel.release();
    }
  }

  #unanswered({ message: { type } }: Envelope): void {
    this.#violated(`is done with the ask "${type}", whose caller still waits`);
  }

  #violated(what: string): void {
    this.#observer.violated(`"${this.path}" ${what}`);
  }
}
