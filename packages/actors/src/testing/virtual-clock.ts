/**
 * Time that moves only when a test says so. Timers run in the order of their deadlines, those of one deadline in the
 * order they were set; a timer that is set meanwhile runs too if it falls due.
 */
import { LONGEST_DELAY } from "@pneumatic/core/internal";
import type { Clock } from "@pneumatic/core/testing";
import { checkAdvance } from "./check-options.ts";

/** A timer that is set, in a binary heap. */
interface VirtualTimer {
  readonly dueAt: number;
  /** Orders timers of the same deadline. */
  readonly order: number;
  /** Undefined once it has run or was cleared. */
  run: (() => void) | undefined;
}

/** The most cleared timers that wait in the heap for their time. */
const MOST_CLEARED = 64;

/**
 * A clock for tests, of the channels of a thread (`useClock` of `@pneumatic/core/testing`) or of a system (the option
 * `clock`); a {@link testSystem} has one already. It starts at 0. As on the platforms, a delay above 2^31-1 ms is one
 * of 1 ms.
 *
 * @example
 * ```ts
 * import { VirtualClock } from "@pneumatic/actors/testing";
 *
 * const clock = new VirtualClock();
 * clock.setTimeout(() => console.log("an hour later"), 3_600_000);
 * clock.advance(3_600_000); // an hour later
 * ```
 */
export class VirtualClock implements Clock {
  #heap: VirtualTimer[] = [];
  #now = 0;
  #order = 0;
  #pending = 0;

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): unknown {
    const delay = ms >= 1 && ms <= LONGEST_DELAY ? ms : 1;
    const timer: VirtualTimer = { dueAt: this.#now + delay, order: this.#order++, run };
    this.#pending++;
    this.#push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const given = timer as VirtualTimer | undefined;
    if (given?.run === undefined) return;
    given.run = undefined;
    this.#pending--;
    if (this.#heap.length - this.#pending <= this.#pending + MOST_CLEARED) return;
    this.#heap = this.#heap.filter(({ run }) => run !== undefined).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  /** The number of timers that are set. */
  get pending(): number {
    return this.#pending;
  }

  /** The time at which the next timer falls due; `Infinity` if none is set. */
  get nextDeadline(): number {
    return this.#first()?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Moves the time by `ms` milliseconds, and runs the timers that fall due. Throws `InvalidDefinitionError` unless
   * `ms` is a number from 0.
   */
  advance(ms: number): void {
    checkAdvance(ms);
    const until = this.#now + ms;
    for (let timer = this.#first(); timer !== undefined && timer.dueAt <= until; timer = this.#first()) {
      this.#pop();
      this.#now = Math.max(this.#now, timer.dueAt); // what ran may have moved it further
      this.#runOf(timer)();
    }
    this.#now = Math.max(this.#now, until);
  }

  /**
   * Moves the time to `until`, which is not beyond {@link nextDeadline}, and returns what is due then, each to be
   * called once, in any order. A timer that is cleared by then does nothing when called.
   */
  takeDue(until: number): (() => void)[] {
    this.#now = until;
    const due: (() => void)[] = [];
    for (let timer = this.#first(); timer !== undefined && timer.dueAt <= until; timer = this.#first()) {
      this.#pop();
      due.push(this.#runOf(timer));
    }
    return due;
  }

  #runOf(timer: VirtualTimer): () => void {
    return () => {
      const { run } = timer;
      if (run === undefined) return;
      timer.run = undefined;
      this.#pending--;
      run();
    };
  }

  /** Returns the first timer that is still set. */
  #first(): VirtualTimer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]?.run === undefined) this.#pop();
    return this.#heap[0];
  }

  #push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent] as VirtualTimer)) break;
      heap[at] = heap[parent] as VirtualTimer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as VirtualTimer;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as VirtualTimer, heap[child] as VirtualTimer)) child++;
      if (!isBefore(heap[child] as VirtualTimer, last)) break;
      heap[at] = heap[child] as VirtualTimer;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: VirtualTimer, other: VirtualTimer): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
