/** The tables of the options that a system takes, for untyped code and for all that the types do not say. */
import { constants } from "node:os";
import { SHARE_ENV } from "node:worker_threads";
import type { OptionKind } from "@pneumatic/core/internal";
import { callback, count, flag, integer, milliseconds, oneOf, shown } from "@pneumatic/core/internal";
import { pino } from "pino";
import { InvalidDefinitionError } from "../errors.ts";
import type { Door } from "../option-doors.ts";
import { door, nested, pathName, positiveMilliseconds, RESOURCE_LIMITS, text, withMethods } from "../option-doors.ts";
import type { ActorSystemOptions } from "./system-options.ts";

const isText = (value: unknown): boolean => typeof value === "string";
const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const texts: OptionKind = {
  expected: "a list of strings",
  accepts: (value) => Array.isArray(value) && value.every(isText),
};

/** The options of `new ActorSystem()`. */
export const SYSTEM_OPTIONS: Readonly<Record<keyof ActorSystemOptions, OptionKind>> = {
  name: text,
  logger: withMethods("a logger like that of pino", "child"),
  logLevel: oneOf(...Object.keys(pino.levels.values), "silent"),
  keepAlive: flag,
  clock: withMethods("a clock, with now(), setTimeout() and clearTimeout()", "now", "setTimeout", "clearTimeout"),
  scheduler: withMethods("a scheduler, with soon() and later()", "soon", "later"),
  random: callback,
  deadlock: oneOf("reject", "warn"),
  deadLetters: nested("deadLetters of a system", { keep: count }),
  shutdownOn: {
    expected: 'a list of signals that a process can receive, such as ["SIGTERM"]',
    accepts: (value) => Array.isArray(value) && value.every(isSignal),
  },
  failureExitCode: integer(1, 255),
  threads: nested("threads of a system", {
    heartbeatMs: positiveMilliseconds,
    execArgv: texts,
    env: {
      expected: "an object of strings, or SHARE_ENV",
      accepts: (value) => value === SHARE_ENV || (isPlain(value) && Object.values(value).every(isText)),
    },
    argv: texts,
    stdout: oneOf("inherit", "log"),
    resourceLimits: nested("resourceLimits of a system", RESOURCE_LIMITS),
  }),
};

function isSignal(value: unknown): boolean {
  return value !== "SIGKILL" && value !== "SIGSTOP" && Object.hasOwn(constants.signals, value as string);
}

const check = door("a system", SYSTEM_OPTIONS);

/** Throws unless `options` are those of a system. */
export function checkSystemOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) check(options);
  else
    throw new InvalidDefinitionError(
      `new ActorSystem() takes an object, such as { name: "shop" }, not ${shown(options)}`,
    );
}

export const checkSupervise: Door = door("supervise()", { name: pathName, essential: flag });
export const checkKill: Door = door("kill()", { restart: flag });
export const checkShutdown: Door = door("shutdown()", { timeoutMs: milliseconds });
export const checkReceiver: Door = door("deadLetterReceiver()", { capacity: count });
