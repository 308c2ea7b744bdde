/** The options of a system. */
import type { ResourceLimits } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/testing";
import type { Logger } from "pino";
import type { Scheduler } from "../scheduler.ts";

/** How a system is made. */
export interface ActorSystemOptions {
  /** Its name in the log; `system` when left out. */
  readonly name?: string;
  /** Where it logs; by default pino's JSON lines on standard error, so that standard output stays the program's. */
  readonly logger?: Logger;
  /** The level of the default logger: `info` when left out. */
  readonly logLevel?: string;
  /** Whether the process stays alive while an actor lives; true when left out. An actor on a thread always holds it. */
  readonly keepAlive?: boolean;
  /** The time of every timeout, timer, backoff and intensity. */
  readonly clock?: Clock;
  /** How turns are put off. */
  readonly scheduler?: Scheduler;
  /** The chance in backoffs: from 0 up to 1. */
  readonly random?: () => number;
  /**
   * What happens to actors that wait for each other: `reject` (the default) rejects the youngest wait of a cycle that has
   * lasted 500 ms with a `DeadlockError`; `warn` only logs it.
   */
  readonly deadlock?: "reject" | "warn";
  /** The messages that no handler saw. */
  readonly deadLetters?: {
    /** How many are kept, with the addresses in them; 1,000 when left out. With 0, none is. */
    readonly keep?: number;
  };
  /** The worker threads that actors run on. */
  readonly threads?: {
    /** How long a thread may not turn its event loop before it is terminated as hung, in milliseconds; 5,000 when left out. */
    readonly heartbeatMs?: number;
    /** The memory of each shared thread. */
    readonly resourceLimits?: ResourceLimits;
  };
}
