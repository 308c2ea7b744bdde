/** Something kept about an actor, which holds the actor weakly: it ends when it is disposed of, or with the actor. */
import type { Cell } from "../cell/cell.ts";

export class Registration implements Disposable {
  readonly cell: Cell;
  #undo: (() => void) | undefined;

  /** Calls `undo` once, at the end of the registration; it must not throw. */
  constructor(cell: Cell, undo: () => void) {
    this.cell = cell;
    this.#undo = undo;
    cell.registrations ??= new Set();
    cell.registrations.add(this);
  }

  [Symbol.dispose](): void {
    const undo = this.#undo;
    this.#undo = undefined;
    this.cell.registrations?.delete(this);
    undo?.();
  }
}

/** The registration of an actor that has ended already. */
export const NO_REGISTRATION: Disposable = Object.freeze({ [Symbol.dispose]: () => {} });

/** Ends all registrations of an actor that has ended. */
export function endRegistrations(cell: Cell): void {
  if (cell.registrations === undefined) return;
  for (const registration of cell.registrations) registration[Symbol.dispose]();
}
