/**
 * The decisions of one run: which of several steps is next, which faults strike. All of them come from here, so two lists
 * describe a run: the numbers of the chosen steps (0 is the step that came first), and the faults that struck.
 */

/** The decisions that repeat a run. */
export interface Decisions {
  /** One number for each choice among steps. */
  readonly order: readonly number[];
  /**
   * Each fault that struck, by its position in the plan, the actor, and the number of the occasion there: so it stays
   * the same if other decisions change.
   */
  readonly strikes: readonly string[];
}

export class Choices implements Decisions {
  readonly order: number[] = [];
  readonly strikes: string[] = [];
  readonly #given: Decisions | undefined;
  readonly #random: (() => number) | undefined;

  /** Repeats `given`, and makes the plain choice after it. Without `given`, `random` decides; without both, every choice is plain. */
  constructor(random: (() => number) | undefined, given?: Decisions) {
    this.#random = given === undefined ? random : undefined;
    this.#given = given;
  }

  /** True if anything but the plain choice is ever made. */
  get areMade(): boolean {
    return this.#random !== undefined || this.#given !== undefined;
  }

  /** Picks one of `count` possibilities, from 0. If there is only one, it decides nothing. */
  pick(count: number): number {
    if (count === 1) return 0;
    const given = this.#given?.order[this.order.length] ?? 0;
    const picked = this.#random === undefined ? given : Math.floor(this.#random() * count);
    const chosen = picked < count ? picked : 0; // the given choices are of a run that went another way
    this.order.push(chosen);
    return chosen;
  }

  /** Returns true if the fault and occasion of this name, with this probability, strikes. */
  happens(name: string, probability: number): boolean {
    const happens = this.#random === undefined ? this.#given?.strikes.includes(name) : this.#random() < probability;
    if (happens === true) this.strikes.push(name);
    return happens === true;
  }
}
