/**
 * The deadlines of all pending asks of a system: a list for each distinct timeout, in which the oldest is due first, so
 * that adding and removing are constant and one timer a list is enough. A drained list keeps its timer, which does not
 * hold the process, until it fires: asks one after the other cost no timer each.
 */
import type { Clock, WaitNode } from "@pneumatic/core/internal";
import { Timer, WaitList } from "@pneumatic/core/internal";

/** What expires at `deadline`, in milliseconds of the clock. */
export interface Expiring extends WaitNode {
  readonly timeoutMs: number;
  deadline: number;
  expired(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<number, WaitList<Expiring>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: Expiring): void {
    const { timeoutMs } = entry;
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    entry.deadline = this.#clock.now() + timeoutMs;
    let list = this.#lists.get(timeoutMs);
    if (list === undefined) {
      list = new WaitList();
      this.#lists.set(timeoutMs, list);
      this.#arm(list, timeoutMs, timeoutMs);
    }
    list.push(entry);
  }

  /** Undoes `add`. */
  remove(entry: Expiring): void {
    if (entry.deadline === 0) return;
    entry.deadline = 0;
    this.#lists.get(entry.timeoutMs)?.remove(entry);
  }

  #arm(list: WaitList<Expiring>, timeoutMs: number, delayMs: number): void {
    new Timer(delayMs, () => this.#fired(list, timeoutMs), this.#clock).unref();
  }

  #fired(list: WaitList<Expiring>, timeoutMs: number): void {
    const now = this.#clock.now();
    for (let first = list.head; first !== undefined && first.deadline <= now; first = list.head) {
      this.remove(first);
      first.expired();
    }
    if (list.head === undefined) this.#lists.delete(timeoutMs);
    else this.#arm(list, timeoutMs, list.head.deadline - now);
  }
}
