/** The options of `route`. */
import type { MessageOf } from "../protocol.ts";
import type { ChildOptions, RootOptions, WithArgs } from "../supervisor/actor-options.ts";

/** The strategy that chooses the routee of a message. As in Akka's pools. */
export type RoutingStrategy = "round_robin" | "random" | "least_loaded" | "consistent_hash" | "broadcast";

/** The number of routees: a fixed one, or as many as the load asks for. */
export type RouterSize = number | ElasticSize;

/**
 * From `min` to `max` routees. One more is started by a message that finds every one of them loaded; one that had nothing to
 * do is drained.
 */
export interface ElasticSize {
  readonly min: number;
  readonly max: number;
  /**
   * A routee is loaded with so many messages queued and in flight; 2 when left out, so that one more would have to
   * wait.
   */
  readonly loadedAt?: number;
  /** A routee that took no message for so many milliseconds, and at most twice that, is drained; 10,000 when left out. */
  readonly idleMs?: number;
}

/** A strategy that needs nothing else. */
export interface PlainRouting {
  /** `round_robin` when left out. */
  readonly strategy?: "round_robin" | "random" | "least_loaded";
  readonly size: RouterSize;
  readonly key?: never;
}

/** Messages of one key go to one routee. */
export interface HashedRouting<in Message> {
  readonly strategy: "consistent_hash";
  readonly size: RouterSize;
  /** Must be pure. If it throws, or returns no string, the sender gets a `RoutingKeyError`, and nothing is sent. */
  readonly key: (message: Message) => string;
}

/** Every routee gets every message. */
export interface BroadcastRouting {
  readonly strategy: "broadcast";
  readonly size: number;
  readonly key?: never;
}

/** The arguments of `route` after the definition: how messages are routed, and how each routee lives. */
export type RouteArguments<P, Args> = Required<
  WithArgs<ChildOptions & RootOptions & (PlainRouting | HashedRouting<MessageOf<NoInfer<P>>>), Args>
>;

/** The arguments of `route` for a broadcast. */
export type BroadcastArguments<Args> = Required<WithArgs<ChildOptions & RootOptions & BroadcastRouting, Args>>;
