/**
 * The work of the actor benchmarks, as every adapter gets it. The messages of a task carry 0, 1, 2, ...: an actor that misses
 * one, or gets it out of order, says so through `handle`.
 */
export interface Plan {
  /** Messages, asks, hops or actors, as the workload has it. */
  readonly total: number;
  /** Messages in a burst, asks in flight, actors in a ring or alive at once. */
  readonly width: number;
  /** Called by the handler with what the message carries. */
  readonly handle: (value: number) => void;
  /** Called with each reply. */
  readonly reply: (value: number) => void;
  /** What is before `begin` and after `end` is not measured, where they are called: in `ring`, whose actors are there before. */
  readonly begin: () => void;
  readonly end: () => void;
}

/**
 * What is measured. It resolves once everything is handled.
 *
 * - `tell`: bursts of `width` messages 0, 1, 2, ... to one actor; each burst ends with a request for the number of messages handled.
 * - `selfTell`: an actor tells itself the next number.
 * - `ask`: `width` askers, each one ask after the other with a deadline of 5 s; asks carry a number, replies that number plus 1.
 * - `ring`: one message goes round `width` actors; it carries the number of its hop.
 * - `spawn`: actors that handle one message and stop; `width` of them are alive at once.
 * - `forkJoin`: `width` actors at once, each gets 100 messages that carry its number, and reports.
 */
export type Way = "tell" | "selfTell" | "ask" | "ring" | "spawn" | "forkJoin";

export type Run = (plan: Plan) => Promise<void> | void;

/** An adapter: what a library can do. */
export type Peer = { readonly [W in Way]?: Run };

export const MESSAGES_PER_FORK = 100;
