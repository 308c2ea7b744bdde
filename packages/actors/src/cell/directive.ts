/** The decision about the next step when an actor ends: the supervisor layer makes it, the cell asks for it. */

import type { ExitReason } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";

/**
 * The next step after the end of an incarnation. `deadLetterReason` is the fate of the queued messages, if they do not
 * stay.
 */
export type Directive =
  /** The next incarnation, after a delay; if that is undefined, when the supervisor begins it. */
  | { readonly restart: true; readonly delayMs: number | undefined; readonly deadLetterReason?: DeadLetterReason }
  | { readonly restart: false; readonly deadLetterReason: DeadLetterReason };

/** The supervisor begins the next incarnation. */
export const SUSPENDED: Directive = { restart: true, delayMs: undefined };
/** The same, but the supervisor has to be restarted first, and the queued messages become dead letters. */
export const SUSPENDED_EMPTY: Directive = { restart: true, delayMs: undefined, deadLetterReason: "intensityExceeded" };

export interface Decider {
  /** True if the actor comes back under the same addresses when its parent is restarted. */
  readonly comesBack: boolean;
  /** True if a first start that fails is decided like a later one. */
  readonly retriesStart: boolean;
  /** Decides, before anything of the incarnation is touched. `uptimeMs` is how long it has run. */
  decide(reason: ExitReason, uptimeMs: number): Directive;
  /** The actor has ended for good. */
  ended(reason: ExitReason): void;
}
