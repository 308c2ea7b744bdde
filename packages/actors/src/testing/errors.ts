/** The errors of a simulation. The message says which actors are concerned, and what to do. */
import { brand } from "@pneumatic/core/internal";

const PACKAGE = "@pneumatic/actors/testing";

/**
 * The simulation has nothing left to do, and somebody still waits: for real I/O, a timer of the platform, or a
 * promise that nobody will ever settle. `waiting` lists the handlers and hooks; it is empty if the scenario itself
 * waits.
 */
export class UncontrolledWaitError extends Error {
  static {
    brand(UncontrolledWaitError, "UncontrolledWaitError", PACKAGE);
  }
  readonly code = "ERR_TESTING_UNCONTROLLED_WAIT" as const;
  readonly waiting: readonly string[];
  constructor(waiting: readonly string[]) {
    const who = waiting.length === 0 ? "The scenario" : waiting.join(", ");
    super(
      `${who} waits for something that the simulation does not control, or that never comes. Under a seed, await asks, ` +
        "sends, channels and ctx.sleep; what does real I/O or has timers of its own is replaced by a probe or an actor",
    );
    this.waiting = waiting;
  }
}

/** A guarantee of the runtime does not hold, or something was left behind at the end of a run. */
export class InvariantError extends Error {
  static {
    brand(InvariantError, "InvariantError", PACKAGE);
  }
  readonly code = "ERR_TESTING_INVARIANT" as const;
  readonly violations: readonly string[];
  constructor(violations: readonly string[]) {
    super(`The run leaves something behind, or breaks a guarantee: ${violations.join("; ")}`);
    this.violations = violations;
  }
}

/** A run took more steps than it may, so something goes round in circles. */
export class StepLimitError extends Error {
  static {
    brand(StepLimitError, "StepLimitError", PACKAGE);
  }
  readonly code = "ERR_TESTING_STEP_LIMIT" as const;
  constructor(steps: number, waiting: readonly string[]) {
    const who = waiting.length === 0 ? "" : `; at work: ${waiting.join(", ")}`;
    super(`The run does not end within ${steps} steps (option \`maxSteps\`)${who}`);
  }
}

/** A probe did not see what a test expected, or saw what it did not expect. */
export class ExpectationError extends Error {
  static {
    brand(ExpectationError, "ExpectationError", PACKAGE);
  }
  readonly code = "ERR_TESTING_EXPECTATION" as const;
}

/** A panic that a plan of faults has asked for. */
export class InjectedPanicError extends Error {
  static {
    brand(InjectedPanicError, "InjectedPanicError", PACKAGE);
  }
  readonly code = "ERR_TESTING_INJECTED_PANIC" as const;
  constructor(path: string, type: string) {
    super(`Injected panic of "${path}" in "${type}"`);
  }
}

/**
 * A scenario failed under a seed. The `cause` is the error it failed with; `seed` replays it; `trace` is the shortest
 * run found that fails in the same way.
 */
export class ExplorationError extends Error {
  static {
    brand(ExplorationError, "ExplorationError", PACKAGE);
  }
  readonly code = "ERR_TESTING_EXPLORATION" as const;
  readonly seed: number;
  /** Not a property of the instance: the message has it already, and printing an error prints its properties too. */
  readonly #trace: string;
  constructor(seed: number, trace: string, message: string, cause: unknown) {
    super(message, { cause });
    this.seed = seed;
    this.#trace = trace;
  }

  get trace(): string {
    return this.#trace;
  }
}
