/**
 * The state that restarts depend on: a window of intensity, which all children of a supervisor have in common, and the
 * number of restarts in a row. A window slides over restarts, but not over failed starts: they count until one succeeds. The
 * table of restart-policy.ts decides after an end; this file counts a restart.
 */
import type { Decider, Directive, Exit } from "../cell/directive.ts";
import { SUSPENDED } from "../cell/directive.ts";
import type { Clock } from "../clock.ts";
import type { Backoff, Intensity, Restart } from "./actor-options.ts";
import { delayBefore } from "./backoff.ts";
import { countRestart } from "./intensity.ts";
import type { Supervision } from "./restart-policy.ts";
import { decide } from "./restart-policy.ts";

/** The restarts of everything that is supervised together. */
export class RestartWindow {
  readonly intensity: Intensity;
  readonly #clock: Clock;
  #restarts: number[] = [];

  constructor(intensity: Intensity, clock: Clock) {
    this.intensity = intensity;
    this.#clock = clock;
  }

  /** Counts a restart. Returns false if it is one too many. */
  allows(): boolean {
    const restarts = countRestart(this.#restarts, this.#clock.now(), this.intensity);
    if (restarts !== undefined) this.#restarts = restarts;
    return restarts !== undefined;
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#restarts = [];
  }
}

/** The options of one actor that its restarts depend on. */
export interface RestartRules {
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly intensity: Intensity;
}

/** The time and the chance of a system. */
interface Surroundings {
  readonly clock: Clock;
  readonly random: () => number;
}

/** There were too many restarts. */
export const EXCEEDED: Directive = { restart: false, deadLetterReason: "intensityExceeded" };
const AT_ONCE: Directive = { restart: true, delayMs: 0 };

/** The restarts of one actor. */
export class Restarts {
  readonly #rules: RestartRules;
  readonly #surroundings: Surroundings;
  #window: RestartWindow | undefined;
  /** Restarts in a row, without a quiet window between them. */
  #inARow = 0;
  /** The number of messages that it had handled at its last end. */
  #handled = 0;
  /** Failed starts since the last one that succeeded, however far apart. */
  #failedStarts = 0;

  /** `window` counts restarts of others as well; without it, the actor has one of its own from its first restart on. */
  constructor(rules: RestartRules, surroundings: Surroundings, window?: RestartWindow) {
    this.#rules = rules;
    this.#surroundings = surroundings;
    this.#window = window;
  }

  /** Forgets what has counted for itself alone. */
  reset(): void {
    this.#window?.reset();
    this.#inARow = this.#failedStarts = 0;
  }

  /** Returns what follows an end; undefined if the start of the supervisor fails with it. */
  after(exit: Exit, supervision: Supervision): Directive | undefined {
    const { deadLetterReason } = exit;
    switch (decide(exit, this.#rules.restart, supervision)) {
      case "stop":
        return { restart: false, deadLetterReason };
      case "suspend":
        return deadLetterReason === "stopped" ? SUSPENDED : { restart: true, delayMs: undefined, deadLetterReason };
      case "failSupervisor":
        return undefined;
      case "restartUncounted":
        return AT_ONCE;
      case "restartAfterJob":
        return this.#afterJob(exit);
      case "restart":
        return this.#count(exit);
    }
  }

  #count(exit: Exit): Directive {
    const { isFailedStart, handled } = exit;
    const { intensity } = this.#rules;
    const { clock } = this.#surroundings;
    this.#window ??= new RestartWindow(intensity, clock);
    this.#failedStarts = isFailedStart ? this.#failedStarts + 1 : 0;
    if (!this.#window.allows() || this.#failedStarts > this.#window.intensity.restarts) return EXCEEDED;
    this.#handled = handled;
    return this.#delayed(exit);
  }

  /** Restarts a routee whose job has failed: at once, and later if it has handled none since the last that failed. */
  #afterJob(exit: Exit): Directive {
    const { handled } = exit;
    if (handled > this.#handled) this.#inARow = 0;
    this.#handled = handled;
    this.#failedStarts = 0;
    return this.#delayed(exit);
  }

  /** Restarts after the delay that is due; a failed start is no time without a failure. */
  #delayed({ startedAt, isFailedStart }: Exit): Directive {
    const { backoff, intensity } = this.#rules;
    const { clock, random } = this.#surroundings;
    const { resetAfterMs = (this.#window?.intensity ?? intensity).withinMs } = backoff;
    if (!isFailedStart && startedAt !== undefined && clock.now() - startedAt >= resetAfterMs) this.#inARow = 0;
    const delayMs = delayBefore(this.#inARow++, backoff, random());
    return delayMs === 0 ? AT_ONCE : { restart: true, delayMs };
  }
}

const ALONE = { isReplacement: false, isAwaited: false, isRoutee: false } as const;

/** Decides about an actor that is supervised alone, and may restart. */
class LoneDecider extends Restarts implements Decider {
  readonly comesBack: boolean = false;

  decide(exit: Exit): Directive {
    return this.after(exit, ALONE) as Directive; // no supervisor awaits it
  }

  ended(): void {}
}

/** Decides about actors that stop. */
const STOPS: Decider = {
  comesBack: false,
  decide: ({ deadLetterReason }) => ({ restart: false, deadLetterReason }),
  ended: () => {},
};

/** Returns the decider of an actor that is supervised alone. Its first end is `exit`; if it stops then, nothing is counted. */
export function loneDecider(exit: Exit, rules: RestartRules, surroundings: Surroundings): Decider {
  return decide(exit, rules.restart, ALONE) === "stop" ? STOPS : new LoneDecider(rules, surroundings);
}
