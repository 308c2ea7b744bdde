/** Who decides what follows when an actor ends; implemented by the supervisor layer, called by the cell. */

import type { ExitReason } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";

/** What follows the end of an incarnation. `deadLetterReason` is what becomes of the messages that are queued, if they do not stay. */
export type Directive =
  /** The next one, after a delay; with `undefined`, when the supervisor begins it. */
  | { readonly restart: true; readonly delayMs: number | undefined; readonly deadLetterReason?: DeadLetterReason }
  | { readonly restart: false; readonly deadLetterReason: DeadLetterReason };

/** The next incarnation begins when the supervisor says so. */
export const SUSPENDED: Directive = { restart: true, delayMs: undefined };
/** The same, but the supervisor has to be restarted first, and what is queued is given up. */
export const SUSPENDED_EMPTY: Directive = { restart: true, delayMs: undefined, deadLetterReason: "intensityExceeded" };

export interface Decider {
  /** Whether the actor comes back under the same addresses when its parent is restarted. */
  readonly comesBack: boolean;
  /** Whether a first start that fails is decided like a later one. */
  readonly retriesStart: boolean;
  /** Decides, before anything of the incarnation is touched. `uptimeMs` is how long it has run. */
  decide(reason: ExitReason, uptimeMs: number): Directive;
  /** The actor has ended for good. */
  ended(reason: ExitReason): void;
}
