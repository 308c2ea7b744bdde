/** Checks the options of an actor, and fills in what was left out. */
import type { ResourceLimits } from "node:worker_threads";
import type { Poison, Retry } from "../cell/poison.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { unbounded } from "../mailbox/bounded.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import { checkMailbox } from "../mailbox/overflow.ts";
import type { Backoff, Intensity, LifeOptions, Restart } from "./actor-options.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import { DEFAULT_INTENSITY } from "./intensity.ts";

/** The options of an actor, with the defaults filled in. */
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

export function isPoison(value: unknown): value is Poison {
  if (value === "drop" || value === "quarantine") return true;
  return typeof value === "object" && value !== null && Number.isSafeInteger((value as Partial<Retry>).retries);
}
