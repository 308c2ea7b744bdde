/**
 * The steps that wait to be done, in the order in which they came. An overtaken step waits behind all others from then
 * on, so that one decision delays a step for as long as anything else is to be done.
 */
import type { Step } from "../scheduler.ts";

/** A step that is not of the runtime: a timer that is due, or an expectation of a probe that was met. */
interface OwnStep extends Omit<Step, "kind"> {
  readonly kind: "timer" | "probe";
}

/** One thing that happens in a simulation. */
export type AnyStep = Step | OwnStep;

export class Agenda {
  /** The steps that nothing has overtaken, then the others. */
  readonly #steps: AnyStep[] = [];
  #overtaken = 0;

  get length(): number {
    return this.#steps.length;
  }

  add(step: AnyStep): void {
    if (this.#overtaken === 0) this.#steps.push(step);
    else this.#steps.splice(this.#steps.length - this.#overtaken, 0, step);
  }

  /** Takes the step at `position`, counted from 0. It overtakes those before it. */
  take(position: number): AnyStep {
    const before = this.#steps.splice(0, position);
    const step = this.#steps.shift() as AnyStep;
    this.#steps.push(...before);
    this.#overtaken = Math.min(this.#overtaken + position, this.#steps.length);
    return step;
  }

  /** Takes the turns for which the actor at `path` waits. */
  takeTurnsOf(path: string): Step[] {
    const taken: Step[] = [];
    for (let at = this.#steps.length - 1; at >= 0; at--) {
      const step = this.#steps[at] as AnyStep;
      if (step.kind !== "turn" || step.path !== path) continue;
      if (at >= this.#steps.length - this.#overtaken) this.#overtaken--;
      this.#steps.splice(at, 1);
      taken.unshift(step as Step);
    }
    return taken;
  }
}
