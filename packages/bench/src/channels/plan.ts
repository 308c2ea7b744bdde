/**
 * The work of the channel benchmarks, as every adapter gets it. Senders send `each` numbers; sender `s` of `S` sends
 * s, s + S, s + 2S, ..., so that a number says who sent it and which one it is. `receive` is to be called with each number as
 * it is received, and checks it.
 */
export interface Plan {
  readonly capacity: number;
  readonly senders: number;
  readonly receivers: number;
  readonly stages: number;
  /** Numbers per sender. */
  readonly each: number;
  readonly receive: (value: number) => void;
}

/**
 * How an adapter moves the numbers. It resolves once everything is received.
 *
 * - `flow`: every send and every receive is awaited.
 * - `tryFlow`: sends and receives at once, and awaits only when the channel is full or empty.
 * - `iterate`: sends are awaited, the receiver is `for await`.
 * - `batches`: sends at once, awaits when full; receives many at a time.
 * - `burst`: sends everything at once, then receives everything at once. `burstAwait`: then awaits each receive.
 * - `pingPong`: a number goes there and comes back before the next one goes.
 * - `pipeline`: through `stages` channels in a row, each with a task that forwards.
 * - `select`, `trySelect`: one channel per sender, a receiver that takes from whichever is ready.
 * - `share`: several receivers on one channel.
 * - `once`: a channel per number.
 */
export type Way =
  | "flow"
  | "tryFlow"
  | "iterate"
  | "batches"
  | "burst"
  | "burstAwait"
  | "iterateReady"
  | "drain"
  | "pingPong"
  | "pipeline"
  | "select"
  | "trySelect"
  | "share"
  | "once";

export type Run = (plan: Plan) => Promise<void> | void;

/** An adapter: what a library can do. */
export type Peer = { readonly [W in Way]?: Run };
