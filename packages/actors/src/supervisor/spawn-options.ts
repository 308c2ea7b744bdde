/** The options of `spawn` and of a supervisor's child, and their checks at the door. */
import type { ResourceLimits } from "node:worker_threads";
import { InvalidDefinitionError } from "../errors.ts";
import type { MailboxSpec } from "../mailbox/mailbox.ts";
import { checkMailbox, unbounded } from "../mailbox/mailbox.ts";
import type { Backoff } from "./backoff.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import type { Intensity } from "./intensity.ts";
import { DEFAULT_INTENSITY } from "./intensity.ts";
import type { Restart } from "./restart-policy.ts";

/** Where an actor runs that is defined {@link onThread}; `shared` when left out. */
export type ThreadOptions =
  | {
      /** With others, on one of as many threads as the machine has cores. */
      readonly thread?: "shared";
      readonly resourceLimits?: never;
    }
  | {
      /** Alone, on a thread that ends with it. */
      readonly thread: "dedicated";
      /**
       * The memory of that thread, as `worker_threads` has it. It does not limit memory outside of the heap, and a thread that
       * allocates in very large steps can end the process before V8 stops it.
       */
      readonly resourceLimits?: ResourceLimits;
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
export type WithArgs<Options, Args> = unknown extends Args
  ? [options?: Options & { readonly args?: undefined }]
  : undefined extends Args
    ? [options?: Options & { readonly args?: NoInfer<Args> }]
    : [options: Options & { readonly args: NoInfer<Args> }];

/** The arguments of `spawn` after the definition of an actor that takes `Message`. */
export type SpawnArguments<Args, Message = unknown> = WithArgs<SpawnOptions<Message>, Args>;

/** Options with nothing left out. */
export interface Settings {
  readonly args: unknown;
  readonly name: string | undefined;
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly intensity: Intensity;
  readonly shutdownMs: number;
  readonly mailbox: MailboxSpec<never>;
  readonly thread: "shared" | "dedicated";
  readonly resourceLimits: ResourceLimits | undefined;
}

const DEFAULT_SHUTDOWN_MS = 5000;
const UNBOUNDED = unbounded();
const KNOWN = new Set(["args", "name", "restart", "backoff", "intensity", "shutdownMs", "mailbox"]);
const KNOWN_ON_THREAD = new Set([...KNOWN, "thread", "resourceLimits"]);
const NO_OPTIONS = {} satisfies SpawnOptions;

/** Checks options and fills in what was left out. */
export function settingsOf(options: object | undefined, restart: Restart, remote = false): Settings {
  const known = remote ? KNOWN_ON_THREAD : KNOWN;
  const given = (options ?? NO_OPTIONS) as LifeOptions & RootOptions & Partial<Settings>;
  for (const key of Object.keys(given)) {
    if (!known.has(key)) throw invalid(`there is no option "${key}"${hint(key)}; known are ${[...known].join(", ")}`);
  }
  const settings: Settings = {
    args: given.args,
    name: checkName(given.name),
    restart: given.restart ?? restart,
    backoff: given.backoff === undefined ? DEFAULT_BACKOFF : checkBackoff({ ...DEFAULT_BACKOFF, ...given.backoff }),
    intensity: checkIntensity(given.intensity),
    shutdownMs: given.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    mailbox: given.mailbox ?? UNBOUNDED,
    thread: given.thread ?? "shared",
    resourceLimits: given.resourceLimits,
  };
  if (settings.thread !== "shared" && settings.thread !== "dedicated") {
    throw invalid(`thread is "shared" or "dedicated", not ${String(settings.thread)}`);
  }
  if (settings.resourceLimits !== undefined && settings.thread !== "dedicated") {
    throw invalid(`resourceLimits go with thread: "dedicated"; those of shared threads are an option of the system`);
  }
  if (!["permanent", "transient", "temporary"].includes(settings.restart)) {
    throw invalid(`restart is "permanent", "transient" or "temporary", not ${String(settings.restart)}`);
  }
  checkTime("shutdownMs", settings.shutdownMs);
  if (typeof settings.mailbox?.capacity !== "number")
    throw invalid("mailbox is made by unbounded(), bounded(n) or priority(rankOf)");
  if (settings.mailbox !== UNBOUNDED) checkMailbox(settings.mailbox);
  return settings;
}

/** Checks an intensity and fills in the default. */
export function checkIntensity(intensity: Intensity = DEFAULT_INTENSITY): Intensity {
  if (!(Number.isInteger(intensity.restarts) && intensity.restarts >= 0)) {
    throw invalid(`intensity.restarts is an integer of 0 or more, not ${intensity.restarts}`);
  }
  checkTime("intensity.withinMs", intensity.withinMs);
  return intensity;
}

function hint(key: string): string {
  return KNOWN_ON_THREAD.has(key) ? ", which is for a definition made by onThread()" : "";
}

function checkBackoff(backoff: Backoff): Backoff {
  checkTime("backoff.initialMs", backoff.initialMs);
  checkTime("backoff.maxMs", backoff.maxMs);
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1))
    throw invalid(`backoff.jitter is from 0 to 1, not ${backoff.jitter}`);
  return backoff;
}

function checkName(name: unknown): string | undefined {
  if (name === undefined || (typeof name === "string" && name !== "" && !name.includes("/"))) return name;
  throw invalid(`name is a string without "/", not ${JSON.stringify(name)}`);
}

function checkTime(what: string, ms: unknown): void {
  if (!(typeof ms === "number" && ms >= 0)) throw invalid(`${what} is milliseconds from 0, not ${String(ms)}`);
}

function invalid(why: string): InvalidDefinitionError {
  return new InvalidDefinitionError(`Invalid options of an actor: ${why}`);
}
