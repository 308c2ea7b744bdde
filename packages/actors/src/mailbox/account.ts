/** Counts what becomes of messages; the ledger is made from it. */
import type { DeadLetterReason } from "./dead-letter.ts";
import type { Ledger } from "./ledger.ts";

/** The messages whose fate is open. */
export type OpenCounts = Pick<Ledger, "queued" | "stashed" | "inFlight">;

/** The counters of one mailbox, or the sum over the mailboxes of actors that have ended. */
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
