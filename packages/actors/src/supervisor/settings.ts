/** The tables of the options of an actor, and their defaults. */
import type { ResourceLimits } from "node:worker_threads";
import type { OptionKind, OptionTable } from "@pneumatic/core/internal";
import { count, flag, ignored, milliseconds, numberFrom, oneOf, required } from "@pneumatic/core/internal";
import type { Poison, Retry } from "../cell/poison.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { unbounded } from "../mailbox/bounded.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import { checkMailbox } from "../mailbox/overflow.ts";
import type { Door } from "../option-doors.ts";
import { door, elsewhere, nested, pathName, positiveMilliseconds, RESOURCE_LIMITS } from "../option-doors.ts";
import type { Backoff, Intensity, LifeOptions, Restart } from "./actor-options.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import { DEFAULT_INTENSITY } from "./intensity.ts";

/** The options of an actor, with the defaults filled in. */
export interface Settings {
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly intensity: Intensity;
  readonly startTimeoutMs: number;
  readonly shutdownMs: number;
  readonly mailbox: MailboxSpec<never>;
  readonly poison: Poison | undefined;
  readonly essential: boolean;
  readonly thread: "shared" | "dedicated";
  readonly resourceLimits: ResourceLimits | undefined;
}

const DEFAULT_START_TIMEOUT_MS = 30_000;
const DEFAULT_SHUTDOWN_MS = 5000;
const UNBOUNDED = unbounded();
const DEFAULTS: Readonly<Record<Restart, Settings>> = {
  permanent: fillIn({}, "permanent"),
  transient: fillIn({}, "transient"),
  temporary: fillIn({}, "temporary"),
};

const checkedMailbox: OptionKind = {
  expected: "made by unbounded(), bounded(n) or priority(rankOf)",
  accepts: (value) => {
    if (typeof (value as Partial<MailboxSpec> | null)?.capacity !== "number") return false;
    checkMailbox(value as MailboxSpec<never>);
    return true;
  },
};

export const INTENSITY: OptionKind = nested("intensity", {
  restarts: required(count),
  withinMs: required(milliseconds),
});

/** The options of an actor, wherever it runs. */
const LIFE = {
  args: ignored,
  restart: oneOf("permanent", "transient", "temporary"),
  backoff: nested("backoff", {
    initialMs: milliseconds,
    maxMs: milliseconds,
    jitter: numberFrom(0, 1),
    resetAfterMs: milliseconds,
  }),
  startTimeoutMs: positiveMilliseconds,
  shutdownMs: milliseconds,
  mailbox: checkedMailbox,
  poison: { expected: '"drop", "quarantine" or retry(n)', accepts: isPoison },
};

/** The options of an actor that has no supervisor. */
const ROOT = { name: pathName, intensity: INTENSITY, essential: flag };
/** The same, where a supervisor decides. */
const SUPERVISED = {
  name: elsewhere("the id in `children` is the name of a child"),
  intensity: INTENSITY,
  essential: elsewhere("each child in a specification is"),
};

const ON_THREAD = { thread: oneOf("shared", "dedicated"), resourceLimits: nested("resourceLimits", RESOURCE_LIMITS) };
const IN_PROCESS = {
  thread: elsewhere("it is for a definition made by onThread()"),
  resourceLimits: elsewhere("it is for a definition made by onThread()"),
};

/** The checks of the options that a function takes for an actor in process, and for one on a thread. */
export interface ActorDoor {
  readonly inProcess: Door;
  readonly onThread: Door;
}

/** Returns the checks for options of `owner`: those of an actor, and those in `table`. */
export function actorDoor(owner: string, table: OptionTable): ActorDoor {
  return {
    inProcess: door(owner, { ...LIFE, ...table, ...IN_PROCESS }),
    onThread: door(owner, { ...LIFE, ...table, ...ON_THREAD }),
  };
}

export const SPAWN: ActorDoor = actorDoor("an actor", ROOT);
export const CHILD: ActorDoor = actorDoor("a child", SUPERVISED);
/** The door of a router, which takes the options of a spawned actor for its routees. */
export const routerDoor = (table: OptionTable): ActorDoor => actorDoor("a router", { ...ROOT, ...table });

/** Fills in what was left out of options that a door has checked. */
export function settingsOf(options: object | undefined, restart: Restart): Settings {
  for (const name in options) if (name !== "args" && name !== "name") return fillIn(options, restart);
  return DEFAULTS[restart];
}

function fillIn(given: Partial<Omit<Settings, "backoff">> & LifeOptions, restart: Restart): Settings {
  const settings: Settings = {
    restart: given.restart ?? restart,
    backoff: given.backoff === undefined ? DEFAULT_BACKOFF : { ...DEFAULT_BACKOFF, ...given.backoff },
    intensity: given.intensity ?? DEFAULT_INTENSITY,
    startTimeoutMs: given.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS,
    shutdownMs: given.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    mailbox: given.mailbox ?? UNBOUNDED,
    poison: given.poison,
    essential: given.essential ?? false,
    thread: given.thread ?? "shared",
    resourceLimits: given.resourceLimits,
  };
  if (settings.resourceLimits === undefined || settings.thread === "dedicated") return settings;
  throw new InvalidDefinitionError(
    'resourceLimits go with thread: "dedicated"; those of shared threads are an option of the system',
  );
}

function isPoison(value: unknown): value is Poison {
  if (value === "drop" || value === "quarantine") return true;
  return typeof value === "object" && value !== null && Number.isSafeInteger((value as Partial<Retry>).retries);
}
