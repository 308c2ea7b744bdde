/** The options of `route`. */
import type { MessageOf } from "../protocol.ts";
import type { ChildOptions, RootOptions, WithArgs } from "../supervisor/actor-options.ts";

/** The way in which a router chooses the routee of a message. (After Akka's pools.) */
export type RoutingStrategy = "round_robin" | "random" | "least_loaded" | "consistent_hash" | "broadcast";

/** The number of routees: fixed, or as the load asks for. */
export type RouterSize = number | ElasticSize;

/**
 * A number of routees from `min` to `max`. A message that finds every routee loaded starts one more; an idle one is
 * drained.
 */
export interface ElasticSize {
  readonly min: number;
  readonly max: number;
  /**
   * The number of messages, queued and in flight, with which a routee is loaded; 2 when left out, since one more
   * would wait.
   */
  readonly loadedAt?: number;
  /** The milliseconds without a message after which a routee is drained, or at most twice as many; 10,000 when left out. */
  readonly idleMs?: number;
}

/** The options of a strategy that needs no key. */
export interface PlainRouting {
  /** `round_robin` by default. */
  readonly strategy?: "round_robin" | "random" | "least_loaded";
  readonly size: RouterSize;
  readonly key?: never;
}

/** The options of `consistent_hash`: messages of one key go to one routee. */
export interface HashedRouting<in Message> {
  readonly strategy: "consistent_hash";
  readonly size: RouterSize;
  /**
   * Returns the key of a message; must be pure. If it throws, or returns no string, the sender gets a
   * `RoutingKeyError`, and nothing is sent.
   */
  readonly key: (message: Message) => string;
}

/** The options of `broadcast`: every routee gets every message. */
export interface BroadcastRouting {
  readonly strategy: "broadcast";
  readonly size: number;
  readonly key?: never;
}

/**
 * The arguments of `route` after the definition: the routing of messages, and the life of each routee. A routee whose job
 * panics restarts at once, and under its `backoff` while no job succeeds; that is no illness of the pool, so `intensity` counts
 * failed starts and crashes of threads only.
 */
export type RouteArguments<P, Args> = Required<
  WithArgs<ChildOptions & RootOptions & (PlainRouting | HashedRouting<MessageOf<NoInfer<P>>>), Args>
>;

/** The arguments of `route` for a broadcast. */
export type BroadcastArguments<Args> = Required<WithArgs<ChildOptions & RootOptions & BroadcastRouting, Args>>;
