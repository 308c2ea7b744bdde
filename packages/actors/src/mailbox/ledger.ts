/**
 * The ledger of messages, as users see it: each one accepted is in exactly one of the other terms at every instant.
 *
 *     accepted = queued + stashed + inFlight + handled + panicked + expired + dead letters of every reason
 */
import type { DeadLetterReason } from "./dead-letter.ts";

/** The account of all messages of an actor or of a system. */
export interface Ledger {
  readonly accepted: number;
  readonly queued: number;
  /** Messages that their handler has set aside. */
  readonly stashed: number;
  readonly inFlight: number;
  readonly handled: number;
  readonly panicked: number;
  /** Asks whose caller gave up while they were queued. */
  readonly expired: number;
  readonly deadLettered: Readonly<Partial<Record<DeadLetterReason, number>>>;
}
