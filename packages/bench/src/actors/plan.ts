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
 * - `askActor`: one actor asks another through an address of its own, one ask after the other, as in `ask`; it gives `reply` each reply.
 * - `restart`: an actor gets a message that it throws a new Error on, then one that carries a number, and so on, in bursts of
 *   `width` numbers. It is restarted each time, and gives `reply` how many numbers it has handled since: 1.
 */
export type Way = "tell" | "selfTell" | "ask" | "ring" | "spawn" | "forkJoin" | "askActor" | "restart";

export type Run = (plan: Plan) => Promise<void> | void;

/** What saturates the event loop: actors that tell themselves 0, 1, 2, ... until it is enough. */
export interface Flood {
  readonly actors: number;
  /** Whether the handlers await something before they tell. */
  readonly isAsync: boolean;
  /** Called by each actor with its own number and the message's; false once the actor is to tell nothing more. */
  readonly handle: (actor: number, value: number) => boolean;
}

/** What fills the memory: actors, then messages. */
export interface Population {
  readonly actors: number;
  readonly messages: number;
  /** Called by every handler. */
  readonly handle: () => void;
  /** Resolves when `count` messages have been handled in all. */
  handled(count: number): Promise<void>;
  /**
   * Called once each, in this order, while nothing is under way: before the actors are made; when they are there; when each
   * has handled one message; the same again just before `messages` messages are sent to one of them; while all of those wait.
   * What queues nothing leaves the last two out.
   */
  weigh(stage: Stage): void;
}

export type Stage = "none" | "idle" | "used" | "unqueued" | "queued";

/** An adapter: what a library can do. The last two resolve once everything is handled, too. */
export type Peer = { readonly [W in Way]?: Run } & {
  readonly flood?: (flood: Flood) => Promise<void>;
  readonly populate?: (population: Population) => Promise<void>;
};

export const MESSAGES_PER_FORK = 100;
