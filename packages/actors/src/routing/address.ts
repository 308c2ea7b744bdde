/** The handle on a router: an address of its routees' protocol, by which their number can be changed. */
import type { Sender } from "@pneumatic/core";
import type { AddressTo } from "../address/address.ts";
import { OwningAddress } from "../address/handle.ts";
import type { AnyAsk, Message, Target } from "../address/target.ts";
import type { Definition } from "../definition.ts";
import type { Ask, MessageOf, Names, ReplyOf } from "../protocol.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { BroadcastArguments, RouteArguments, RouterSize } from "./options.ts";
import type { RouteeInfo } from "./pool.ts";

/**
 * A strong handle on a router, which is an `Address` of what its routees understand: each message goes straight into the
 * mailbox of one of them. When the last handle is dropped, the routees drain, each within its `shutdownMs`, and the router
 * stops.
 *
 * A routee that panics is restarted under its options and loses nothing that is queued; more restarts than `intensity` has
 * for all of them together end the router with the reason of the last one. What comes when no routee is left becomes a dead
 * letter, and an ask rejects with `ActorStoppedError`.
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
   * From now on there are so many routees. New ones are started, those that ended for good replaced; of those that are too
   * many the ones with the least to do handle what they have, and stop.
   *
   * With `consistent_hash` about one in n keys moves; what is queued of such a key may be handled at the same time as what
   * comes. Throws `InvalidDefinitionError` for no size, `SpawnRefusedError` when the router has ended.
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

/** The router behind a handle. */
export interface Router {
  resize(size: RouterSize): void;
  list(): RouteeInfo[];
}

class RouterHandle extends OwningAddress implements RouterAddressTo<Message, AnyAsk> {
  readonly #router: Router;

  constructor(target: Target, sender: Sender<unknown>, owner: Waiter | undefined, router: Router) {
    super(target, sender, owner);
    this.#router = router;
  }

  override get [Symbol.toStringTag](): string {
    return "RouterAddress";
  }

  resize(size: RouterSize): void {
    this.check("resize");
    this.#router.resize(size);
  }

  routees(): RouteeInfo[] {
    this.check("list the routees");
    return this.#router.list();
  }

  override clone(): RouterHandle {
    return new RouterHandle(this.target, this.senderFor("clone").clone(), this.owner, this.#router);
  }
}

/** Returns a strong handle on a router, which takes over the count of `sender`. */
export function routerAddress(target: Target, sender: Sender<unknown>, router: Router): object {
  return new RouterHandle(target, sender, undefined, router);
}
