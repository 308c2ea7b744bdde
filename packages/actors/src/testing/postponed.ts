/** Turns that a fault holds back: those of the actors that are added, until they are ended. */
import type { Step } from "../dispatcher/clock.ts";
import type { OwnStep } from "./simulation.ts";

export class Postponed {
  readonly #turns = new Map<string, Step | undefined>();

  has(path: string): boolean {
    return this.#turns.has(path);
  }

  /** `turn` is the one that `path` waits for already, if it does. */
  add(path: string, turn: Step | undefined): void {
    this.#turns.set(path, turn);
  }

  /** Whether `step` is held back. An actor waits for one turn at a time. */
  takes(step: Step | OwnStep): boolean {
    if (step.kind !== "turn" || !this.#turns.has(step.path)) return false;
    this.#turns.set(step.path, step);
    return true;
  }

  /** Ends it; returns the turn that was held back. */
  end(path: string): Step | undefined {
    const turn = this.#turns.get(path);
    this.#turns.delete(path);
    return turn;
  }
}
