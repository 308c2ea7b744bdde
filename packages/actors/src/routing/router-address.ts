/** The address of a router: one of its routees' protocol, by which their number can be changed. */
import type { AddressTo } from "../address/address.ts";
import type { Definition } from "../definition.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";
import type { BroadcastArguments, RouteArguments, RouterSize } from "./router-options.ts";

/**
 * A strong handle on a router, which is an `Address` of what its routees understand: each message goes straight into
 * the mailbox of one of them. When the last handle is dropped, the routees drain, each within its `shutdownMs`, and the
 * router stops.
 *
 * A routee that panics is restarted under its options and loses nothing that is queued; more restarts than `intensity`
 * has for all of them together end the router with the reason of the last one. A message that comes when no routee is
 * left becomes a dead letter, and an ask rejects with `ActorStoppedError`.
 *
 * The order of one sender is kept at each routee, not between them.
 */
export type RouterAddress<P> = RouterAddressTo<
  MessageOf<P>,
  Ask<MessageOf<P>, { readonly [K in Names<P>]: ReplyOf<P, K> }>
>;

/**
 * A strong handle on a router that tells each message to all of its routees. It is no `Address`, for it cannot be asked:
 * `ask` rejects with `BroadcastAskError`. An error of `send` and `trySend` is the first refusal: other routees have the
 * message.
 *
 * All routees of one thread see the same object, which none of them may change; only strong addresses in it are clones, each
 * routee's own.
 */
export type BroadcastAddress<P> = RouterAddressTo<MessageOf<P>, (message: never) => Promise<never>>;

/** {@link RouterAddress}, spelled by its messages and its `ask`. */
export interface RouterAddressTo<in Message, out AskFunction> extends AddressTo<Message, AskFunction> {
  /**
   * Sets the number of routees. Starts new ones, and replaces those that have ended for good. Surplus ones, least
   * loaded first, finish their queue and stop.
   *
   * With `consistent_hash` about one in n keys moves. The queued messages of such a key may be handled at the same time
   * as new ones. Throws `InvalidDefinitionError` for a value that is no size, `SpawnRefusedError` when the router has
   * ended.
   */
  resize(size: RouterSize): void;
  /** The routees in the order of their start, then those that are leaving. */
  routees(): RouteeInfo[];
  clone(): RouterAddressTo<Message, AskFunction>;
}

/** Starts a router. The caller owns the address. */
export interface Route {
  <P, Args>(definition: Definition<P, Args>, ...options: BroadcastArguments<Args>): BroadcastAddress<P>;
  <P, Args>(definition: Definition<P, Args>, ...options: RouteArguments<P, Args>): RouterAddress<P>;
}

/** A routee as `routees()` of a router lists it. */
export interface RouteeInfo {
  readonly id: string;
  readonly alive: boolean;
  readonly restarts: number;
  /** The number of messages that wait to be handled. */
  readonly queued: number;
}
