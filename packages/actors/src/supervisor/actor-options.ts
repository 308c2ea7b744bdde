/** The options of an actor: how it lives, and where. */
import type { ResourceLimits } from "node:worker_threads";
import type { Poison } from "../cell/poison.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";

/** The thread of an actor that `onThread` defines: `shared` when left out. */
export type ThreadOptions =
  | {
      /** A thread of its own, which ends with the actor. */
      readonly thread: "dedicated";
      /**
       * The memory of that thread, in the terms of `worker_threads`. It does not limit memory outside of the heap,
       * and a thread that allocates in very large steps can end the process before V8 stops it.
       */
      readonly resourceLimits?: ResourceLimits;
    }
  // The last one, because the compiler compares with it what fits neither.
  | {
      /** One of as many shared threads as the machine has cores. */
      readonly thread?: "shared";
      readonly resourceLimits?: never;
    };

/** The options of a supervisor's child. */
export type ChildOptions<Message = unknown> = LifeOptions<Message> & ThreadOptions;

/** The options of an actor that takes `Message`, wherever it runs. */
export interface LifeOptions<in Message = unknown> {
  /** The ends after which it starts again: `permanent` by default under a supervisor, `transient` otherwise. */
  readonly restart?: Restart;
  /**
   * The limit of restarts of this actor alone: one more ends it with its last reason, and nobody else. 3 in 5,000 ms by default
   * for what `spawn` makes. A child of a supervisor has none by default: the restarts of all children count together, against
   * that of the supervisor.
   */
  readonly intensity?: Intensity;
  /** The waits before restarts: by default none, then 100 ms doubling to 30 s, 20 % off either way. */
  readonly backoff?: Partial<Backoff>;
  /**
   * The milliseconds that a start may take, from the load of its module to the end of `started`; 30,000 by default. One
   * that takes longer has failed, and what comes of it later is ignored.
   */
  readonly startTimeoutMs?: number;
  /**
   * The milliseconds that a stop by its parent may take before it is killed; 5,000 by default. A `stopped` hook has as
   * long after every other end as well: one that does not settle is given up with a warning.
   */
  readonly shutdownMs?: number;
  /** The mailbox: `unbounded()` by default, `bounded(n)`, or `priority(rankOf)`. */
  readonly mailbox?: MailboxSpec<Message>;
  /** The fate of a message that its handler panicked on: `"drop"` by default, `"quarantine"`, or `retry(n)`. */
  readonly poison?: Poison;
}

/** The options of a spawned actor. */
export type SpawnOptions<Message = unknown> = ChildOptions<Message> & RootOptions;

/** The options of a spawned actor that a supervisor decides on for its children. */
export interface RootOptions {
  /** The name, unique among its siblings; the name of the definition and a number when left out. */
  readonly name?: string;
  /**
   * True if the service is not ready without it: `system.health()` says so while it starts, waits for its restart, or has
   * ended as a failure. False when left out.
   */
  readonly essential?: boolean;
}

/** The options of a supervisor that has none above it. */
export type SuperviseOptions = Pick<RootOptions, "name" | "essential">;

/**
 * The arguments that `Options` and an actor's `Args` make: `args` is required exactly when `state` needs it. `Args` is
 * inferred from the definition alone, so that nothing can be passed to a `state` that takes nothing.
 */
export type WithArgs<Options, Args> = undefined extends Args
  ? [options?: Options & { readonly args?: NoInfer<Args> }]
  : [options: Options & { readonly args: NoInfer<Args> }];

/** The arguments of `spawn` after the definition of an actor that takes `Message`. */
export type SpawnArguments<Args, Message = unknown> = WithArgs<SpawnOptions<Message>, Args>;

/** The delays before restarts, in milliseconds. */
export interface Backoff {
  /** Before the second restart in a row; doubles with each one after it. */
  readonly initialMs: number;
  /** The longest delay. */
  readonly maxMs: number;
  /** The fraction that a delay may be off: 0.2 is 20 % either way. */
  readonly jitter: number;
  /**
   * The milliseconds that an incarnation must last for the restart after it to be the first in a row again: those of the window of
   * intensity when left out.
   */
  readonly resetAfterMs?: number;
}

/**
 * The limit of restarts: `restarts` within `withinMs` milliseconds; one more is too many. Failed starts of an actor count until one
 * succeeds, however far apart they are.
 */
export interface Intensity {
  readonly restarts: number;
  readonly withinMs: number;
}

/**
 * The ends after which an actor starts again. `permanent`: always; `transient`: the abnormal ones; `temporary`:
 * never. (After OTP.)
 */
export type Restart = "permanent" | "transient" | "temporary";
