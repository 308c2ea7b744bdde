/**
 * The deadlines of all pending asks of a system: a list for each distinct timeout, in which the oldest is due first, so
 * that adding and removing are constant and one timer a list is enough. A drained list keeps its timer, which does not
 * keep the process alive, until it fires: asks one after the other cost no timer each.
 */
import type { Clock, WaitNode } from "@pneumatic/core/internal";
import { UnrefTimer, WaitList } from "@pneumatic/core/internal";
import type { Scheduler } from "../scheduler.ts";

/** An ask or an edge that expires at `deadline`, in milliseconds of the clock; `Infinity` while it is not in a list. */
export interface Expiring extends WaitNode {
  readonly timeoutMs: number;
  deadline: number;
  expired(): void;
}

/** The most drained lists that are kept for the next ask; beyond it none is kept, since every timeout differs. */
const LISTS_KEPT = 16;

class TimeoutList {
  readonly entries = new WaitList<Expiring>();
  timer: UnrefTimer | undefined = undefined;
}

export class Deadlines {
  /** The number of asks that have not settled. */
  open = 0;
  /** The number of asks that were rejected, for any reason: an unobserved rejection is counted here alone. */
  rejected = 0;
  /** Decides when an ask settles; undefined for at once. */
  readonly step: Scheduler["step"];
  readonly #clock: Clock;
  readonly #lists = new Map<number, TimeoutList>();

  constructor(clock: Clock, step: Scheduler["step"]) {
    this.#clock = clock;
    this.step = step;
  }

  /** Adds an entry. `now` is the time, if it is known. */
  add(entry: Expiring, now: number = this.#clock.now()): void {
    const { timeoutMs } = entry;
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    entry.deadline = now + timeoutMs;
    let list = this.#lists.get(timeoutMs);
    if (list === undefined) {
      list = new TimeoutList();
      this.#lists.set(timeoutMs, list);
      this.#arm(list, timeoutMs, timeoutMs);
    }
    list.entries.push(entry);
  }

  /** Undoes `add`. */
  remove(entry: Expiring): void {
    if (entry.deadline === Number.POSITIVE_INFINITY) return;
    entry.deadline = Number.POSITIVE_INFINITY;
    const list = this.#lists.get(entry.timeoutMs);
    list?.entries.remove(entry);
    if (list?.entries.head === undefined && this.#lists.size > LISTS_KEPT) this.#forget(entry.timeoutMs);
  }

  /** Returns the entry that was added last with this timeout; `previous` leads to the others. */
  newest(timeoutMs: number): Expiring | undefined {
    return this.#lists.get(timeoutMs)?.entries.tail;
  }

  /** Stops the timers of the drained lists. */
  end(): void {
    for (const [timeoutMs, { entries }] of this.#lists) if (entries.head === undefined) this.#forget(timeoutMs);
  }

  #forget(timeoutMs: number): void {
    this.#lists.get(timeoutMs)?.timer?.stop();
    this.#lists.delete(timeoutMs);
  }

  #arm(list: TimeoutList, timeoutMs: number, delayMs: number): void {
    list.timer = new UnrefTimer(delayMs, () => this.#fired(list, timeoutMs), this.#clock);
  }

  #fired(list: TimeoutList, timeoutMs: number): void {
    const now = this.#clock.now();
    const { entries } = list;
    for (let first = entries.head; first !== undefined && first.deadline <= now; first = entries.head) {
      this.remove(first);
      first.expired();
    }
    if (this.#lists.get(timeoutMs) !== list) return;
    if (entries.head === undefined) this.#lists.delete(timeoutMs);
    else this.#arm(list, timeoutMs, entries.head.deadline - now);
  }
}
