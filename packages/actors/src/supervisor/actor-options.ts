/** The options of `spawn` and of a supervisor's child: how an actor lives. */
import type { ResourceLimits } from "node:worker_threads";
import type { Poison } from "../cell/poison.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";

/** Where an actor runs that is defined {@link onThread}; `shared` when left out. */
export type ThreadOptions =
  | {
      /** Alone, on a thread that ends with it. */
      readonly thread: "dedicated";
      /**
       * The memory of that thread, as `worker_threads` has it. It does not limit memory outside of the heap, and a thread that
       * allocates in very large steps can end the process before V8 stops it.
       */
      readonly resourceLimits?: ResourceLimits;
    }
  // The last one, because the compiler compares with it what fits neither.
  | {
      /** With others, on one of as many threads as the machine has cores. */
      readonly thread?: "shared";
      readonly resourceLimits?: never;
    };

/** How an actor lives. */
export type ChildOptions<Message = unknown> = LifeOptions<Message> & ThreadOptions;

/** How an actor that takes `Message` lives, wherever it runs. */
export interface LifeOptions<in Message = unknown> {
  /** When it is started again: by default `permanent` under a supervisor, `transient` otherwise. */
  readonly restart?: Restart;
  /** The waits before restarts: by default none, then 100 ms doubling to 30 s, 20 % off either way. */
  readonly backoff?: Partial<Backoff>;
  /** How long a stop by its parent may take before it is killed, in milliseconds; 5,000 by default. */
  readonly shutdownMs?: number;
  /** `unbounded()` by default, `bounded(n)`, or `priority(rankOf)`. */
  readonly mailbox?: MailboxSpec<Message>;
  /** What becomes of a message that its handler panicked on: `"drop"` by default, `"quarantine"`, or `retry(n)`. */
  readonly poison?: Poison;
}

/** How a spawned actor lives. */
export type SpawnOptions<Message = unknown> = ChildOptions<Message> & RootOptions;

/** What a supervisor decides for its children. */
export interface RootOptions {
  /** Unique among its siblings; the name of the definition and a number when left out. */
  readonly name?: string;
  /** How many restarts are too many: by default more than 3 in 5,000 ms. Exceeding it ends this actor alone. */
  readonly intensity?: Intensity;
}

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
  /** How far a delay may be off, as a fraction: 0.2 is 20 % either way. */
  readonly jitter: number;
}

/** At most `restarts` within `withinMs` milliseconds; one more is too many. */
export interface Intensity {
  readonly restarts: number;
  readonly withinMs: number;
}

/** `permanent`: always; `transient`: after an abnormal end; `temporary`: never. As in OTP. */
export type Restart = "permanent" | "transient" | "temporary";
