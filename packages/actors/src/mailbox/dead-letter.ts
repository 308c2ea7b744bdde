/** Dead letters: the messages that no handler saw, each with its reason. */

/** A message that was not handled. */
export interface DeadLetter {
  readonly message: unknown;
  /** The `type` of the message. */
  readonly type: string;
  readonly reason: DeadLetterReason;
  /** The path of the actor to which it was sent. */
  readonly to: string;
  /** The id of that actor. */
  readonly id: number;
  /** The time in milliseconds of the system's clock: good for differences, and no date. */
  readonly at: number;
  /** The error of its handler, if it was quarantined for that. */
  readonly error?: unknown;
}

/** The reason why a message was not handled: a closed set. */
export type DeadLetterReason =
  /** The mailbox was full, and `tell` does not wait. */
  | "full"
  /** The overflow policy gave it up for a newer message, or for the older ones. */
  | "overflow"
  /** Sent while the actor ended: after its last strong address was dropped, or after a drain or a shutdown began. */
  | "draining"
  /** The actor ended before it was handled, or had ended already. */
  | "stopped"
  /** It was being handled when the actor was killed. */
  | "killed"
  /** Its handler panicked, and the poison policy keeps it; the ledger counts it as panicked. */
  | "quarantined"
  /** The actor has no handler of its name. */
  | "unknownMessage"
  /** The actor could not start. */
  | "startFailed"
  /** The supervisor gave up on restarts. */
  | "intensityExceeded"
  /** Its transferables had gone to a thread that was lost, or that gave the message back. */
  | "transferLost"
  /** It was published to a subscriber that cannot take it: it cannot be copied to a thread, or has no key for a router. */
  | "undeliverable";
