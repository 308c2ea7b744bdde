/**
 * The decisions of one run: which of several steps is next, which faults strike. All of them come from here, so a run is
 * its list of numbers, where 0 is always the step that came first, and its list of strikes.
 */

/** What makes a run again. */
export interface Decisions {
  /** One number for each choice among steps. */
  readonly order: readonly number[];
  /** Each fault that struck, by its place in the plan, the actor, and which occasion there: whatever else changes, it is the same. */
  readonly strikes: readonly string[];
}

export class Choices implements Decisions {
  readonly order: number[] = [];
  readonly strikes: string[] = [];
  readonly #given: Decisions | undefined;
  readonly #random: (() => number) | undefined;

  /** Repeats `given`; what comes after it is plain. Without it, `random` decides or, without that, everything is plain. */
  constructor(random: (() => number) | undefined, given?: Decisions) {
    this.#random = given === undefined ? random : undefined;
    this.#given = given;
  }

  /** Whether anything but the plain is ever chosen. */
  get areMade(): boolean {
    return this.#random !== undefined || this.#given !== undefined;
  }

  /** One of `count` possibilities, from 0. Where there is only one, nothing is decided. */
  pick(count: number): number {
    if (count === 1) return 0;
    const given = this.#given?.order[this.order.length] ?? 0;
    const picked = this.#random === undefined ? given : Math.floor(this.#random() * count);
    const chosen = picked < count ? picked : 0; // it was given by a run that has gone another way
    this.order.push(chosen);
    return chosen;
  }

  /** Whether the fault and occasion of this name, which is of this probability, strikes. */
  happens(name: string, probability: number): boolean {
    const happens = this.#random === undefined ? this.#given?.strikes.includes(name) : this.#random() < probability;
    if (happens === true) this.strikes.push(name);
    return happens === true;
  }
}
