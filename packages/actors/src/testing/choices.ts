/**
 * The decisions of one run: which of several steps is next, whether a fault strikes. All of them come from here, so a run
 * is its list of decisions. 0 is always the plain one: the step that came first, no fault.
 */
export class Choices {
  /** What was decided so far, one number each. */
  readonly made: number[] = [];
  readonly #given: readonly number[];
  readonly #random: (() => number) | undefined;

  /** Repeats `given`; what comes after it is decided by `random`, or plain without it. */
  constructor(random: (() => number) | undefined, given: readonly number[] = []) {
    this.#random = random;
    this.#given = given;
  }

  /** One of `count` possibilities, from 0. Where there is only one, nothing is decided. */
  pick(count: number): number {
    return count === 1 ? 0 : this.#decide(count, this.#random && Math.floor(this.#random() * count));
  }

  /** Whether something of this probability happens. */
  happens(probability: number): boolean {
    const count = probability > 0 ? 2 : 1;
    return this.#decide(count, this.#random && (this.#random() < probability ? 1 : 0)) === 1;
  }

  #decide(count: number, chance: number | undefined): number {
    const given = this.#given[this.made.length] ?? chance ?? 0;
    const chosen = given < count ? given : 0; // it was given by a run that has gone another way
    this.made.push(chosen);
    return chosen;
  }
}
