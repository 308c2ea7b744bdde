/**
 * Carries out `one_for_all` and `rest_for_one`: takes the children down that have to start again, last one first, each
 * after its current message, and then starts them in order. They keep their mailboxes and addresses.
 *
 * One loop does it, also if more children fail meanwhile: `#due` has the children to start again, and the loop ends
 * when it is empty. A failure while they start counts like any other, and begins the round again: from the first child
 * under `one_for_all`, from the one that failed under `rest_for_one`.
 *
 * The loop goes on while the supervisor drains: a child that it holds down has messages to handle before its end.
 */
import type { Cell } from "../cell/cell.ts";
import { ENDING } from "../cell/state.ts";
import { shutDown, suspend } from "../cell/termination.ts";
import { firstAffected } from "./restart-policy.ts";
import type { Strategy } from "./supervisor-address.ts";

/** A child, as its group sees it. */
interface Member {
  readonly cell: Cell;
  readonly isTemporary: boolean;
}

/** The supervisor, as the group of its children sees it. */
interface Leader<C extends Member> {
  readonly cell: Cell | undefined;
  /** In the order of starting. */
  readonly children: readonly C[];
  /** Returns the child to start in the place of `child`. */
  revived(child: C): C;
  /** Begins a child; resolves when it has started, is suspended, or has ended. */
  begin(child: C, delayMs: number): Promise<void>;
}

export class Group<C extends Member> {
  readonly #strategy: Exclude<Strategy, "one_for_one">;
  readonly #supervisor: Leader<C>;
  /** The children that are down, or have to go down, and have to start again. */
  readonly #due = new Set<C>();
  /** The wait before the next start. */
  #delayMs = 0;
  #failures = 0;
  /** The loop that runs; there is at most one, and none outlives the incarnation of the supervisor. */
  #loop: object | undefined = undefined;

  constructor(strategy: Exclude<Strategy, "one_for_one">, supervisor: Leader<C>) {
    this.#strategy = strategy;
    this.#supervisor = supervisor;
  }

  /** Forgets everything: the supervisor starts anew. */
  reset(): void {
    this.#due.clear();
    this.#delayMs = 0;
    this.#loop = undefined;
  }

  /** Notes that `child` has failed and has to start again, with the others of its strategy. */
  restart(child: C, delayMs: number): void {
    this.#due.add(child);
    this.#delayMs = Math.max(this.#delayMs, delayMs);
    this.#failures++;
  }

  /** Restarts the children that are due, unless the loop runs. Not at once: the failed child has not begun to end. */
  go(): void {
    if (this.#loop !== undefined || this.#due.size === 0) return;
    const loop = {};
    this.#loop = loop;
    void this.#run(loop);
  }

  /** Never rejects. */
  async #run(loop: object): Promise<void> {
    const { cell } = this.#supervisor;
    const incarnation = cell?.incarnation;
    const isOver = (): boolean => this.#loop !== loop || cell?.incarnation !== incarnation || givesUpQueues(cell);
    await undefined;
    while (this.#due.size > 0 && !isOver()) {
      await this.#takeDown(isOver);
      if (!isOver()) await this.#start(isOver);
    }
    if (this.#loop === loop) this.#loop = undefined;
  }

  /** Takes the children down in reverse order. A child that fails meanwhile may widen the circle. */
  async #takeDown(isOver: () => boolean): Promise<void> {
    for (let up = this.#lastUp(); up !== undefined && !isOver(); up = this.#lastUp()) {
      this.#due.add(up);
      const isDown: Promise<unknown> = up.isTemporary ? shutDown(up.cell, false, "stopped") : suspend(up.cell);
      const waiting = [...this.#due].filter(({ cell }) => cell !== up.cell && cell.life.isDown);
      await Promise.all([isDown, ...waiting.map(({ cell }) => cell.waitForGraph.awaiting(cell, up.cell, isDown))]);
    }
  }

  async #start(isOver: () => boolean): Promise<void> {
    const failures = this.#failures;
    for (const child of this.#affected()) {
      this.#due.delete(child);
      const delayMs = this.#delayMs;
      this.#delayMs = 0;
      await this.#supervisor.begin(this.#supervisor.revived(child), delayMs);
      if (isOver() || this.#failures !== failures) return;
    }
    for (const child of this.#due) if (!child.cell.isAlive) this.#due.delete(child); // it was terminated
  }

  /** The children that start again because of those that are due, in the order of starting. */
  #affected(): C[] {
    const { children } = this.#supervisor;
    const first = children.findIndex((child) => this.#due.has(child));
    return first < 0 ? [] : children.slice(firstAffected(this.#strategy, first));
  }

  #lastUp(): C | undefined {
    return this.#affected()
      .reverse()
      .find(({ cell }) => !cell.life.isDown);
  }
}

/** True if the supervisor ends, and its children do not handle what they have queued. */
function givesUpQueues(cell: Cell | undefined): boolean {
  const state = cell?.state;
  return state === undefined || state.phase > ENDING || (state.phase === ENDING && !state.termination.graceful);
}
