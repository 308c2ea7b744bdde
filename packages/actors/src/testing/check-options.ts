/** The tables of the options that this entry takes. */
import type { OptionKind, OptionTable } from "@pneumatic/core/internal";
import { checkArgument, count, flag, integer, oneOf } from "@pneumatic/core/internal";
import type { Door } from "../option-doors.ts";
import { door, finiteMilliseconds, pathName, refusalFor, wholeNumber } from "../option-doors.ts";
import { SYSTEM_OPTIONS } from "../system/check-options.ts";

const { name, logger, logLevel, deadlock, deadLetters, threads } = SYSTEM_OPTIONS;

const budget: OptionKind = {
  expected: "a whole number from 0, or Infinity",
  accepts: (value) => value === Number.POSITIVE_INFINITY || count.accepts(value),
};

/** The options of every simulated system. */
const SIMULATED: OptionTable = {
  ...{ name, logger, logLevel, deadlock, deadLetters, threads },
  seed: wholeNumber,
  faults: { expected: "a list of faults", accepts: Array.isArray }, // each is checked by its kind
  faultBudget: budget,
};

export const checkTestSystem: Door = door("a test system", {
  ...SIMULATED,
  clock: oneOf("virtual"),
  autoAdvance: flag,
});

export const checkExplore: Door = door("explore()", {
  ...SIMULATED,
  runs: integer(1),
  maxSteps: integer(1),
  shrinkRuns: count,
});

export const checkProbe: Door = door("a probe", { name: pathName });
export const checkWithin: Door = door("what a probe expects", { within: finiteMilliseconds });

/** Throws unless `ms` is a time by which a clock can be advanced. */
export function checkAdvance(ms: number): void {
  checkArgument("The time", ms, finiteMilliseconds, refusalFor("advance(ms)"));
}
