/**
 * The check of options at the doors of this package: that of core, with the error of this package and the kinds of options that
 * only actors have. Each door has a table of its options beside the function that takes them.
 */
import type { MakeError, OptionKind, OptionTable } from "@pneumatic/core/internal";
import { checkOptions, shown } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "./errors.ts";

/** Throws unless options are those of a function. */
export type Door = (options: unknown) => void;

/** Returns a check of options against `table`, which accepts none as well. `owner` says in errors whose options they are. */
export function door(owner: string, table: OptionTable): Door {
  const error = refusalFor(owner);
  return (options) => {
    if (options !== undefined) checkOptions(options, table, error);
  };
}

/** Returns the maker of the errors about the options of `owner`. */
export function refusalFor(owner: string): MakeError {
  return (what, expected, given) =>
    new InvalidDefinitionError(`${what} of ${owner} must be ${expected}, not ${shown(given)}`);
}

/** Returns the kind of an option that has options itself, which are those of `owner`. Its error is about the inner one. */
export function nested(owner: string, table: OptionTable): OptionKind {
  const check = door(owner, table);
  return {
    expected: "an object",
    accepts: (value) => {
      check(value);
      return true;
    },
  };
}

/** Returns the kind of an option that belongs elsewhere, which `where` says. */
export function elsewhere(where: string): OptionKind {
  return { expected: `left out: ${where}`, accepts: () => false };
}

export const text: OptionKind = { expected: "a string", accepts: (value) => typeof value === "string" };

/** A name in the path of an actor. */
export const pathName: OptionKind = {
  expected: 'a string without "/"',
  accepts: (value) => typeof value === "string" && value !== "" && !value.includes("/"),
};

/** Milliseconds that go by, so that there must be some; `Infinity` included. */
export const positiveMilliseconds: OptionKind = {
  expected: "a number of milliseconds above 0",
  accepts: (value) => typeof value === "number" && value > 0,
};

/** Milliseconds that come to an end. */
export const finiteMilliseconds: OptionKind = {
  expected: "a number of milliseconds from 0",
  accepts: (value) => typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY,
};

export const wholeNumber: OptionKind = { expected: "a whole number", accepts: (value) => Number.isSafeInteger(value) };

/** Returns the kind of an object with these methods; `what` it is. */
export function withMethods(what: string, ...methods: readonly string[]): OptionKind {
  return {
    expected: what,
    accepts: (value) =>
      Object(value) === value &&
      methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
  };
}

const megabytes: OptionKind = {
  expected: "a number of megabytes above 0",
  accepts: (value) => typeof value === "number" && value > 0,
};

/** The resource limits of a thread, as `worker_threads` has them. */
export const RESOURCE_LIMITS: OptionTable = {
  maxOldGenerationSizeMb: megabytes,
  maxYoungGenerationSizeMb: megabytes,
  codeRangeSizeMb: megabytes,
  stackSizeMb: megabytes,
};
