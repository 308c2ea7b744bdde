/** Checks the options of a system: for untyped code, and for what types do not say. */

import { pino } from "pino";
import { InvalidDefinitionError } from "../errors.ts";
import type { ActorSystemOptions } from "./system-options.ts";

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
