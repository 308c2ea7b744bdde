/**
 * The public types of addresses. An address is a counted sender into the mailbox of an actor, with `tell` and `ask` on top. Core
 * keeps the count; when the last strong address is dropped, the actor drains and stops. handle.ts implements them.
 */
import type { AnySender, Result, SendError, SendTimeoutError, TrySendError, WaitOptions } from "@pneumatic/core";
import type { ExitReason } from "../exit-reason.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";

/**
 * A strong handle on an actor that understands protocol `P`.
 *
 * While one exists the actor lives; when the last is dropped, the actor handles what is queued, stops, and drops what it
 * owns. Messages of one sender are handled in the order they were sent. An address of more messages can stand where one of
 * fewer is wanted. Use after `drop()` throws `UseAfterDropError`. (After actix's `Addr` and xtra's `Address`.)
 *
 * @example
 * ```ts
 * import { ActorSystem, actor } from "@pneumatic/actors";
 *
 * const counter = actor({
 *   state: (start: number) => ({ count: start }),
 *   on: {
 *     add: ({ state }, { by }: { by: number }) => {
 *       state.count += by;
 *     },
 *     get: ({ state }) => state.count,
 *   },
 * });
 * await using system = new ActorSystem({ name: "shop" });
 * using address = system.spawn(counter, { args: 5 });
 * address.tell({ type: "add", by: 2 });
 * console.log(await address.ask({ type: "get" })); // 7
 * ```
 */
export type Address<P> = AddressTo<MessageOf<P>, Ask<MessageOf<P>, { readonly [K in Names<P>]: ReplyOf<P, K> }>>;

// Both types spell the replies out. With a name for them that is generic in `P`, the compiler would compare protocols as they
// are written, and a method that promises its reply would differ from one that returns it.

/** A handle on an actor that understands protocol `P`, which does not keep it alive. */
export type WeakAddress<P> = WeakAddressTo<
  MessageOf<P>,
  Ask<MessageOf<P>, { readonly [K in Names<P>]: ReplyOf<P, K> }>
>;

/** The members that strong and weak addresses share. */
interface Deliveries<in Message, out AskFunction> {
  /** The path of the actor in its system: `/parent/name`. */
  readonly path: string;
  /** Resolves to the reason why the actor ended for good, once it has. Does not keep it alive and never rejects. */
  readonly exited: Promise<ExitReason>;
  /** Sends and forgets. A message that cannot be delivered becomes a dead letter with a reason. */
  tell(message: Message): void;
  /**
   * Sends, and resolves to the reply, which the handler returns.
   *
   * Rejects with `AskTimeoutError`, `ActorStoppedError`, `ActorPanickedError`, `MailboxFullError` or the reason of
   * the signal, at once if the actor dies. A message whose ask was given up while it was queued is never handled.
   *
   * The addresses in the message are given away by the call. They are the caller's again only if the error says `accepted:
   * false`: the message was refused, or waited for room in vain. On a thread, where the message is a copy, no error says so.
   */
  readonly ask: AskFunction;
  /**
   * Sends; waits for room if the mailbox is full and its overflow is `wait`. An error holds the message, which was
   * not sent.
   */
  send<M extends Message>(
    message: M,
    options?: WaitOptions,
  ): Promise<Result<void, SendError<M> | SendTimeoutError<M> | TrySendError<M>>>;
  /** Sends now or not at all. An error carries the message. */
  trySend<M extends Message>(message: M): Result<void, TrySendError<M>>;
}

/** The form of {@link Address} by its messages and its `ask`, whose variance the compiler can check. */
export interface AddressTo<in Message, out AskFunction> extends Deliveries<Message, AskFunction>, AnySender<Message> {
  /** Settles when the actor has started for the first time; rejects with `StartFailedError`, which need not be observed. */
  readonly started: Promise<void>;
  send<M extends Message>(
    message: M,
    options?: WaitOptions,
  ): Promise<Result<void, SendError<M> | SendTimeoutError<M> | TrySendError<M>>>;
  trySend<M extends Message>(message: M): Result<void, TrySendError<M>>;
  clone(): AddressTo<Message, AskFunction>;
  /** Returns a handle that does not keep the actor alive. */
  downgrade(): WeakAddressTo<Message, AskFunction>;
}

/** The form of {@link WeakAddress} by its messages and its `ask`. */
export interface WeakAddressTo<in Message, out AskFunction> extends Deliveries<Message, AskFunction> {
  /** Returns a strong address, or undefined once the last one was dropped. */
  upgrade(): AddressTo<Message, AskFunction> | undefined;
}

/** Any handle on an actor or a supervisor. */
export interface AnyAddress {
  readonly path: string;
  readonly exited: Promise<ExitReason>;
}
