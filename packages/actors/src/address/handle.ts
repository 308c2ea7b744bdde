/**
 * The handles behind `Address` and `WeakAddress`. A strong one owns a sender of core, whose count is the life of the
 * actor; a weak one owns nothing. Both put messages into the same mailbox.
 */
import type { Result, Sender, TrySendError, WaitOptions } from "@pneumatic/core";
import { UseAfterDropError } from "@pneumatic/core";
import { refuse, unboundedSender } from "@pneumatic/core/internal";
import type { ExitReason } from "../cell/exit-reason.ts";
import { InvalidMessageError } from "../errors.ts";
import type { Inbox } from "../mailbox/inbox.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { Sent } from "../mailbox/parked.ts";
import type { AskOptions } from "../protocol.ts";
import { Ask } from "../reply/ask.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { AddressTo, WeakAddressTo } from "./address.ts";

/** The actor, as its addresses see it. */
export interface Target {
  readonly path: string;
  readonly mailbox: Mailbox;
  /** Where messages to it go: its mailbox, unless it is a router. */
  readonly inbox: Inbox;
  readonly deadlines: Deadlines;
  readonly started: Promise<void>;
  readonly exited: Promise<ExitReason>;
}

/** Where any handle, strong or weak, says which actor it is for. Whatever can be disposed of as well is strong. */
export const TARGET: unique symbol = Symbol("target");

export type Message = { readonly type: string };
export type AnyAsk = (message: Message, options?: AskOptions) => Promise<unknown>;

abstract class Handle {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
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
      return this.#inbox("send", message).send(message, options);
    } catch (misuse) {
      return Promise.reject(misuse);
    }
  }

  ask(message: Message, options?: AskOptions): Promise<unknown> {
    try {
      const inbox = this.#inbox("ask", message);
      const refusal = options === undefined ? undefined : refuse(options);
      if (refusal !== undefined) return observed(refusal);
      const mailbox = inbox.place(message);
      const ask = new Ask(mailbox.prepared(message), mailbox, this.#target.deadlines, options);
      mailbox.ask(ask);
      return ask.promise;
    } catch (misuse) {
      return observed(Promise.reject(misuse));
    }
  }

  /** Throws when this handle may not be used any more. */
  protected abstract check(operation: string): void;

  #inbox(operation: string, message: unknown): Inbox {
    this.check(operation);
    checkMessage(this.path, message);
    return this.#target.inbox;
  }
}

/** A rejection that ends no process when nobody observes it. */
function observed(refusal: Promise<never>): Promise<never> {
  refusal.catch(() => {});
  return refusal;
}

/** `message`, if it is one. */
export function checked(path: string, message: unknown): Message {
  checkMessage(path, message);
  return message as Message;
}

/** Throws for what is no message at all. */
function checkMessage(path: string, message: unknown): void {
  if (!isObject(message) || typeof (message as Partial<Message>).type !== "string") {
    throw new InvalidMessageError(path, message);
  }
}

class StrongHandle extends Handle implements AddressTo<Message, AnyAsk> {
  readonly #sender: Sender<unknown>;
  #dropped = false;

  constructor(target: Target, sender: Sender<unknown>) {
    super(target);
    this.#sender = sender;
  }

  get [Symbol.toStringTag](): string {
    return "Address";
  }

  get started(): Promise<void> {
    return this[TARGET].started;
  }

  get isDisconnected(): boolean {
    this.check("inspect");
    return this[TARGET].mailbox.isClosed;
  }

  clone(): AddressTo<Message, AnyAsk> {
    this.check("clone");
    return new StrongHandle(this[TARGET], this.#sender.clone());
  }

  downgrade(): WeakAddressTo<Message, AnyAsk> {
    this.check("downgrade");
    return new WeakHandle(this[TARGET]);
  }

  async closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    this.check("wait for the end");
    return this.#sender.closed(options);
  }

  drop(): void {
    this.#dropped = true;
    this.#sender.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  protected override check(operation: string): void {
    if (this.#dropped) throw new UseAfterDropError(`Address of "${this.path}"`, operation);
  }
}

class WeakHandle extends Handle implements WeakAddressTo<Message, AnyAsk> {
  get [Symbol.toStringTag](): string {
    return "WeakAddress";
  }

  upgrade(): AddressTo<Message, AnyAsk> | undefined {
    const { channel } = this[TARGET].mailbox;
    return channel.reviveSender() ? new StrongHandle(this[TARGET], unboundedSender(channel)) : undefined;
  }

  protected override check(): void {}
}

/** The first strong address of an actor, which takes over the count that its channel was made with. */
export function firstAddress(target: Target): AddressTo<Message, AnyAsk> {
  return new StrongHandle(target, unboundedSender(target.mailbox.channel));
}

/** A weak address of an actor. */
export function weakAddress(target: Target): WeakAddressTo<Message, AnyAsk> {
  return new WeakHandle(target);
}

/** The actor behind a handle; undefined for anything else. */
export function targetOf(value: unknown): Target | undefined {
  return isObject(value) && TARGET in value ? (value[TARGET] as Target) : undefined;
}

/**
 * Drops every strong handle in `value`: itself, or found by walking plain objects and arrays. Used where a message or an
 * argument is let go of that nobody else will drop.
 */
export function dropAddresses(value: unknown): void {
  const seen = new Set<unknown>();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    if (TARGET in next) (next as Partial<Disposable>)[Symbol.dispose]?.();
    else if (Array.isArray(next) || isPlain(next)) for (const item of valuesOf(next)) pending.push(item);
  }
}

/** None for an object whose getters throw. */
export function valuesOf(value: object): unknown[] {
  try {
    return Object.values(value);
  } catch {
    return [];
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whether `value` is made of braces, so that what is in it can be walked. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
