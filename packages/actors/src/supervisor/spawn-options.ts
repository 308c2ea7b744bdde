/** The options of `spawn` and of a supervisor's child, and their checks at the door. */
import type { ResourceLimits } from "node:worker_threads";
import type { Poison } from "../cell/poison.ts";
import { isPoison } from "../cell/poison.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { MailboxSpec } from "../mailbox/overflow.ts";
import { checkMailbox, unbounded } from "../mailbox/overflow.ts";
import type { Backoff } from "./backoff.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import type { Intensity } from "./intensity.ts";
import { DEFAULT_INTENSITY } from "./intensity.ts";
import type { Restart } from "./restart-policy.ts";

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

/** How an actor lives, with nothing left out. */
export interface Settings {
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly intensity: Intensity;
  readonly shutdownMs: number;
  readonly mailbox: MailboxSpec<never>;
  readonly poison: Poison | undefined;
  readonly thread: "shared" | "dedicated";
  readonly resourceLimits: ResourceLimits | undefined;
}

const DEFAULT_SHUTDOWN_MS = 5000;
const UNBOUNDED = unbounded();
const SPAWN_OPTIONS = new Set(["args", "name", "restart", "backoff", "intensity", "shutdownMs", "mailbox", "poison"]);
const THREAD_SPAWN_OPTIONS = new Set([...SPAWN_OPTIONS, "thread", "resourceLimits"]);
const DEFAULTS: Readonly<Record<Restart, Settings>> = {
  permanent: fillIn({}, "permanent"),
  transient: fillIn({}, "transient"),
  temporary: fillIn({}, "temporary"),
};

/** Checks options and fills in what was left out. */
export function settingsOf(options: object | undefined, restart: Restart, remote = false): Settings {
  if (options === undefined) return DEFAULTS[restart];
  const known = remote ? THREAD_SPAWN_OPTIONS : SPAWN_OPTIONS;
  let isDefault = true;
  for (const key of Object.keys(options)) {
    if (!known.has(key))
      throw invalidActorOptions(`there is no option "${key}"${hint(key)}; known are ${[...known].join(", ")}`);
    if (key !== "args" && key !== "name") isDefault = false;
  }
  return isDefault ? DEFAULTS[restart] : fillIn(options, restart);
}

function fillIn(given: Partial<Omit<Settings, "backoff">> & LifeOptions, restart: Restart): Settings {
  const settings: Settings = {
    restart: given.restart ?? restart,
    backoff: given.backoff === undefined ? DEFAULT_BACKOFF : checkBackoff({ ...DEFAULT_BACKOFF, ...given.backoff }),
    intensity: checkIntensity(given.intensity),
    shutdownMs: given.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    mailbox: given.mailbox ?? UNBOUNDED,
    poison: given.poison,
    thread: given.thread ?? "shared",
    resourceLimits: given.resourceLimits,
  };
  if (settings.thread !== "shared" && settings.thread !== "dedicated") {
    throw invalidActorOptions(`thread is "shared" or "dedicated", not ${String(settings.thread)}`);
  }
  if (settings.resourceLimits !== undefined && settings.thread !== "dedicated") {
    throw invalidActorOptions(
      `resourceLimits go with thread: "dedicated"; those of shared threads are an option of the system`,
    );
  }
  if (!["permanent", "transient", "temporary"].includes(settings.restart)) {
    throw invalidActorOptions(`restart is "permanent", "transient" or "temporary", not ${String(settings.restart)}`);
  }
  if (settings.poison !== undefined && !isPoison(settings.poison)) {
    throw invalidActorOptions(`poison is "drop", "quarantine" or retry(n), not ${String(settings.poison)}`);
  }
  checkTime("shutdownMs", settings.shutdownMs);
  if (typeof settings.mailbox?.capacity !== "number")
    throw invalidActorOptions("mailbox is made by unbounded(), bounded(n) or priority(rankOf)");
  if (settings.mailbox !== UNBOUNDED) checkMailbox(settings.mailbox);
  return settings;
}

/** Checks an intensity and fills in the default. */
export function checkIntensity(intensity: Intensity = DEFAULT_INTENSITY): Intensity {
  if (!(Number.isInteger(intensity.restarts) && intensity.restarts >= 0)) {
    throw invalidActorOptions(`intensity.restarts is an integer of 0 or more, not ${intensity.restarts}`);
  }
  checkTime("intensity.withinMs", intensity.withinMs);
  return intensity;
}

function hint(key: string): string {
  return THREAD_SPAWN_OPTIONS.has(key) ? ", which is for a definition made by onThread()" : "";
}

function checkBackoff(backoff: Backoff): Backoff {
  const unknown = Object.keys(backoff).find((key) => !Object.hasOwn(DEFAULT_BACKOFF, key));
  if (unknown !== undefined) {
    throw invalidActorOptions(`backoff has no "${unknown}"; known are ${Object.keys(DEFAULT_BACKOFF).join(", ")}`);
  }
  checkTime("backoff.initialMs", backoff.initialMs);
  checkTime("backoff.maxMs", backoff.maxMs);
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1))
    throw invalidActorOptions(`backoff.jitter is from 0 to 1, not ${backoff.jitter}`);
  return backoff;
}

/** Throws for what is no name. */
export function checkName(name: unknown): string | undefined {
  if (name === undefined || (typeof name === "string" && name !== "" && !name.includes("/"))) return name;
  throw invalidActorOptions(`name is a string without "/", not ${JSON.stringify(name)}`);
}

function checkTime(what: string, ms: unknown): void {
  if (!(typeof ms === "number" && ms >= 0))
    throw invalidActorOptions(`${what} is milliseconds from 0, not ${String(ms)}`);
}

function invalidActorOptions(why: string): InvalidDefinitionError {
  return new InvalidDefinitionError(`Invalid options of an actor: ${why}`);
}
