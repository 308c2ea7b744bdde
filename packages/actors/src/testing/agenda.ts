/**
 * The steps that wait to be done, in the order in which they came. Whoever is overtaken waits behind all others from then on,
 * so that one decision holds a step back for as long as anything else is to be done.
 */
import type { Step } from "../dispatcher/clock.ts";
import type { OwnStep } from "./simulation.ts";

export class Agenda {
  /** First those that nothing has overtaken, then the others. */
  readonly #steps: (Step | OwnStep)[] = [];
  #overtaken = 0;

  get length(): number {
    return this.#steps.length;
  }

  add(step: Step | OwnStep): void {
    if (this.#overtaken === 0) this.#steps.push(step);
    else this.#steps.splice(this.#steps.length - this.#overtaken, 0, step);
  }

  /** Takes the step at `place`, from 0; it overtakes those before it. */
  take(place: number): Step | OwnStep {
    const before = this.#steps.splice(0, place);
    const step = this.#steps.shift() as Step | OwnStep;
    this.#steps.push(...before);
    this.#overtaken = Math.min(this.#overtaken + place, this.#steps.length);
    return step;
  }

  /** Takes the turn of `path`, if it waits for one. */
  takeTurnOf(path: string): Step | undefined {
    const at = this.#steps.findIndex((step) => step.kind === "turn" && step.path === path);
    if (at === -1) return undefined;
    if (at >= this.#steps.length - this.#overtaken) this.#overtaken--;
    return this.#steps.splice(at, 1)[0] as Step;
  }
}
