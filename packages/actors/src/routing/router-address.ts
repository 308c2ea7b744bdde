/** The address of a router: that of one actor, to its senders, with methods to change and list its routees. */
import type { AddressTo } from "../address/address.ts";
import type { Definition } from "../definition.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";
import type { BroadcastArguments, RouteArguments, RouterSize } from "./router-options.ts";

/**
 * A strong handle on a router: an `Address` of the protocol of its routees. Each message goes straight into the
 * mailbox of one of them. When the last handle is dropped, the routees drain, each within its `shutdownMs`, and the
 * router stops.
 *
 * A routee that panics is restarted under its options and loses nothing that is queued. If all of them together
 * restart more often than `intensity` allows, the router ends with the reason of the last one. Once no routee is
 * left, a message becomes a dead letter, and an ask rejects with `ActorStoppedError`.
 *
 * Each routee gets the messages of one sender in order; between routees there is no order.
 */
export type RouterAddress<P> = RouterAddressTo<
  MessageOf<P>,
  Ask<MessageOf<P>, { readonly [K in Names<P>]: ReplyOf<P, K> }>
>;

/**
 * A strong handle on a router that tells each message to all of its routees. It is no `Address`, since it cannot be
 * asked: `ask` rejects with `BroadcastAskError`. An error of `send` or `trySend` is the first refusal; other routees
 * have the message.
 *
 * All routees of one thread see the same object, which none of them may change. Each gets clones of the strong
 * addresses in it.
 */
export type BroadcastAddress<P> = RouterAddressTo<MessageOf<P>, (message: never) => Promise<never>>;

/** The form of {@link RouterAddress} by its messages and its `ask`. */
export interface RouterAddressTo<in Message, out AskFunction> extends AddressTo<Message, AskFunction> {
  /**
   * Sets the number of routees. New ones are started, and those that ended for good replaced. Surplus ones, least
   * loaded first, finish their queue and stop.
   *
   * With `consistent_hash` about one in n keys moves; a queued message of such a key may be handled at the same time
   * as a new one. Throws `InvalidDefinitionError` for an invalid size, `SpawnRefusedError` if the router has ended.
   */
  resize(size: RouterSize): void;
  /** Lists the routees in the order of their start, then those that are leaving. */
  routees(): RouteeInfo[];
  clone(): RouterAddressTo<Message, AskFunction>;
}

/** Starts a router. The caller owns the address. */
export interface Route {
  <P, Args>(definition: Definition<P, Args>, ...options: BroadcastArguments<Args>): BroadcastAddress<P>;
  <P, Args>(definition: Definition<P, Args>, ...options: RouteArguments<P, Args>): RouterAddress<P>;
}

/** A routee, as `routees()` of a router lists it. */
export interface RouteeInfo {
  readonly id: string;
  readonly alive: boolean;
  readonly restarts: number;
  /** The number of messages that wait to be handled. */
  readonly queued: number;
}
