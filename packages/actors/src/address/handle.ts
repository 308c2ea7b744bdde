/**
 * The handles behind `Address` and `WeakAddress`. A strong one owns a sender of core, whose count is the life of the
 * actor; a weak one owns nothing. Both put messages into the same mailbox.
 */
import type { Result, Sender, TrySendError, WaitOptions } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import { afterYield, Channel, charge, refuse, unboundedSender } from "@pneumatic/core/internal";
import { isTracing } from "@pneumatic/core/internal/threads";
import { InvalidMessageError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Inbox } from "../mailbox/inbox.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Sent } from "../mailbox/waiting-senders.ts";
import type { AskOptions } from "../protocol.ts";
import { Envelope } from "../reply/ask.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { AddressTo, WeakAddressTo } from "./address.ts";
import { forgetOrigin, noteOrigin } from "./address-origins.ts";
import type { AnyAsk, Message, Target } from "./target.ts";
import { isObject, OWNER, TARGET } from "./target.ts";

const ignore = (): void => {};

abstract class BaseAddress {
  readonly #target: Target;
  /** The actor that has it, as far as that is known. */
  #owner: Waiter | undefined;

  constructor(target: Target, owner: Waiter | undefined) {
    this.#target = target;
    this.#owner = owner;
  }

  get [OWNER](): Waiter | undefined {
    return this.#owner;
  }

  set [OWNER](owner: Waiter | undefined) {
    this.#owner = owner;
  }

  get [TARGET](): Target {
    return this.#target;
  }

  get path(): string {
    return this.#target.path;
  }

  get exited(): Promise<ExitReason> {
    return this.#target.exited;
  }

  tell(message: Message): void {
    this.#inbox("tell", message).tell(message);
  }

  trySend<M extends Message>(message: M): Result<void, TrySendError<M>> {
    return this.#inbox("send", message).trySend(message);
  }

  send<M extends Message>(message: M, options?: WaitOptions): Promise<Sent<M>> {
    try {
      return this.#inbox("send", message).send(message, options, this.#owner);
    } catch (misuse) {
      return Promise.reject(misuse);
    }
  }

  ask(message: Message, options?: AskOptions): Promise<unknown> {
    try {
      const inbox = this.#inbox("ask", message);
      const refusal = options === undefined ? undefined : refuse(options);
      if (refusal !== undefined) return this.#refused(refusal);
      const ask = askAt(inbox, message, this.#target.deadlines, options, this.#owner);
      return ask.isSettled && charge(true) ? marked(afterYield(ask.promise)) : ask.promise; // else retries starve timers
    } catch (misuse) {
      return this.#refused(Promise.reject(misuse));
    }
  }

  #refused(refusal: Promise<never>): Promise<never> {
    this.#target.deadlines.rejected++;
    return marked(refusal);
  }

  /** Throws when this handle may not be used any more. */
  protected abstract check(operation: string): void;

  #inbox(operation: string, message: unknown): Inbox {
    this.check(operation);
    if (!isMessage(message)) throw new InvalidMessageError(this.path, message);
    return this.#target.inbox;
  }
}

/** Asks whoever has `inbox`, in the name of `waiter` if that is known. */
export function askAt(
  inbox: Inbox,
  message: Message,
  deadlines: Deadlines,
  options: AskOptions | undefined,
  waiter: Waiter | undefined,
): Envelope {
  const mailbox = inbox.inboxFor(message);
  const ask = new Envelope(mailbox.prepared(message), mailbox, deadlines, options);
  if (waiter !== undefined) ask.awaitedBy(waiter, mailbox.owner);
  mailbox.ask(ask);
  return ask;
}

/** A promise whose rejection ends no process when nobody observes it. */
function marked<R>(promise: Promise<R>): Promise<R> {
  promise.catch(ignore);
  return promise;
}

/** `message`, if it is one. */
export function checked(path: string, message: unknown): Message {
  if (!isMessage(message)) throw new InvalidMessageError(path, message);
  return message;
}

function isMessage(message: unknown): message is Message {
  return isObject(message) && typeof (message as Partial<Message>).type === "string";
}

class OwningAddress extends BaseAddress implements AddressTo<Message, AnyAsk> {
  readonly #sender: Sender<unknown>;
  #dropped = false;

  constructor(target: Target, sender: Sender<unknown>, owner: Waiter | undefined) {
    super(target, owner);
    this.#sender = sender;
    if (isTracing) noteOrigin(target, this);
  }

  get [Symbol.toStringTag](): string {
    return "Address";
  }

  get started(): Promise<void> {
    return this[TARGET].started;
  }

  get isDisconnected(): boolean {
    this.check("inspect");
    return this[TARGET].isClosed;
  }

  clone(): AddressTo<Message, AnyAsk> {
    this.check("clone");
    return new OwningAddress(this[TARGET], this.#sender.clone(), this[OWNER]);
  }

  downgrade(): WeakAddressTo<Message, AnyAsk> {
    this.check("downgrade");
    return new NonOwningAddress(this[TARGET], this[OWNER]);
  }

  async closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    this.check("wait for the end");
    return this.#sender.closed(options);
  }

  get isDropped(): boolean {
    return this.#dropped;
  }

  drop(): void {
    this.#dropped = true;
    if (isTracing) forgetOrigin(this[TARGET], this);
    this.#sender.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  protected override check(operation: string): void {
    if (this.#dropped) throw new UseAfterDropError(`Address of "${this.path}"`, operation);
  }
}

class NonOwningAddress extends BaseAddress implements WeakAddressTo<Message, AnyAsk> {
  get [Symbol.toStringTag](): string {
    return "WeakAddress";
  }

  /** A strong address of its own actor is made to be given away: it knows no holder until somebody owns it. */
  upgrade(): AddressTo<Message, AnyAsk> | undefined {
    const { [TARGET]: target, [OWNER]: owner } = this;
    const sender = target.revive();
    return sender && new OwningAddress(target, sender, owner === target ? undefined : owner);
  }

  protected override check(): void {}
}

/** The first strong address of an actor, which takes over the count that its channel was made with. */
export function firstAddress(target: Target & { readonly mailbox: Mailbox }): AddressTo<Message, AnyAsk> {
  return strongAddress(target, unboundedSender(target.mailbox.channel));
}

/** A strong address of an actor, which takes over the count of `sender`. */
export function strongAddress(target: Target, sender: Sender<unknown>): AddressTo<Message, AnyAsk> {
  return new OwningAddress(target, sender, undefined);
}

/** A weak address of an actor, in the hands of `owner`. */
export function weakAddress(target: Target, owner?: Waiter): WeakAddressTo<Message, AnyAsk> {
  return new NonOwningAddress(target, owner);
}

/** Says that `owner` has `value` from now on, if that is a handle; its clones and children do too. */
export function giveTo<V>(owner: Waiter, value: V): V {
  if (isObject(value) && OWNER in value) value[OWNER] = owner;
  return value;
}

/**
 * What is logged of a strong address that its owner has forgotten; `parent` is the actor that has spawned the one it is of,
 * and `origin` where it was made, or how to find out.
 */
export function lostAddress(path: string, parent: string | undefined, origin: string): string {
  const keep = parent === undefined ? "" : `: ctx.own(ctx.spawn(...)) keeps a child for as long as "${parent}" runs`;
  const remedies = `Drop it, as \`using\` does, or give it to an owner, ctx.own() or system.own()${keep}`;
  return `An address of actor "${path}" was lost without drop(), and is dropped now. ${remedies}. ${origin}`;
}

/** A sender for an address whose actor is gone, or about to be: it counts for nobody. */
export function closedSender(): Sender<unknown> {
  const channel = new Channel<unknown>(Number.POSITIVE_INFINITY);
  channel.removeReceiver();
  return unboundedSender(channel);
}
