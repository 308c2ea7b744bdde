/**
 * The end of an incarnation as the cell puts it to the supervisor layer, and what that answers. The layer decides by one table
 * (supervisor/restart-policy.ts) before anything of the incarnation is touched; lifecycle.ts carries the directive out.
 */
import type { ExitReason } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import type { AfterExit } from "./termination.ts";

/** The end of an incarnation, as far as it matters to what follows. */
export interface Exit {
  readonly reason: ExitReason;
  /** The requested step after the end. */
  readonly afterExit: AfterExit;
  /** The fate of the queued messages, if the actor ends for good. */
  readonly deadLetterReason: DeadLetterReason;
  /** True if the actor has an address, or a message left to handle. */
  readonly isNeeded: boolean;
  /** True if it was starting, and this has failed. */
  readonly isFailedStart: boolean;
  /** The number of successful starts. */
  readonly starts: number;
  /** The number of messages that it has handled, in all incarnations. */
  readonly handled: number;
  /** The time at which the incarnation was made, in ms of the clock; undefined if there was none. */
  readonly startedAt: number | undefined;
}

/**
 * The next step after the end of an incarnation. `deadLetterReason` is the fate of the queued messages, if they do not
 * stay.
 */
export type Directive =
  /** Another incarnation, after a delay; if that is undefined, when the supervisor begins it. */
  | { readonly restart: true; readonly delayMs: number | undefined; readonly deadLetterReason?: DeadLetterReason }
  | { readonly restart: false; readonly deadLetterReason: DeadLetterReason };

/** The supervisor begins the next incarnation. */
export const SUSPENDED: Directive = { restart: true, delayMs: undefined };
/** The same, after its own restart; the queued messages become dead letters. */
export const SUSPENDED_EMPTY: Directive = { restart: true, delayMs: undefined, deadLetterReason: "intensityExceeded" };

/** Decides about one actor. Implemented by the supervisor layer, called by the cell. */
export interface Decider {
  /** True if the actor comes back under the same addresses when its parent is restarted. */
  readonly comesBack: boolean;
  /** Returns what follows an end. Called once for each, before anything of the incarnation is touched. */
  decide(exit: Exit): Directive;
  /** Notes that the actor has ended for good. */
  ended(reason: ExitReason): void;
}
