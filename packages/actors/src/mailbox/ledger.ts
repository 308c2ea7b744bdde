/**
 * The account of messages: each one accepted is in exactly one of the other terms at every instant.
 *
 *     accepted = queued + stashed + inFlight + handled + panicked + expired + dead letters of every reason
 */

/** Why a message was not handled; a closed set. */
export type DeadLetterReason =
  /** The mailbox was full, and `tell` does not wait. */
  | "full"
  /** The overflow policy gave it up for another one, or for those before it. */
  | "overflow"
  /** Sent through a weak address after the last strong one was dropped. */
  | "draining"
  /** The actor ended before it was handled, or had ended already. */
  | "stopped"
  /** It was being handled when the actor was killed. */
  | "killed"
  /** Its handler panicked, and its policy keeps it; the ledger counts it as panicked. */
  | "quarantined"
  /** There is no handler of its name. */
  | "unknownMessage"
  /** The actor could not start. */
  | "startFailed"
  /** The supervision gave up on restarts. */
  | "intensityExceeded"
  /** What it transfers had gone to a thread that was lost, or gave it back. */
  | "transferLost"
  /** Published to a subscriber that cannot take it: it cannot be copied to its thread, or has no key for its router. */
  | "undeliverable";

/** Where all messages of an actor or of a system are. */
export interface Ledger {
  readonly accepted: number;
  readonly queued: number;
  /** Set aside by their handler. */
  readonly stashed: number;
  readonly inFlight: number;
  readonly handled: number;
  readonly panicked: number;
  /** Asks whose caller gave up while they were queued. */
  readonly expired: number;
  readonly deadLettered: Readonly<Partial<Record<DeadLetterReason, number>>>;
}

/** The messages whose fate is open. */
export type OpenCounts = Pick<Ledger, "queued" | "stashed" | "inFlight">;

/** The counters of one mailbox, or the sum over mailboxes whose actors have ended. */
export class Account {
  accepted = 0;
  handled = 0;
  panicked = 0;
  expired = 0;
  #deadLettered: Map<DeadLetterReason, number> | undefined = undefined;

  deadLetter(reason: DeadLetterReason, count = 1): void {
    this.#deadLettered ??= new Map();
    this.#deadLettered.set(reason, (this.#deadLettered.get(reason) ?? 0) + count);
  }

  add(other: Account): void {
    this.accepted += other.accepted;
    this.handled += other.handled;
    this.panicked += other.panicked;
    this.expired += other.expired;
    if (other.#deadLettered === undefined) return;
    for (const [reason, count] of other.#deadLettered) this.deadLetter(reason, count);
  }

  ledger({ queued, stashed, inFlight }: OpenCounts): Ledger {
    const { accepted, handled, panicked, expired } = this;
    const deadLettered = Object.fromEntries(this.#deadLettered ?? []);
    return { accepted, queued, stashed, inFlight, handled, panicked, expired, deadLettered };
  }
}
