/**
 * The handles behind `Address` and `WeakAddress`. A counted handle has a sender of core, and the count of the senders is the
 * life of the actor; a weak handle has none. Both put messages into the inbox of the same target.
 *
 *     BaseAddress ──┬── NonOwningAddress
 *                   └── CountedAddress ──┬── OwningAddress ─── RouterHandle (routing/handle.ts)
 *                                        └── SupervisorHandle (supervisor/handle.ts)
 *
 * Invariants: a counted handle has one sender, and `drop` gives it up; after it, each operation on the actor throws. The tree of
 * classes is deep so that each step adds one thing: where messages go, the count, the operations that users see.
 */
import type { Result, Sender, TrySendError, WaitOptions } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import { afterYield, Channel, charge, ignore, refuse, unboundedSender } from "@pneumatic/core/internal";
import { isTracing } from "@pneumatic/core/internal/threads";
import { InvalidMessageError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Inbox } from "../mailbox/inbox.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Sent } from "../mailbox/waiting-senders.ts";
import type { AskOptions } from "../protocol.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { AddressTo, WeakAddressTo } from "./address.ts";
import { forgetOrigin, noteOrigin } from "./address-origins.ts";
import { askAt, isMessage } from "./sending.ts";
import type { AnyAsk, Message, Target } from "./target.ts";
import { isObject, OWNER, TARGET } from "./target.ts";
import { dropAddresses } from "./walk.ts";

abstract class BaseAddress {
  // By symbols of another file, which the declaration of an exported class cannot have as names.
  static {
    Object.defineProperties(BaseAddress.prototype, {
      [TARGET]: {
        get(this: BaseAddress) {
          return this.#target;
        },
      },
      [OWNER]: {
        get(this: BaseAddress) {
          return this.#owner;
        },
        set(this: BaseAddress, owner: Waiter | undefined) {
          this.#owner = owner;
        },
      },
    });
  }
  readonly #target: Target;
  /** The actor that owns the handle, if that is known. */
  #owner: Waiter | undefined;

  constructor(target: Target, owner: Waiter | undefined) {
    this.#target = target;
    this.#owner = owner;
  }

  protected get target(): Target {
    return this.#target;
  }

  protected get owner(): Waiter | undefined {
    return this.#owner;
  }

  get path(): string {
    return this.#target.path;
  }

  get exited(): Promise<ExitReason> {
    const { exited, waitForGraph } = this.#target;
    waitForGraph.mayAwaitItself(this.#target, exited);
    return exited;
  }

  /** Throws if the handle may not be used any more. */
  protected abstract check(operation: string): void;

  protected inboxOf(operation: string, message: unknown): Inbox {
    this.check(operation);
    if (!isMessage(message)) throw new InvalidMessageError(this.path, message);
    return this.#target.inbox;
  }

  protected sendMessage<M extends Message>(message: M, options: WaitOptions | undefined): Promise<Sent<M>> {
    try {
      return this.inboxOf("send", message).send(message, options, this.#owner);
    } catch (misuse) {
      return Promise.reject(misuse);
    }
  }

  protected askMessage(message: Message, options: AskOptions | undefined): Promise<unknown> {
    try {
      const inbox = this.inboxOf("ask", message);
      const refusal = options === undefined ? undefined : refuse(options);
      if (refusal !== undefined) {
        refusal.catch((reason) => reason === options?.signal?.reason && dropAddresses(message)); // as of any aborted ask
        return this.#refused(refusal);
      }
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
}

/** Marks a promise as observed, so that its rejection does not end the process. */
function marked<R>(promise: Promise<R>): Promise<R> {
  promise.catch(ignore);
  return promise;
}

/** A handle that keeps its actor alive until it is dropped. */
export abstract class CountedAddress extends BaseAddress implements Disposable {
  readonly #sender: Sender<unknown>;
  #isDropped = false;

  /** Takes over `sender`, which counts for the target. */
  constructor(target: Target, sender: Sender<unknown>, owner: Waiter | undefined) {
    super(target, owner);
    this.#sender = sender;
    if (isTracing) noteOrigin(target, this);
  }

  abstract get [Symbol.toStringTag](): string;

  get started(): Promise<void> {
    return this.target.started;
  }

  get isDropped(): boolean {
    return this.#isDropped;
  }

  drop(): void {
    this.#isDropped = true;
    if (isTracing) forgetOrigin(this.target, this);
    this.#sender.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  protected override check(operation: string): void {
    if (this.#isDropped) throw new UseAfterDropError(`${this[Symbol.toStringTag]} of "${this.path}"`, operation);
  }

  /** Returns the sender, for `operation`. */
  protected senderFor(operation: string): Sender<unknown> {
    this.check(operation);
    return this.#sender;
  }
}

export class OwningAddress extends CountedAddress implements AddressTo<Message, AnyAsk> {
  get [Symbol.toStringTag](): string {
    return "Address";
  }

  get isDisconnected(): boolean {
    this.check("inspect");
    return this.target.isClosed;
  }

  tell(message: Message): void {
    this.inboxOf("tell", message).tell(message);
  }

  trySend<M extends Message>(message: M): Result<void, TrySendError<M>> {
    return this.inboxOf("send", message).trySend(message);
  }

  send<M extends Message>(message: M, options?: WaitOptions): Promise<Sent<M>> {
    return this.sendMessage(message, options);
  }

  ask(message: Message, options?: AskOptions): Promise<unknown> {
    return this.askMessage(message, options);
  }

  clone(): OwningAddress {
    return new OwningAddress(this.target, this.senderFor("clone").clone(), undefined); // it is made to be given away
  }

  downgrade(): WeakAddressTo<Message, AnyAsk> {
    this.check("downgrade");
    return new NonOwningAddress(this.target, this.owner);
  }

  async closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    return this.senderFor("wait for the end").closed(options);
  }
}

class NonOwningAddress extends BaseAddress implements WeakAddressTo<Message, AnyAsk> {
  get [Symbol.toStringTag](): string {
    return "WeakAddress";
  }

  tell(message: Message): void {
    this.inboxOf("tell", message).tell(message);
  }

  trySend<M extends Message>(message: M): Result<void, TrySendError<M>> {
    return this.inboxOf("send", message).trySend(message);
  }

  send<M extends Message>(message: M, options?: WaitOptions): Promise<Sent<M>> {
    return this.sendMessage(message, options);
  }

  ask(message: Message, options?: AskOptions): Promise<unknown> {
    return this.askMessage(message, options);
  }

  /** Returns a strong address. That of an actor's own handle is made to be given away, so it has no owner yet. */
  upgrade(): AddressTo<Message, AnyAsk> | undefined {
    const { target, owner } = this;
    const sender = target.revive();
    return sender && new OwningAddress(target, sender, owner === target ? undefined : owner);
  }

  protected override check(): void {}
}

/** Returns the first sender of an actor, which takes over the count with which its channel was made. */
export function firstSender(target: { readonly mailbox: Mailbox }): Sender<unknown> {
  return unboundedSender(target.mailbox.channel);
}

/** Returns a strong address of an actor, which takes over the count of `sender`. */
export function strongAddress(target: Target, sender: Sender<unknown>): AddressTo<Message, AnyAsk> {
  return new OwningAddress(target, sender, undefined);
}

/** Returns a weak address of an actor, owned by `owner`. */
export function weakAddress(target: Target, owner?: Waiter): WeakAddressTo<Message, AnyAsk> {
  return new NonOwningAddress(target, owner);
}

/** Notes that `owner` owns `value` from now on, if that is a handle; so will it own its clones and children. */
export function giveTo<V>(owner: Waiter, value: V): V {
  if (isObject(value) && OWNER in value) value[OWNER] = owner;
  return value;
}

/**
 * Returns the warning about a strong address of the actor `path` that its owner has forgotten. `parent` is the actor that has
 * spawned it, `origin` says where the address was made, or how to find out.
 */
export function lostAddress(path: string, parent: string | undefined, origin: string): string {
  const keep = parent === undefined ? "" : `: ctx.own(ctx.spawn(...)) keeps a child for as long as "${parent}" runs`;
  const remedies = `Drop it, as \`using\` does, or give it to an owner, ctx.own() or system.own()${keep}`;
  return `An address of actor "${path}" was lost without drop(), and is dropped now. ${remedies}. ${origin}`;
}

/** Returns a sender that counts for nothing, for an address whose actor has ended, or is about to. */
export function closedSender(): Sender<unknown> {
  const channel = new Channel<unknown>(Number.POSITIVE_INFINITY);
  channel.removeReceiver();
  return unboundedSender(channel);
}
