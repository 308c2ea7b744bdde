/** Refuses plans of faults that cannot be. */
import { InvalidDefinitionError } from "../errors.ts";
import type { CrashCause } from "../exit-reason.ts";
import type { Fault, FaultKind } from "./fault.ts";

const CAUSES = ["exit", "outOfMemory", "hung", "uncaught", "hostLost", "terminated"] as const satisfies CrashCause[];
const OCCASION = ["actor", "message", "when", "nth", "chance"];
const OPTIONS: Readonly<Record<FaultKind, readonly string[]>> = {
  panic: [...OCCASION, "at"],
  crash: [...OCCASION, "at", "cause"],
  slow: [...OCCASION, "ms"],
  delay: [...OCCASION, "ms"],
  full: OCCASION,
  drop: OCCASION,
  clockJump: ["nth", "chance", "ms"],
};

/** The checks of each option. */
const OPTION_CHECKS: Readonly<Record<string, readonly [what: string, is: (given: unknown) => boolean]>> = {
  actor: ["a path that begins with / or a RegExp", (given) => given instanceof RegExp || String(given).startsWith("/")],
  message: ["the type of a message", (given) => typeof given === "string"],
  when: ["a function", (given) => typeof given === "function"],
  nth: ["a whole number from 1", (given) => Number.isSafeInteger(given) && (given as number) >= 1],
  chance: ["a probability from 0 to 1", (given) => typeof given === "number" && given >= 0 && given <= 1],
  at: ['"start" or "end"', (given) => given === "start" || given === "end"],
  cause: [`one of ${CAUSES.join(", ")}`, (given) => (CAUSES as readonly unknown[]).includes(given)],
  ms: ["milliseconds above 0", (given) => typeof given === "number" && given > 0 && given <= 2 ** 31 - 1],
};

/** `faults`, if each of them can be, with a seed or without one; throws {@link InvalidDefinitionError} otherwise. */
export function checkedPlan(faults: readonly Fault[], isSeeded: boolean): readonly Fault[] {
  if (!Array.isArray(faults)) refusePlan("`faults` is a list of faults", faults);
  for (const fault of faults) {
    check(fault);
    if (fault.chance !== undefined && !isSeeded)
      refusePlan("A fault with a `chance` needs a `seed` to decide on it", undefined);
  }
  return faults;
}

/** `budget`, if it is one. */
export function checkedBudget(budget: number): number {
  if (budget !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(budget) && budget >= 0)) {
    refusePlan("`faultBudget` is a whole number from 0", budget);
  }
  return budget;
}

function check(fault: Fault): void {
  const { kind } = (fault ?? {}) as { readonly kind?: FaultKind };
  const options = Object.hasOwn(OPTIONS, String(kind)) ? OPTIONS[kind as FaultKind] : undefined;
  if (options === undefined) refusePlan(`A fault is of one of the kinds ${Object.keys(OPTIONS).join(", ")}`, kind);
  for (const [option, given] of Object.entries(fault)) {
    if (option === "kind" || given === undefined) continue;
    if (!options.includes(option)) refusePlan(`A fault of kind "${kind}" takes ${options.join(", ")}`, option);
    const [what, is] = OPTION_CHECKS[option] as [string, (given: unknown) => boolean];
    if (!is(given)) refusePlan(`\`${option}\` of a fault of kind "${kind}" is ${what}`, given);
  }
  if (kind === "clockJump" && fault.nth === undefined && fault.chance === undefined) {
    refusePlan('A fault of kind "clockJump" needs `nth` or `chance`: else time would jump at every step', undefined);
  }
}

function refusePlan(expected: string, given: unknown): never {
  throw new InvalidDefinitionError(given === undefined ? expected : `${expected}, not ${String(given)}`);
}
