/** The faults that a plan may have. */
import type { CrashCause } from "../exit-reason.ts";

/** The messages that a fault strikes. Without `nth` and `chance`, every one. */
export interface Occasion {
  /**
   * The path of the actor, such as `/shop/till`; of a router, that of a routee. Every actor when left out; a probe only when
   * this is its very path.
   */
  readonly actor?: string | RegExp;
  /** The type of the message: every one when left out. */
  readonly message?: string;
  /**
   * Returns true if it means this message to the actor at `path`. The result depends on these two alone, or no run
   * could be replayed.
   */
  readonly when?: (message: { readonly type: string }, path: string) => boolean;
  /** Only the nth that fits, from 1. */
  readonly nth?: number;
  /** The probability with which the seed chooses each that fits, as long as the budget lasts. */
  readonly chance?: number;
}

/** A fault of a plan. What strikes an actor on a thread is `delay`, `full` and `drop`. */
export type Fault =
  /** The handler panics: before it has done anything, or when it has done everything (`at: "end"`). */
  | (Occasion & { readonly kind: "panic"; readonly at?: "start" | "end" })
  /**
   * The thread of the actor dies, for this `cause` ("terminated" when left out): simulated, so the actor need not be on
   * one. Its `stopped` hook does not run. With "hostLost" it is another actor's fault: the message is started a second
   * time.
   */
  | (Occasion & {
      readonly kind: "crash";
      readonly at?: "start" | "end";
      readonly cause?: Exclude<CrashCause, "loadFailed">;
    })
  /** The handler begins `ms` milliseconds later (1,000 when left out), and the actor takes nothing else meanwhile. */
  | (Occasion & { readonly kind: "slow"; readonly ms?: number })
  /**
   * The message comes `ms` milliseconds later (1,000 when left out), and with it whatever the actor has not taken by now: what
   * is sent stays in order.
   */
  | (Occasion & { readonly kind: "delay"; readonly ms?: number })
  /**
   * The mailbox has no room for this message, and applies its overflow policy. There is no occasion if it cannot be
   * full: without a capacity, with capacity 0, and under `dropOldest` while it is empty.
   */
  | (Occasion & { readonly kind: "full" })
  /**
   * The message is accepted, and then lost, as when the actor ends before its turn: a dead letter `stopped`; an ask rejects with
   * `ActorStoppedError`.
   */
  | (Occasion & { readonly kind: "drop" })
  /**
   * The clock jumps by `ms` milliseconds (60,000 when left out) before a step, so that what was due meanwhile comes late. It
   * takes `nth`, counted in steps, or `chance`, that of each step.
   */
  | { readonly kind: "clockJump"; readonly ms?: number; readonly nth?: number; readonly chance?: number };

/** The kinds of faults: each is described at {@link Fault}. */
export type FaultKind = Fault["kind"];
