/** Who decides what follows when an actor ends; implemented by the supervisor layer, called by the cell. */
import type { DeadLetterReason } from "../mailbox/ledger.ts";
import type { ExitReason } from "./exit-reason.ts";

/** What follows the end of an incarnation. */
export type Verdict =
  | { readonly restart: true; readonly delayMs: number }
  /** `letters` is what becomes of the messages that are queued. */
  | { readonly restart: false; readonly letters: DeadLetterReason };

export interface Guardian {
  /** Decides, before anything of the incarnation is touched. `uptimeMs` is how long it has run. */
  decide(reason: ExitReason, uptimeMs: number): Verdict;
  /** The actor has ended for good. */
  ended(reason: ExitReason): void;
}
