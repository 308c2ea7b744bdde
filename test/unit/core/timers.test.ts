/** Receivers that time fills are on schedule, never early, never a burst, and cost nothing while nobody waits. */
import type { Receiver } from "@pneumatic/core";
import { after, channel, never, ok, select, tick, trySelect, unwrap } from "@pneumatic/core";
import { useClock } from "@pneumatic/core/testing";
import { describe, expect, test } from "vitest";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const LONGEST_DELAY = 2 ** 31 - 1;

describe("after", () => {
  // 108
  test.each([1, 10, 0.5, 1234.25])(
    "a timer is empty until %d ms have passed, then has one value, then none",
    async (ms) => {
      using clock = installClock();
      clock.advance(100);
      const timer = after(ms);
      clock.advance(ms - 0.25);
      expect([kindOf(timer.tryRecv()), timer.length, timer.isEmpty]).toEqual(["empty", 0, true]);
      clock.advance(0.25);
      expect([timer.length, timer.isEmpty, timer.isClosed]).toEqual([1, false, false]);
      expect(timer.tryRecv()).toStrictEqual(ok(100 + ms));
      for (const _ of numbers(3)) {
        clock.advance(1e6);
        expect([kindOf(timer.tryRecv()), timer.length, timer.isEmpty, timer.isClosed]).toEqual([
          "empty",
          0,
          true,
          false,
        ]);
      }
      expect(kindOf(await timer.recvTimeout(0))).toBe("timeout");
      expect(trySelect({ timer })).toBeUndefined();
    },
  );

  // 108
  test("a receive on a timer waits for its time and gets the time it was due", async () => {
    using clock = installClock();
    const timer = after(10);
    const received = timer.recv();
    clock.advance(9);
    expect(await isPending(received)).toBe(true);
    clock.advance(50);
    expect(await received).toStrictEqual(ok(10));
    expect(clock.pending).toBe(0);
  });

  // 108
  test("a timer keeps its value when nobody takes it in time", () => {
    using clock = installClock();
    const timer = after(10);
    clock.advance(1e9);
    expect(timer.drain()).toEqual([10]);
    expect([...timer.tryIter()]).toEqual([]);
  });

  // 108, 64
  test("an iteration of a timer waits for ever when it has had its value", async () => {
    using clock = installClock();
    const values = after(5).iter();
    clock.advance(5);
    expect(await values.next()).toEqual({ done: false, value: 5 });
    const next = values.next();
    clock.advance(1e9);
    expect(await isPending(next)).toBe(true);
    expect(clock.pending).toBe(0);
    await values.return?.();
    expect((await next).done).toBe(true);
  });

  // 62, 108
  test.each([LONGEST_DELAY, 2 ** 31, 2 ** 33 + 0.5])("a timer of %d ms waits as long as that", async (ms) => {
    using clock = installClock();
    const timer = after(ms);
    const received = timer.recv();
    for (let left = ms - 0.5; left > 0; left -= LONGEST_DELAY) clock.advance(Math.min(left, LONGEST_DELAY));
    expect(await isPending(received)).toBe(true);
    clock.advance(1);
    expect(await received).toStrictEqual(ok(ms));
  });
});

// 59, 108
test("a receive on a timer is not forgotten when that fires a rounding error before its time", async () => {
  let now = 0.9;
  const timers: (() => void)[] = [];
  using _installed = useClock({ now: () => now, setTimeout: (run) => timers.push(run), clearTimeout: () => {} });
  const timer = after(2.7);
  now = 1.2857142857142858;
  const received = timer.recv();
  now += 3.6 - now; // which is not 3.6
  expect(now).toBeLessThan(3.6);
  timers.shift()?.();
  expect(await isPending(received)).toBe(true);
  now = 4;
  timers.shift()?.();
  expect(await received).toStrictEqual(ok(3.6));
});

describe("tick", () => {
  // 108
  test("a ticker has a value every interval and not before", () => {
    using clock = installClock();
    clock.advance(3);
    const ticker = tick(10);
    for (const n of numbers(20)) {
      clock.advance(9.5);
      expect(kindOf(ticker.tryRecv())).toBe("empty");
      clock.advance(0.5);
      expect(ticker.tryRecv()).toStrictEqual(ok(3 + (n + 1) * 10));
    }
  });

  // 108
  test("a ticker queues one value, the stale one, and the next is on schedule when it was not looked at", () => {
    using clock = installClock();
    const ticker = tick(10);
    clock.advance(57);
    expect(ticker.length).toBe(1);
    expect(ticker.tryRecv()).toStrictEqual(ok(10));
    expect(kindOf(ticker.tryRecv())).toBe("empty");
    clock.advance(2.5);
    expect(kindOf(ticker.tryRecv())).toBe("empty");
    clock.advance(0.5);
    expect(ticker.tryRecv()).toStrictEqual(ok(60));
  });

  // 108
  test("a ticker skips to the tick after the present one when it is taken on the dot", () => {
    using clock = installClock();
    const ticker = tick(10);
    clock.advance(30);
    expect(ticker.drain()).toEqual([10]);
    clock.advance(9);
    expect(kindOf(ticker.tryRecv())).toBe("empty");
    clock.advance(1);
    expect(ticker.drain()).toEqual([40]);
  });

  // 108
  test("a ticker does not drift when every tick is taken late", async () => {
    using clock = installClock();
    const ticker = tick(10);
    const due: number[] = [];
    for (const n of numbers(100)) {
      const received = ticker.recv();
      clock.advance(10 - (n % 2 ? 3 : 0));
      clock.advance(n % 2 ? 0 : 3);
      due.push(unwrap(await received));
    }
    expect(due).toEqual(numbers(100).map((n) => (n + 1) * 10));
  });

  // 108
  test("a receive on a ticker gets every tick when it waits for each", async () => {
    using clock = installClock();
    const received: number[] = [];
    async function listen(ticker: Receiver<number>): Promise<void> {
      for await (const due of ticker) if (received.push(due) === 50) break;
    }
    const listening = listen(tick(7));
    while (received.length < 50) {
      clock.advance(1);
      await flush();
    }
    await listening;
    expect(received).toEqual(numbers(50).map((n) => (n + 1) * 7));
    expect([clock.now(), clock.pending]).toEqual([350, 0]);
  });

  // 108, 59
  test("a receive on a ticker times out when its interval is longer, and loses no tick", async () => {
    using clock = installClock();
    const ticker = tick(10);
    const missed = ticker.recvTimeout(4);
    clock.advance(4);
    expect(kindOf(await missed)).toBe("timeout");
    expect(clock.pending).toBe(0);
    const met = ticker.recvTimeout(7);
    clock.advance(6);
    expect(await met).toStrictEqual(ok(10));
    const late = ticker.recvTimeout(0);
    expect(kindOf(await late)).toBe("timeout");
    clock.advance(10);
    expect(await ticker.recvTimeout(0)).toStrictEqual(ok(20));
  });

  // 62, 108
  test("a ticker keeps to its interval when that is longer than the platform's timers", async () => {
    using clock = installClock();
    const ms = 2 ** 31 + 10;
    const ticker = tick(ms);
    for (const n of [1, 2]) {
      const received = ticker.recv();
      clock.advance(ms - 1);
      expect(await isPending(received)).toBe(true);
      clock.advance(1);
      expect(await received).toStrictEqual(ok(n * ms));
    }
  });

  // 108, 69
  test("a batch from a ticker is one tick, however many are asked for", async () => {
    using clock = installClock();
    const ticker = tick(10);
    const ticks: number[] = [];
    clock.advance(45);
    expect(await ticker.recvMany(ticks, 100)).toBe(1);
    const waiting = ticker.recvMany(ticks, 100);
    clock.advance(5);
    expect(await waiting).toBe(1);
    expect(ticks).toEqual([10, 50]);
  });
});

// 108
test("a timer of 0 ms is ready at once, one of after once and one of tick always", async () => {
  using clock = installClock();
  const [once, always] = [after(0), tick(0)];
  expect([once.length, always.length]).toEqual([1, 1]);
  expect([once.tryRecv(), once.tryRecv()]).toMatchObject([ok(0), { ok: false }]);
  for (const _ of numbers(5)) expect(await always.recv()).toStrictEqual(ok(0));
  clock.advance(8);
  expect(kindOf(always.tryRecv())).toBe("ok");
  expect(always.tryRecv()).toStrictEqual(ok(8));
  expect(always.drain()).toEqual([8]);
  expect(clock.pending).toBe(0);
});

// 108
test("a deadline is switched off when its arm is never()", async () => {
  using clock = installClock();
  async function work(deadline: number | undefined): Promise<string> {
    const [, job] = channel<number>();
    const late = deadline === undefined ? never<number>() : after(deadline);
    return (await select({ job, late, end: after(20) })).arm;
  }
  const worked = Promise.all([work(undefined), work(10), work(30)]);
  clock.advance(30);
  expect(await worked).toEqual(["end", "late", "end"]);
  expect(clock.pending).toBe(0);
});

// 108
test("selects over tickers are each on schedule when they run beside each other", async () => {
  using clock = installClock();
  const seen: string[] = [];
  async function listen(): Promise<void> {
    const arms = { fast: tick(20), slow: tick(50), end: after(210) };
    for (let running = true; running; ) {
      const { arm, result } = await select(arms, { biased: true });
      if (arm === "end") running = false;
      else seen.push(`${arm} ${unwrap(result)}`);
    }
  }
  const listening = listen();
  for (const _ of numbers(210)) {
    clock.advance(1);
    await flush();
  }
  await listening;
  const fast = numbers(10).map((n) => (n + 1) * 20);
  expect(seen.filter((line) => line.startsWith("fast"))).toEqual(fast.map((due) => `fast ${due}`));
  expect(seen.filter((line) => line.startsWith("slow"))).toEqual([50, 100, 150, 200].map((due) => `slow ${due}`));
});

// 108
test("the platform's clock drives timers, not before their time", async () => {
  const began = performance.now();
  const due = unwrap(await after(20).recv());
  expect(performance.now() - began).toBeGreaterThanOrEqual(20);
  expect(due - began).toBeLessThanOrEqual(performance.now() - began);
  const ticks: number[] = [];
  for await (const at of tick(5)) if (ticks.push(at) === 3) break;
  const [first = 0, second = 0, third = 0] = ticks;
  expect([(second - first) % 5, (third - second) % 5].map(Math.round)).toSatisfy((rests: number[]) =>
    rests.every((rest) => rest === 0 || rest === 5),
  );
});
