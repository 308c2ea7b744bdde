/**
 * Decides about restarts: asks the pure functions beside it in turn, and keeps what they need to remember. One for each
 * spawned actor; a supervisor shares the window of intensity among its children.
 */
import type { ExitReason } from "../cell/exit-reason.ts";
import type { Guardian, Verdict } from "../cell/guardian.ts";
import type { Clock } from "../dispatcher/clock.ts";
import type { Backoff } from "./backoff.ts";
import { delayBefore } from "./backoff.ts";
import type { Intensity } from "./intensity.ts";
import { countRestart } from "./intensity.ts";
import type { Restart } from "./restart-policy.ts";
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
}

/** What one actor's restarts depend on. */
export interface RestartRules {
  readonly restart: Restart;
  readonly backoff: Backoff;
  readonly window: RestartWindow;
  readonly random: () => number;
  /** Called with the reason when the actor has ended for good; `exceeded` when the intensity was. */
  readonly ended: (reason: ExitReason, exceeded: boolean) => void;
}

export class RestartGuardian implements Guardian {
  readonly #rules: RestartRules;
  /** Restarts in a row, without a quiet window between them. */
  #inARow = 0;
  #exceeded = false;

  constructor(rules: RestartRules) {
    this.#rules = rules;
  }

  decide(reason: ExitReason, uptimeMs: number): Verdict {
    const { restart, backoff, window, random } = this.#rules;
    if (!wantsRestart(restart, reason)) return { restart: false, letters: "stopped" };
    // Whoever is to blame for the loss of a shared thread is counted; those it has hit start again at once.
    if (reason.kind === "crashed" && reason.cause === "hostLost") return { restart: true, delayMs: 0 };
    if (!window.allows()) {
      this.#exceeded = true;
      return { restart: false, letters: "intensityExceeded" };
    }
    if (uptimeMs >= window.intensity.withinMs) this.#inARow = 0;
    return { restart: true, delayMs: delayBefore(this.#inARow++, backoff, random()) };
  }

  ended(reason: ExitReason): void {
    this.#rules.ended(reason, this.#exceeded);
  }
}
