/** The turns that a fault postpones: those of an actor, until its time has come. */
import type { Step } from "../scheduler.ts";
import type { AnyStep } from "./agenda.ts";
import type { VirtualClock } from "./virtual-clock.ts";

interface Postponement {
  readonly until: number;
  readonly timer: unknown;
  readonly turns: Step[];
}

export class Postponed {
  readonly #clock: VirtualClock;
  readonly #release: (turn: Step) => void;
  readonly #postponements = new Map<string, Postponement>();

  /** `release` gets the turns that were postponed. */
  constructor(clock: VirtualClock, release: (turn: Step) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  /**
   * Gives the actor at `path` no turn for `ms` milliseconds, or longer if it is postponed already; `turns` are those it
   * waits for.
   */
  add(path: string, ms: number, turns: readonly Step[]): void {
    const before = this.#postponements.get(path);
    const until = Math.max(this.#clock.now() + ms, before?.until ?? 0);
    if (before !== undefined) this.#clock.clearTimeout(before.timer);
    const timer = this.#clock.setTimeout(() => this.#end(path), until - this.#clock.now());
    this.#postponements.set(path, { until, timer, turns: [...(before?.turns ?? []), ...turns] });
  }

  /** Returns true if it postpones `step`. */
  takes(step: AnyStep): boolean {
    if (step.kind !== "turn") return false;
    const postponement = this.#postponements.get(step.path);
    postponement?.turns.push(step);
    return postponement !== undefined;
  }

  /** Drops the postponed turns, which are obsolete. */
  clear(): void {
    for (const { timer } of this.#postponements.values()) this.#clock.clearTimeout(timer);
    this.#postponements.clear();
  }

  #end(path: string): void {
    const turns = this.#postponements.get(path)?.turns ?? [];
    this.#postponements.delete(path);
    for (const turn of turns) this.#release(turn);
  }
}
