/** The tables of the faults in a plan. */
import type { OptionKind, OptionTable } from "@pneumatic/core/internal";
import { callback, ignored, integer, numberFrom, oneOf, shown } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "../errors.ts";
import type { CrashCause } from "../exit-reason.ts";
import type { Door } from "../option-doors.ts";
import { door, text } from "../option-doors.ts";
import type { Fault, FaultKind } from "./fault.ts";

const CAUSES = ["exit", "outOfMemory", "hung", "uncaught", "hostLost", "terminated"] as const satisfies CrashCause[];

const actor: OptionKind = {
  expected: 'a path that begins with "/", or a RegExp',
  accepts: (value) => value instanceof RegExp || (typeof value === "string" && value.startsWith("/")),
};
const ms: OptionKind = {
  expected: "a number of milliseconds above 0",
  accepts: (value) => typeof value === "number" && value > 0 && value <= 2 ** 31 - 1,
};
const at = oneOf("start", "end");
const EVERY: OptionTable = { kind: ignored, nth: integer(1), chance: numberFrom(0, 1) };
const OCCASION: OptionTable = {
  ...EVERY,
  actor,
  message: { ...text, expected: "the type of a message" },
  when: callback,
};

const FAULTS: Readonly<Record<FaultKind, Door>> = {
  panic: faultDoor("panic", { ...OCCASION, at }),
  crash: faultDoor("crash", { ...OCCASION, at, cause: oneOf(...CAUSES) }),
  slow: faultDoor("slow", { ...OCCASION, ms }),
  delay: faultDoor("delay", { ...OCCASION, ms }),
  full: faultDoor("full", OCCASION),
  drop: faultDoor("drop", OCCASION),
  clockJump: faultDoor("clockJump", { ...EVERY, ms }),
};

function faultDoor(kind: FaultKind, table: OptionTable): Door {
  return door(`a fault of kind "${kind}"`, table);
}

/** Returns `faults`; throws unless each of them can be, with a seed or without one. */
export function checkedPlan(faults: readonly Fault[], isSeeded: boolean): readonly Fault[] {
  for (const fault of faults) {
    check(fault);
    if (fault.chance !== undefined && !isSeeded) refusePlan("A fault with a `chance` needs a `seed` to decide on it");
  }
  return faults;
}

function check(fault: Fault): void {
  const { kind } = Object(fault) as Fault;
  if (typeof kind !== "string" || !Object.hasOwn(FAULTS, kind)) {
    refusePlan(`The kind of a fault must be one of ${Object.keys(FAULTS).join(", ")}, not ${shown(kind)}`);
  }
  FAULTS[kind](fault);
  if (kind === "clockJump" && fault.nth === undefined && fault.chance === undefined) {
    refusePlan('A fault of kind "clockJump" needs `nth` or `chance`: else time would jump at every step');
  }
}

function refusePlan(why: string): never {
  throw new InvalidDefinitionError(why);
}
