/** The faults that a plan may have, and the refusal of plans that cannot be. */

import { InvalidDefinitionError } from "../errors.ts";
import type { CrashCause } from "../exit-reason.ts";

/** Which messages, and when. Without `nth` and `chance`, every one. */
export interface Occasion {
  /**
   * The path of the actor, such as `/shop/till`; of a router, that of a routee. Every actor when left out; a probe only when
   * this is its very path.
   */
  readonly actor?: string | RegExp;
  /** The type of the message: every one when left out. */
  readonly message?: string;
  /** Whether this message, to the actor at `path`, is meant. It follows from these two alone, or no run could be replayed. */
  readonly when?: (message: { readonly type: string }, path: string) => boolean;
  /** Only the nth that fits, from 1. */
  readonly nth?: number;
  /** The probability with which the seed chooses each that fits, as long as the budget lasts. */
  readonly chance?: number;
}

/** A fault of a plan. What strikes an actor on a thread is `delay`, `full` and `drop`. */
export type Fault =
  /** The handler panics: before it has done anything, or when it has done everything (`at: "end"`). */
  | (Occasion & { readonly kind: "panic"; readonly at?: "start" | "end" })
  /**
   * The thread of the actor dies, for this `cause` ("terminated" when left out): simulated, so the actor need not be on one.
   * Its `stopped` hook does not run. With "hostLost" it is another actor's fault: the message is begun a second time.
   */
  | (Occasion & {
      readonly kind: "crash";
      readonly at?: "start" | "end";
      readonly cause?: Exclude<CrashCause, "loadFailed">;
    })
  /** The handler begins `ms` milliseconds later (1,000 when left out), and the actor takes nothing else meanwhile. */
  | (Occasion & { readonly kind: "slow"; readonly ms?: number })
  /**
   * The message comes `ms` milliseconds later (1,000 when left out), and with it whatever the actor has not taken by now: what
   * is sent stays in order.
   */
  | (Occasion & { readonly kind: "delay"; readonly ms?: number })
  /**
   * The mailbox has no room for this message, and does with it what its overflow says. There is no occasion where it cannot be
   * full: without a capacity, with capacity 0, and under `dropOldest` while it is empty.
   */
  | (Occasion & { readonly kind: "full" })
  /**
   * The message is accepted, and then lost, as when the actor ends before its turn: a dead letter `stopped`; an ask rejects with
   * `ActorStoppedError`.
   */
  | (Occasion & { readonly kind: "drop" })
  /**
   * The clock jumps by `ms` milliseconds (60,000 when left out) before a step, so that what was due meanwhile comes late. It
   * takes `nth`, counted in steps, or `chance`, that of each step.
   */
  | { readonly kind: "clockJump"; readonly ms?: number; readonly nth?: number; readonly chance?: number };

/** What goes wrong: each is described at {@link Fault}. */
export type FaultKind = Fault["kind"];

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

/** What each option must be. */
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
