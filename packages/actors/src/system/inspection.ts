/**
 * The picture of a system at one instant: plain data, which can be printed, compared and sent as JSON. Nothing in it is the
 * content of a message.
 */
import type { Ledger } from "../mailbox/ledger.ts";
import type { Overflow } from "../mailbox/mailbox-spec.ts";

/**
 * The state of an actor: `new` (a child whose supervisor has yet to start it), `starting`, `ready` (nothing to do),
 * `queued` (waits for its turn), `busy` (its turn is on the stack), `awaiting` (its handler has yet to settle),
 * `ending`, `down` (waits for its restart), `stopped`.
 */
export type ActorState = "new" | "starting" | "ready" | "queued" | "busy" | "awaiting" | "ending" | "down" | "stopped";

/** An actor, as `inspect()` sees it. */
export interface ActorInspection {
  readonly path: string;
  /** The id, as in the log: no two actors of a system have the same. */
  readonly id: number;
  /** The name of its definition. */
  readonly definition: string;
  readonly state: ActorState;
  /** The number of queued messages, without the one in flight. */
  readonly depth: number;
  /** The number of messages that `ctx.stash` set aside. */
  readonly stashed: number;
  /**
   * The milliseconds, at least, for which the oldest message has been queued; 0 if none is. The runtime notes no time
   * for each message: it counts from the moment at which the actor was seen not to take the message, which is at once
   * while a handler or a start is awaited, and after about a millisecond while the system is busy.
   */
  readonly oldestMessageMs: number;
  /** The message that is being handled, and the milliseconds since `inspect()` first saw that. */
  readonly inFlight: { readonly type: string; readonly seenForMs: number } | undefined;
  /** The number of its starts; 0 before the first. */
  readonly generation: number;
  readonly restarts: number;
  readonly mailbox: {
    /** The most messages that it takes; null if there is no limit. */
    readonly capacity: number | null;
    readonly overflow: Overflow;
    /** True if it refuses new messages: the actor drains, or ends. */
    readonly isClosed: boolean;
  };
  /** The number of strong addresses. With none, only its parent keeps the actor. */
  readonly strongAddresses: number;
  /** Undefined in process; else the `threadId` of the worker thread, which is undefined while it has none. */
  readonly thread: { readonly id: number | undefined } | undefined;
  readonly children: readonly ActorInspection[];
}

/** A system, as `inspect()` sees it. */
export interface SystemInspection {
  readonly name: string;
  /** The number of living actors. */
  readonly living: number;
  readonly ledger: Ledger;
  /** The number of asks that were rejected since the beginning, even if nobody observed it. */
  readonly rejectedAsks: number;
  readonly deadLetters: {
    /** The number of letters in the store. */
    readonly kept: number;
    /** The number of receivers of dead letters. */
    readonly receivers: number;
    /** The number of letters that a receiver had no room for. */
    readonly undelivered: number;
  };
  /** The actors without a parent, in the order they were spawned. */
  readonly actors: readonly ActorInspection[];
  /**
   * The paths of actors that own each other's addresses in `args` or by `ctx.own`, and so keep each other alive.
   * Addresses elsewhere, such as in a state, are not seen.
   */
  readonly cycles: readonly (readonly string[])[];
}

/** The health of a system, as the probes of an orchestrator ask for it. */
export interface Health {
  /** False after the shutdown. */
  readonly live: boolean;
  /**
   * False during and after the shutdown, and while a child in the specification of a supervisor, or an actor spawned with
   * `essential: true`, starts, waits for its restart, or has ended as a failure.
   */
  readonly ready: boolean;
  /** Why it is not ready, a sentence for each reason, such as `/db is starting`. */
  readonly reasons: readonly string[];
}
