/** The faults that a plan may have. */
import type { CrashCause } from "../exit-reason.ts";

/** The occasions on which a fault strikes: each message that fits; `nth` and `chance` choose among them. */
export interface Occasion {
  /**
   * The path of the actor, such as `/shop/till`, or that of a routee; every actor when left out. A probe is struck
   * only if this is its very path.
   */
  readonly actor?: string | RegExp;
  /** The type of the message; any when left out. */
  readonly message?: string;
  /**
   * Returns true if this message, to the actor at `path`, is meant. It must follow from these two alone, or no run
   * could be replayed.
   */
  readonly when?: (message: { readonly type: string }, path: string) => boolean;
  /** Strikes only the nth message that fits, counted from 1. */
  readonly nth?: number;
  /** The probability with which the seed chooses each message that fits, as long as the budget lasts. */
  readonly chance?: number;
}

/** A fault of a plan. An actor on a thread is struck by `delay`, `full` and `drop` alone. */
export type Fault =
  /** The handler panics: before it has done anything, or after it has done everything (`at: "end"`). */
  | (Occasion & { readonly kind: "panic"; readonly at?: "start" | "end" })
  /**
   * The thread of the actor dies, for this `cause` ("terminated" when left out). It is simulated, so the actor need
   * not be on one. Its `stopped` hook does not run. With "hostLost" another actor is to blame: the message is started
   * a second time.
   */
  | (Occasion & {
      readonly kind: "crash";
      readonly at?: "start" | "end";
      readonly cause?: Exclude<CrashCause, "loadFailed">;
    })
  /** The handler begins `ms` milliseconds later (1,000 by default), and the actor takes no other message meanwhile. */
  | (Occasion & { readonly kind: "slow"; readonly ms?: number })
  /**
   * The message comes `ms` milliseconds later (1,000 when left out), and with it everything that the actor has not
   * taken by now, so that the order is kept.
   */
  | (Occasion & { readonly kind: "delay"; readonly ms?: number })
  /**
   * The mailbox has no room for this message, and does with it what its overflow says. A mailbox that cannot be full
   * has no such occasion: one without a capacity, with capacity 0, or under `dropOldest` while it is empty.
   */
  | (Occasion & { readonly kind: "full" })
  /**
   * The message is accepted and then lost, as when the actor ends before its turn: a dead letter `stopped`. An ask rejects with
   * `ActorStoppedError`.
   */
  | (Occasion & { readonly kind: "drop" })
  /**
   * The clock jumps by `ms` milliseconds (60,000 by default) before a step, so that timers that were due meanwhile come late. It
   * needs `nth`, counted in steps, or `chance`, which is that of each step.
   */
  | { readonly kind: "clockJump"; readonly ms?: number; readonly nth?: number; readonly chance?: number };

/** The kinds of faults, described at {@link Fault}. */
export type FaultKind = Fault["kind"];
