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
test("a tick that is due before its timer ran belongs to who waits for it", async () => {
  const clock = new LateClock();
  using _inForce = useClock(clock);
  const beat = tick(10);
  const selected = select({ beat });
  clock.time = 10;
  expect([beat.length, beat.tryRecv().ok, beat.drain()]).toEqual([0, false, []]);
  clock.run();
  expect(unwrap((await selected).result)).toBe(10);
  expect(clock.timers.size).toBe(0);
});

// 44, 108
test("a receive that waits gets the tick that is due when the timer is closed before its platform timer ran", async () => {
  const clock = new LateClock();
  using _inForce = useClock(clock);
  const beat = tick(10);
  const received = beat.recv();
  clock.time = 10;
  beat.close();
  expect(unwrap(await received)).toBe(10);
  expect([beat.isClosed, beat.length, clock.timers.size]).toEqual([true, 0, 0]);
  expect((await beat.recv()).ok).toBe(false);
});
