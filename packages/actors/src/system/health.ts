/**
 * Answers the probes of a service: is the system alive, and is it ready. It knows the actors that a service cannot do without:
 * static children of supervisors, and actors spawned as `essential`.
 */
import type { Cell } from "../cell/cell.ts";
import { DOWN, DUE, ENDING, NEW, STARTING, STOPPED } from "../cell/state.ts";
import type { ExitReason } from "../exit-reason.ts";
import { isAbnormal } from "../exits.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { describe } from "../wording.ts";

/** The most failures of roots that are remembered; the oldest is forgotten. */
const MOST_FAILURES = 100;

export class HealthWatch {
  readonly #supervisors = new Map<Cell, Supervisor>();
  readonly #essential = new Set<Cell>();
  /** Roots that have ended as failures, by their paths: essential ones and supervisors. */
  readonly #failures = new Map<string, ExitReason>();

  supervised(cell: Cell, supervisor: Supervisor): void {
    this.#supervisors.set(cell, supervisor);
    this.#failures.delete(cell.path);
  }

  essential(cell: Cell): void {
    this.#essential.add(cell);
    this.#failures.delete(cell.path);
  }

  ended(cell: Cell): void {
    const isSupervisor = this.#supervisors.delete(cell);
    const isKnown = this.#essential.delete(cell) || (isSupervisor && cell.parent === undefined);
    const { reason } = cell.life;
    if (!isKnown || !isAbnormal(reason)) return;
    this.#failures.set(cell.path, reason);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_FAILURES) this.#failures.delete(oldest as string);
  }

  /** Returns why the actors are not ready. */
  reasons(): string[] {
    const found = [...this.#failures].map(([path, reason]) => `${path} ${describe(reason)}`);
    const cells = new Set(this.#essential);
    for (const { staticChildren } of this.#supervisors.values()) for (const cell of staticChildren) cells.add(cell);
    for (const cell of cells) {
      const why = unready(cell);
      if (why !== undefined) found.push(`${cell.path} ${why}`);
    }
    return found;
  }
}

function unready({ state, life }: Cell): string | undefined {
  switch (state.phase) {
    case NEW:
    case DUE:
    case STARTING:
      return "is starting";
    case DOWN:
      return `waits for its restart (${describe(state.reason)})`;
    case ENDING:
      if (state.directive.restart) return `is restarting (${describe(state.reason)})`;
      return isAbnormal(state.reason) ? describe(state.reason) : undefined;
    case STOPPED:
      return isAbnormal(life.reason) ? describe(life.reason) : undefined;
    default:
      return undefined;
  }
}
