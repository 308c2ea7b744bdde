/**
 * The inbox of a router, in the place of its own mailbox: it puts each message into the mailbox of a routee at the
 * call, so that no message waits twice. Once the router is closed, its own mailbox refuses messages like that of any
 * actor that ends.
 */

import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import { cloneForRecipient } from "../address/clone-for-recipient.ts";
import { dropAddresses } from "../address/walk.ts";
import { BroadcastAskError } from "../errors.ts";
import type { AccountedInbox } from "../mailbox/inbox.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Sent } from "../mailbox/waiting-senders.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import { typeOf } from "../wording.ts";
import type { Pool } from "./pool.ts";
import type { Picker, Routee } from "./strategies.ts";

/** Gives each message to one routee. */
export class RoutingInbox implements AccountedInbox {
  readonly #own: Mailbox;
  readonly #pool: Pool;
  readonly #picker: Picker;

  constructor(own: Mailbox, pool: Pool, picker: Picker) {
    this.#own = own;
    this.#pool = pool;
    this.#picker = picker;
  }

  inboxFor(message: unknown): Mailbox {
    this.#pool.growIfLoaded();
    const { mailbox } = this.#picker.pick(this.#pool, message).cell;
    return this.#own.isClosed ? this.#own : mailbox; // asked after the pick: the user's `key` may have ended the router
  }

  get takesAll(): boolean {
    return this.#pool.takesAll;
  }

  tell(message: unknown): void {
    this.inboxFor(message).tell(message);
  }

  trySend<V>(message: V): Result<void, TrySendError<V>> {
    return this.inboxFor(message).trySend(message);
  }

  send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>> {
    return this.inboxFor(message).send(message, options, waiter);
  }

  ledger(): Ledger {
    return this.#pool.ledger();
  }
}

/**
 * Gives each message to every routee, with strong addresses of its own in it. So do `send` and `trySend`; if some
 * routees refuse, the outcome is the first refusal.
 */
export class BroadcastInbox implements AccountedInbox {
  readonly #own: Mailbox;
  readonly #pool: Pool;

  constructor(own: Mailbox, pool: Pool) {
    this.#own = own;
    this.#pool = pool;
  }

  inboxFor(message: { readonly type: string }): never {
    throw new BroadcastAskError(this.#own.path, typeOf(message));
  }

  get takesAll(): boolean {
    return this.#pool.takesAll;
  }

  tell(message: unknown): void {
    this.#each(message, (mailbox, copy) => mailbox.tell(copy));
  }

  trySend<V>(message: V): Result<void, TrySendError<V>> {
    let outcome: Result<void, TrySendError<V>> = { ok: true, value: undefined };
    this.#each(message, (mailbox, copy) => {
      outcome = first(outcome, mailbox.trySend(copy));
    });
    return outcome;
  }

  async send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>> {
    const sent: Promise<Sent<V>>[] = [];
    this.#each(message, (mailbox, copy) => sent.push(mailbox.send(copy, options, waiter)));
    return (await Promise.all(sent)).reduce<Sent<V>>(first, { ok: true, value: undefined });
  }

  ledger(): Ledger {
    return this.#pool.ledger();
  }

  /**
   * Calls `deliver` for every mailbox that takes messages, or for one that refuses, if none does. The last one gets
   * `message`.
   */
  #each<V>(message: V, deliver: (mailbox: Mailbox, copy: V) => void): void {
    const { members } = this.#pool;
    let last: Mailbox | undefined;
    for (const { cell } of this.#own.isClosed ? [] : members) {
      if (cell.mailbox.isClosed) continue;
      if (last !== undefined) deliverClone(last, message, deliver);
      last = cell.mailbox;
    }
    deliver(last ?? (this.#own.isClosed ? this.#own : (members[0] as Routee).cell.mailbox), message);
  }
}

/** Delivers a clone. If it cannot be copied to a thread, drops its addresses and throws. */
function deliverClone<V>(mailbox: Mailbox, message: V, deliver: (mailbox: Mailbox, copy: V) => void): void {
  const copy = cloneForRecipient(message);
  try {
    deliver(mailbox, copy);
  } catch (misuse) {
    if (copy !== message) dropAddresses(copy);
    throw misuse;
  }
}

/**
 * Returns the first of two outcomes that is a refusal. Drops the addresses in the value of the other, which no caller
 * gets.
 */
function first<R extends Result<void, { readonly value: unknown }>>(earlier: R, later: R): R {
  if (earlier.ok) return later;
  if (!later.ok && later.error.value !== earlier.error.value) dropAddresses(later.error.value);
  return earlier;
}
