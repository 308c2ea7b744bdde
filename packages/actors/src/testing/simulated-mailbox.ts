/** A mailbox that tells what is sent to it, remembers the order, and may be struck by faults. */
import type { Result, WaitOptions } from "@pneumatic/core";
import { TrySendError } from "@pneumatic/core";
import { MailboxFullError } from "../errors.ts";
import type { MailboxOwner } from "../mailbox/mailbox.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import type { Sent } from "../mailbox/parked.ts";
import type { MailboxSpec } from "../mailbox/spec.ts";
import type { Ask } from "../reply/ask.ts";
import type { Waiter } from "../reply/deadlocks.ts";

type Message = { readonly type: string };
type How = "tells" | "sends" | "asks" | "delivers";

/** What is told of each message before it is put into the mailbox. */
export interface SendObserver {
  /** True when there is no room for it, whatever the mailbox thinks. */
  sends(how: How, message: Message, mailbox: SimulatedMailbox): boolean;
}

export class SimulatedMailbox extends Mailbox {
  readonly #observer: SendObserver;
  /** What was sent and has not been handled, in order; some of it may be gone for good. */
  #expected: Message[] = [];
  #from = 0;
  /** Whether messages may overtake each other: by priority, by a stash, or because they were asked for by the actor itself. */
  #isOrdered: boolean;

  constructor(
    spec: MailboxSpec<never>,
    owner: MailboxOwner,
    prepare: ((message: unknown) => unknown) | undefined,
    observer: SendObserver,
  ) {
    super(spec, owner, prepare);
    this.#observer = observer;
    this.#isOrdered = spec.rankOf === undefined && prepare === undefined;
  }

  /** Whether `message` is not overtaken by one that was sent before it and comes later. */
  isNext(message: Message): boolean {
    if (!this.#isOrdered) return true;
    const at = this.#expected.indexOf(message, this.#from);
    if (at === -1) return false;
    this.#from = at + 1;
    if (this.#from > 1000) {
      this.#expected = this.#expected.slice(this.#from);
      this.#from = 0;
    }
    return true;
  }

  override tell(message: unknown): void {
    if (!this.#sends("tells", message)) super.tell(message);
    else {
      this.account.accepted++;
      this.discard(message, "full");
    }
  }

  override trySend<V>(message: V): Result<void, TrySendError<V>> {
    if (this.#sends("sends", message)) return { ok: false, error: new TrySendError("full", message) };
    return super.trySend(message);
  }

  override send<V>(message: V, options: WaitOptions | undefined, holder: Waiter | undefined): Promise<Sent<V>> {
    const isStruck = this.#sends("sends", message);
    if (!isStruck || this.overflow === "wait") return super.send(message, options, holder);
    return Promise.resolve({ ok: false, error: new TrySendError("full", message) });
  }

  override ask(ask: Ask): void {
    if (this.#sends("asks", ask.message)) ask.reject(new MailboxFullError(this.path, this.channel.capacity));
    else super.ask(ask);
  }

  override deliver(message: unknown): void {
    this.#isOrdered = false;
    this.#sends("delivers", message);
    super.deliver(message);
  }

  override stash(item: unknown): void {
    this.#isOrdered = false;
    super.stash(item);
  }

  #sends(how: How, message: unknown): boolean {
    if (this.#isOrdered) this.#expected.push(message as Message);
    return this.#observer.sends(how, message as Message, this);
  }
}
