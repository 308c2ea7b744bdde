/**
 * The check of options at the door of a function. A table says which options there are, and of which kind. The check refuses
 * anything else: a value that is no object, an unknown name (with the nearest one that is known), a value of another kind or
 * out of range.
 *
 *     const FETCH = { timeout: milliseconds, signal: abortSignal, limit: integer(1) };
 *     checkOptions(options, FETCH);
 *
 * An option that is undefined counts as left out. The error is an InvalidArgumentError unless the caller makes another one.
 */
import { InvalidArgumentError } from "../errors.ts";

/** The values that an option takes. */
export interface OptionKind {
  /** Completes the sentence "… must be". */
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** True if the option must not be left out. */
  readonly isRequired?: boolean;
}

/** The options of a function, by their names. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

/** Makes the error that says: `what` must be `expected`, not `given`. */
export type MakeError = (what: string, expected: string, given: unknown) => Error;

/** Throws an error unless `options` are as `table` has them. */
export function checkOptions(options: unknown, table: OptionTable, error?: MakeError): void {
  const misuse = misuseOf(options, table, error);
  if (misuse !== undefined) throw misuse;
}

/** Returns the error that {@link checkOptions} would throw. */
export function misuseOf(options: unknown, table: OptionTable, error: MakeError = invalidArgument): Error | undefined {
  if (typeof options !== "object" || options === null) return error("options", "an object", options);
  for (const name in options)
    if (!Object.hasOwn(table, name)) return error("An option", `one of ${suggested(name, table)}`, name);
  for (const name in table) {
    const { accepts, expected, isRequired } = table[name] as OptionKind;
    const value = (options as Record<string, unknown>)[name];
    if ((value !== undefined || isRequired) && !accepts(value)) return error(name, expected, value);
  }
  return undefined;
}

/** Throws unless `value` is of that kind. The message calls it `what`. */
export function checkArgument(
  what: string,
  value: unknown,
  { accepts, expected }: OptionKind,
  error: MakeError = invalidArgument,
): void {
  if (!accepts(value)) throw error(what, expected, value);
}

function invalidArgument(what: string, expected: string, given: unknown): Error {
  return new InvalidArgumentError(what, expected, given);
}

/** Returns the names in `table`, and the one that `name` was meant to be, if one is near: they share two letters in three. */
function suggested(name: string, table: OptionTable): string {
  const names = Object.keys(table);
  const distance = (known: string): number => Math.max(missing(name, known), missing(known, name)) / known.length;
  const [nearest = ""] = names.sort((a, b) => distance(a) - distance(b));
  return names.join(", ") + (distance(nearest) < 0.4 ? ` (did you mean ${nearest}?)` : "");
}

/** Returns how many letters of `b` are missing in `a`. The larger of both directions is the bag distance of two words. */
function missing(a: string, b: string): number {
  return [...a].reduce((rest, letter) => rest.replace(letter, ""), b).length;
}

/** The kind of a duration in milliseconds, `Infinity` included. */
export const milliseconds: OptionKind = {
  expected: "a number of milliseconds from 0 to Infinity",
  accepts: (value) => typeof value === "number" && value >= 0,
};

/** The kind of a boolean. */
export const flag: OptionKind = { expected: "a boolean", accepts: (value) => typeof value === "boolean" };

/** The kind of an AbortSignal, of any realm. */
export const abortSignal: OptionKind = {
  expected: "an AbortSignal",
  accepts: (value) => {
    const signal = value as Partial<AbortSignal> | null;
    return typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function";
  },
};

/** The kind of a function. */
export const callback: OptionKind = { expected: "a function", accepts: (value) => typeof value === "function" };

/** The kind of an option that the types let pass, and that means nothing here. */
export const ignored: OptionKind = { expected: "anything", accepts: () => true };

/** The kind of a number of things. */
export const count: OptionKind = {
  expected: "an integer of 0 or more",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};

/** Returns the kind of the integers from `least` to `most`. */
export function integer(least: number, most: number = Number.POSITIVE_INFINITY): OptionKind {
  return {
    expected:
      most === Number.POSITIVE_INFINITY ? `an integer of ${least} or more` : `an integer from ${least} to ${most}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** Returns the kind of the numbers from `least` to `most`. */
export function numberFrom(least: number, most: number): OptionKind {
  return {
    expected: `a number from ${least} to ${most}`,
    accepts: (value) => typeof value === "number" && value >= least && value <= most,
  };
}

/** Returns the kind of an option that is one of `values`. */
export function oneOf(...values: readonly unknown[]): OptionKind {
  const shown = values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  return { expected: `one of ${shown.join(", ")}`, accepts: (value) => values.includes(value) };
}

/** Returns the same kind for an option that must not be left out. */
export function required(kind: OptionKind): OptionKind {
  return { ...kind, isRequired: true };
}
