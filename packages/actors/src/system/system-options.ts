/** The options of a system. */
import type { ResourceLimits, SHARE_ENV } from "node:worker_threads";
import type { Clock } from "@pneumatic/core/testing";
import type { BaseLogger, Bindings } from "pino";
import type { Scheduler } from "../scheduler.ts";

/** A logger of pino, also one whose type shows less of it, as that of `fastify.log` does. */
export interface SystemLogger
  extends Pick<BaseLogger, "level" | "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent"> {
  /** Returns a logger that writes `bindings` in each line, too. */
  child(bindings: Bindings): SystemLogger;
}

/** The options of a system. */
export interface ActorSystemOptions {
  /** Its name in the log; `system` when left out. */
  readonly name?: string;
  /** The logger; by default pino's JSON lines on standard error, so that standard output stays the program's. */
  readonly logger?: SystemLogger;
  /** The level of the default logger: `info` when left out. */
  readonly logLevel?: string;
  /** Keeps the process alive while an actor lives; true when left out. An actor on a thread always does. */
  readonly keepAlive?: boolean;
  /** The time of every timeout, timer, backoff and intensity. */
  readonly clock?: Clock;
  /** The source of its turns. */
  readonly scheduler?: Scheduler;
  /** The random numbers of backoffs and routers: from 0 up to 1. */
  readonly random?: () => number;
  /**
   * The answer to actors that wait for each other: `reject` (the default) rejects the youngest wait of a cycle that
   * has lasted 500 ms with a `DeadlockError`; `warn` only logs it. A wait counts if it began in a turn or a hook of its
   * actor, before the first await there. Other cycles that may be deadlocks are logged only.
   */
  readonly deadlock?: "reject" | "warn";
  /** The messages that no handler saw. */
  readonly deadLetters?: {
    /** The number that is kept, with the addresses in them; 1,000 when left out. With 0, none is. */
    readonly keep?: number;
  };
  /**
   * The signals that shut the system down, such as `["SIGTERM", "SIGINT"]`. At the first one `shutdown()` begins, and the process
   * ends by itself. A second one kills all actors and has its default effect: the process ends at once. None when left out.
   */
  readonly shutdownOn?: readonly NodeJS.Signals[];
  /**
   * The exit code of the process, 1 when left out, once an actor, supervisor or router without a parent has ended for good as a
   * failure and nobody heard of it: nobody watched it, had read its `exited` or `started`, or had an ask in its hand. Undefined
   * leaves the exit code alone. An exit code other than 0 stays.
   */
  readonly failureExitCode?: number | undefined;
  /** The worker threads that actors run on. */
  readonly threads?: {
    /**
     * The milliseconds without a turn of its event loop after which a thread is terminated as hung; 5,000 when left
     * out. `Infinity` turns this off.
     */
    readonly heartbeatMs?: number;
    /** The options of Node for each thread, such as `["--no-warnings"]`; those of the process when left out. */
    readonly execArgv?: readonly string[];
    /** The environment of each thread; a copy of that of the process when left out, `SHARE_ENV` for the same one. */
    readonly env?: Readonly<Record<string, string>> | typeof SHARE_ENV;
    /** The arguments that `process.argv` has on each thread, after the first two. */
    readonly argv?: readonly string[];
    /**
     * The way of what threads print: `inherit` (the default) to the streams of the process, `log` to the log of the system, a line
     * for each: level `info` for standard output, `warn` for standard error, with the `threadId` as `thread`.
     */
    readonly stdout?: "inherit" | "log";
    /** The memory of each shared thread. */
    readonly resourceLimits?: ResourceLimits;
  };
}
