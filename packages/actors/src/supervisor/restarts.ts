/**
 * The state that restarts depend on: a window of intensity, which all children of a supervisor have in common, and the
 * number of restarts in a row. The decisions themselves are the pure functions beside it.
 */

import type { Decider, Directive } from "../cell/directive.ts";
import type { Clock } from "../clock.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Backoff, Intensity, Restart } from "./actor-options.ts";
import { delayBefore } from "./backoff.ts";
import { countRestart } from "./intensity.ts";
import { wantsRestart } from "./restart-policy.ts";

/** The restarts of everything that is supervised together. */
export class RestartWindow {
  readonly intensity: Intensity;
  readonly #clock: Clock;
  #restarts: number[] = [];

  constructor(intensity: Intensity, clock: Clock) {
    this.intensity = intensity;
    this.#clock = clock;
  }

  /** Counts a restart; false when it is one too many. */
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

/** The rules of one actor's restarts. */
export interface RestartRules {
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly random: () => number;
}

const NOT_WANTED: Directive = { restart: false, deadLetterReason: "stopped" };
const EXCEEDED: Directive = { restart: false, deadLetterReason: "intensityExceeded" };
const AT_ONCE: Directive = { restart: true, delayMs: 0 };

/** Decides about one actor. */
export class Restarts {
  readonly #rules: RestartRules;
  readonly #window: RestartWindow;
  /** Restarts in a row, without a quiet window between them. */
  #inARow = 0;

  constructor(rules: RestartRules, window: RestartWindow) {
    this.#rules = rules;
    this.#window = window;
  }

  decide(reason: ExitReason, uptimeMs: number): Directive {
    const { restart, backoff, random } = this.#rules;
    if (!wantsRestart(restart, reason)) return NOT_WANTED;
    // The actor to blame for the loss of a shared thread is counted; the others that were hit start again at once.
    if (reason.kind === "crashed" && reason.cause === "hostLost") return AT_ONCE;
    if (!this.#window.allows()) return EXCEEDED;
    if (uptimeMs >= this.#window.intensity.withinMs) this.#inARow = 0;
    return { restart: true, delayMs: delayBefore(this.#inARow++, backoff, random()) };
  }
}

/** The decider of an actor that is supervised alone. */
export class LoneDecider extends Restarts implements Decider {
  readonly comesBack = false;
  readonly retriesStart = false;

  ended(): void {}
}
