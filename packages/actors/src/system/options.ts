/** What a system is made with, checked at the door: for untyped code, and for what types do not say. */
import type { ResourceLimits } from "node:worker_threads";
import type { Logger } from "pino";
import { pino } from "pino";
import type { Clock, Scheduler } from "../clock.ts";
import { InvalidDefinitionError } from "../errors.ts";

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

const SYSTEM_OPTIONS: Readonly<Record<keyof ActorSystemOptions, true>> = {
  name: true,
  logger: true,
  logLevel: true,
  keepAlive: true,
  clock: true,
  scheduler: true,
  random: true,
  deadlock: true,
  deadLetters: true,
  threads: true,
};

/** Throws unless `options` are those of a system, none misspelt. */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new InvalidDefinitionError(
      `new ActorSystem() takes an object, such as { name: "shop" }, not ${String(options)}`,
    );
  }
  const stranger = Object.keys(options).find((key) => !Object.hasOwn(SYSTEM_OPTIONS, key));
  if (stranger !== undefined) {
    const known = Object.keys(SYSTEM_OPTIONS).join(", ");
    throw new InvalidDefinitionError(`There is no option "${stranger}" of a system; known are ${known}`);
  }
  const { logLevel } = options as ActorSystemOptions;
  if (logLevel === undefined || logLevel === "silent" || Object.hasOwn(pino.levels.values, logLevel)) return;
  const levels = [...Object.keys(pino.levels.values), "silent"].join(", ");
  throw new InvalidDefinitionError(`The option \`logLevel\` is one of ${levels}, not ${String(logLevel)}`);
}

export function checkDeadlock(deadlock: unknown): unknown {
  if (deadlock === undefined || deadlock === "reject" || deadlock === "warn") return deadlock;
  throw new InvalidDefinitionError(`The option \`deadlock\` is "reject" or "warn", not ${String(deadlock)}`);
}

export function checkSize(what: string, size: unknown): number {
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  throw new InvalidDefinitionError(`${what} of a system is an integer of 0 or more, not ${String(size)}`);
}
