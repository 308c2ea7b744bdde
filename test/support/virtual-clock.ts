/**
 * Time that moves only when a test says so. `advance` runs what falls due in the order of the deadlines, those of one
 * deadline in the order they were set; a timer set meanwhile runs too if it falls due. Delays are treated as the
 * platforms treat them: one above 2^31-1 ms fires after 1 ms.
 */
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";

const LONGEST_DELAY = 2 ** 31 - 1;

interface VirtualTimer {
  readonly dueAt: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  readonly #timers = new Set<VirtualTimer>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): unknown {
    const delay = ms > LONGEST_DELAY ? 1 : Math.max(1, ms);
    const timer: VirtualTimer = { dueAt: this.#now + delay, run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as VirtualTimer);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The time until the next timer falls due; 0 when none is set. */
  get untilNext(): number {
    const next = this.#due(Number.POSITIVE_INFINITY);
    return next === undefined ? 0 : next.dueAt - this.#now;
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (let timer = this.#due(until); timer !== undefined; timer = this.#due(until)) {
      this.#timers.delete(timer);
      this.#now = timer.dueAt;
      timer.run();
    }
    this.#now = until;
  }

  #due(until: number): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
    }
    return first;
  }
}

/** A virtual clock that is in force until disposed. */
export function installClock(): VirtualClock & Disposable {
  const clock = new VirtualClock();
  const installed = useClock(clock);
  return Object.assign(clock, { [Symbol.dispose]: () => installed[Symbol.dispose]() });
}
