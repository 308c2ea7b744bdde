/** Receivers that time fills, where the timers of the platform are late: time has passed, but nothing has run yet. */
import { select, tick, unwrap } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";
import { expect, test } from "vitest";

/** Time passes, and timers run, only when the test says so, and independently. */
class LateClock implements Clock {
  time = 0;
  readonly timers = new Map<number, () => void>();
  #last = 0;

  now(): number {
    return this.time;
  }

  setTimeout(run: () => void): number {
    this.timers.set(++this.#last, run);
    return this.#last;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  run(): void {
    for (const [timer, run] of [...this.timers]) if (this.timers.delete(timer)) run();
  }
}

// 108
test("a select still gets a later tick when the one it waits for was taken before its timer ran", async () => {
  const clock = new LateClock();
  using _inForce = useClock(clock);
  const beat = tick(10);
  const selected = select({ beat });
  clock.time = 10;
  expect(unwrap(beat.tryRecv())).toBe(10);
  clock.run();
  expect(clock.timers.size).toBe(1);
  clock.time = 20;
  clock.run();
  expect(unwrap((await selected).result)).toBe(20);
  expect(clock.timers.size).toBe(0);
});
