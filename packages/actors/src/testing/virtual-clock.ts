/**
 * Time that moves only when a test says so. What falls due runs in the order of the deadlines, what has one deadline in the
 * order it was set; a timer that is set meanwhile runs too if it falls due.
 */
import type { Clock } from "@pneumatic/core/testing";
import { InvalidDefinitionError } from "../errors.ts";

const LONGEST_DELAY = 2 ** 31 - 1;
/** So many timers that are not set any more may be in the heap, beside as many as there are others. */
const FORGOTTEN_AT = 64;

/** A timer that is set, in a binary heap. */
interface VirtualTimer {
  readonly dueAt: number;
  /** Tells those of one deadline apart. */
  readonly order: number;
  readonly run: () => void;
  isSet: boolean;
}

/**
 * A clock for tests: of the channels of a thread (`useClock` of `@pneumatic/core/testing`), or of a system (the option
 * `clock`); a {@link testSystem} has one already. It starts at 0. As on the platforms, a delay above 2^31-1 ms is one of 1 ms.
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
    const timer: VirtualTimer = { dueAt: this.#now + delay, order: this.#order++, run, isSet: true };
    this.#pending++;
    this.#push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const given = timer as VirtualTimer | undefined;
    if (given?.isSet !== true) return;
    given.isSet = false;
    this.#pending--;
    if (this.#heap.length > 2 * this.#pending + FORGOTTEN_AT) this.#heap = this.#heap.filter(isSet).sort(byDeadline);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#pending;
  }

  /** The time at which the next timer falls due; `Infinity` when none is set. */
  get nextDeadline(): number {
    return this.#first()?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** Moves the time by `ms` milliseconds, and runs what falls due. */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new InvalidDefinitionError(`Time is advanced by milliseconds from 0, not ${ms}`);
    }
    const until = this.#now + ms;
    for (let timer = this.#first(); timer !== undefined && timer.dueAt <= until; timer = this.#first()) {
      this.#pop();
      this.#now = Math.max(this.#now, timer.dueAt); // what ran may have moved it further
      this.#runOf(timer)();
    }
    this.#now = Math.max(this.#now, until);
  }

  /**
   * Moves the time to `until`, which is not beyond {@link nextDeadline}, and returns what is due then, each to be called once,
   * in any order. What is stopped by then does nothing when called.
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
      if (!timer.isSet) return;
      timer.isSet = false;
      this.#pending--;
      timer.run();
    };
  }

  /** The first timer that is still set. */
  #first(): VirtualTimer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]?.isSet === false) this.#pop();
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

function isSet(timer: VirtualTimer): boolean {
  return timer.isSet;
}

function byDeadline(one: VirtualTimer, other: VirtualTimer): number {
  return one.dueAt - other.dueAt || one.order - other.order;
}

function isBefore(one: VirtualTimer, other: VirtualTimer): boolean {
  return byDeadline(one, other) < 0;
}
