/** All time comes from one clock, which a test can replace; timeouts are never early and never forgotten. */
import { channel, select, syncChannel } from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";
import { expect, test } from "vitest";
import { isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { installClock, VirtualClock } from "../../support/virtual-clock.ts";

// 59, 43
test("the platform's clock ends a receive and a send, not before their time", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const began = performance.now();
  expect(kindOf(await rx.recvTimeout(20))).toBe("timeout");
  expect(performance.now() - began).toBeGreaterThanOrEqual(20);
  expect(kindOf(await tx.sendTimeout(1, 5))).toBe("timeout");
  expect(performance.now() - began).toBeGreaterThanOrEqual(25);
});

// Design 4: one clock for the thread
test("a clock in force refuses a second one until it is disposed", () => {
  const first = useClock(new VirtualClock());
  expect(() => useClock(new VirtualClock())).toThrow("another one is in force");
  first[Symbol.dispose]();
  const second = useClock(new VirtualClock());
  first[Symbol.dispose]();
  expect(() => useClock(new VirtualClock())).toThrow("Dispose that one first");
  second[Symbol.dispose]();
  useClock(new VirtualClock())[Symbol.dispose]();
});

// Design 4
test("a clock that was disposed stays in force when it was installed again", () => {
  const clock = new VirtualClock();
  const before = useClock(clock);
  before[Symbol.dispose]();
  using _again = useClock(clock);
  before[Symbol.dispose]();
  expect(() => useClock(new VirtualClock())).toThrow("another one is in force");
});

// Design 4
test("a wait keeps the clock it began with when the clock is replaced", async () => {
  const [tx, rx] = channel<number>();
  const before = installClock();
  const received = rx.recvTimeout(10);
  before[Symbol.dispose]();
  using after = installClock();
  after.advance(100);
  expect(await isPending(received)).toBe(true);
  expect(after.pending).toBe(0);
  before.advance(10);
  expect(kindOf(await received)).toBe("timeout");
  tx.drop();
});

// Design 4
test("a wait that ends clears the timer of the clock it began with when the clock is replaced", async () => {
  const [tx, rx] = channel<number>();
  const before = installClock();
  const received = rx.recvTimeout(10);
  before[Symbol.dispose]();
  using after = installClock();
  tx.send(1);
  await received;
  expect([before.pending, after.pending]).toEqual([0, 0]);
});

// 59
test("a receive is not early when its timer fires early", async () => {
  let now = 0;
  const timers: { run: () => void; ms: number }[] = [];
  const hasty: Clock = {
    now: () => now,
    setTimeout: (run, ms) => timers.push({ run, ms }),
    clearTimeout: () => {},
  };
  using _installed = useClock(hasty);
  const [, rx] = syncChannel<number>(0);
  const received = rx.recvTimeout(10.5);
  for (const early of [9, 10, 10.25]) {
    now = early;
    timers.shift()?.run();
    expect(await isPending(received)).toBe(true);
  }
  expect(timers.length).toBe(1);
  now = 10.5;
  timers.shift()?.run();
  expect(kindOf(await received)).toBe("timeout");
  expect(timers.length).toBe(0);
});

// 59, 62
test("a clock is asked for whole milliseconds that its timers can hold", () => {
  const asked: number[] = [];
  using _installed = useClock({
    now: () => 0,
    setTimeout: (_run, ms) => asked.push(ms),
    clearTimeout: () => {},
  });
  for (const ms of [0.25, 1, 1.5, 2 ** 31 - 1, 2 ** 31, 1e300, Number.POSITIVE_INFINITY]) {
    const [, rx] = syncChannel<number>(0);
    void rx.recvTimeout(ms);
  }
  expect(asked).toEqual([1, 1, 2, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1]);
});

// 59
test("timeouts fire in the order of their deadlines when many wait", async () => {
  using clock = installClock();
  const fired: number[] = [];
  const waits = numbers(50).map(async (n) => {
    const [, rx] = syncChannel<number>(0);
    const ms = ((n * 37) % 50) + 1;
    await rx.recvTimeout(ms);
    fired.push(ms);
  });
  clock.advance(50);
  await Promise.all(waits);
  expect(fired).toEqual(numbers(50).map((n) => n + 1));
});

// Design 4: one clock for the thread
test("a clock in force decides by chance for select, and may keep operations from letting go of the event loop", async () => {
  let asked = 0;
  const still = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {}, cooperative: false };
  using _installed = useClock({ ...still, random: () => ++asked * 0 });
  const [tx, rx] = channel<number>();
  const [otherTx, otherRx] = channel<number>();
  let turns = 0;
  const turn = setImmediate(() => turns++);
  for (let n = 0; n < 150_000; n++) {
    tx.send(n);
    otherTx.send(n);
    await (await select({ rx, otherRx })).result;
  }
  clearImmediate(turn);
  expect([turns, asked]).toEqual([0, 150_000]);
});
