/**
 * The decisions of one run: which of several steps is next, whether a fault strikes. All of them come from here, so a run
 * is its decisions. 0 is always the plain one: the step that came first, no fault.
 */

/** Two lists, so that another order leaves the faults where they are, and the other way round. */
export interface Decisions {
  readonly order: readonly number[];
  readonly faults: readonly number[];
}

const NONE: Decisions = { order: [], faults: [] };

export class Choices {
  /** What was decided so far. */
  readonly made: { readonly order: number[]; readonly faults: number[] } = { order: [], faults: [] };
  readonly #given: Decisions;
  readonly #random: (() => number) | undefined;

  /** Repeats `given`; what comes after it is decided by `random`, or plain without it. */
  constructor(random: (() => number) | undefined, given: Decisions = NONE) {
    this.#random = random;
    this.#given = given;
  }

  /** One of `count` possibilities, from 0. Where there is only one, nothing is decided. */
  pick(count: number): number {
    return count === 1 ? 0 : this.#decide("order", count, this.#random && Math.floor(this.#random() * count));
  }

  /** Whether something of this probability happens. */
  happens(probability: number): boolean {
    return this.#decide("faults", 2, this.#random && (this.#random() < probability ? 1 : 0)) === 1;
  }

  #decide(on: keyof Decisions, count: number, chance: number | undefined): number {
    const made = this.made[on];
    const given = this.#given[on][made.length] ?? chance ?? 0;
    const chosen = given < count ? given : 0; // it was given by a run that has gone another way
    made.push(chosen);
    return chosen;
  }
}
