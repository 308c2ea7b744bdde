/** Many values: nothing is lost, reordered or miscounted, and nothing overflows. */
import type { Receiver } from "@pneumatic/core";
import { channel, syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import type { EitherSender } from "../../support/flavors.ts";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { scaled } from "../../support/scale.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

const COUNT = scaled(200_000, 1_000_000);

/** Counting, since a list of so many would be compared for longer than it is sent. */
function* counter(length: number): Generator<number> {
  for (let n = 0; n < length; n++) yield n;
}

/** Sends and receives at once in the steps given, with two counters as the model. */
function exercise(tx: EitherSender<number>, rx: Receiver<number>, steps: Iterable<readonly [number, number]>): number {
  let sent = 0;
  let taken = 0;
  for (const [sends, takes] of steps) {
    for (let n = 0; n < sends; n++) if (tx.trySend(sent).ok) sent++;
    expect(rx.length).toBe(sent - taken);
    const due = numbers(Math.min(takes, sent - taken)).map((n) => taken + n);
    expect(due.map(() => unwrap(rx.tryRecv()))).toEqual(due);
    taken += due.length;
    expect(tx.length).toBe(sent - taken);
  }
  for (const value of rx.tryIter()) if (value !== taken++) expect.fail(`${value} instead of ${taken - 1}`);
  expect(taken).toBe(sent);
  return taken;
}

// 4
test("a queue keeps order and length when it is refilled half drained", () => {
  for (const capacity of [50, 5, 75]) {
    const [tx, rx] = syncChannel<number>(capacity);
    const steps = numbers(200).map((): [number, number] => [50, 25]);
    expect(exercise(tx, rx, steps)).toBeGreaterThanOrEqual(200 * Math.min(25, capacity));
  }
});

// 4
test("a queue keeps order and length when it grows and shrinks over every block size", () => {
  const [tx, rx] = channel<number>();
  const waves = [1, 7, 8, 9, 23, 24, 25, 64, 129, 1000, 1023, 1024, 1025, 4000];
  const steps = waves.flatMap((size): [number, number][] => [
    [size, size],
    [size, size - 1],
    [size, size + 1],
    [size, size >> 1],
  ]);
  expect(exercise(tx, rx, steps)).toBe(4 * waves.reduce((sum, size) => sum + size));
});

// 4
test("a queue of 5 keeps order and length when attempts to send and receive interleave", () => {
  const [tx, rx] = syncChannel<number>(5);
  const steps = numbers(500).map((n): [number, number] => [(n * 7) % 8, (n * 5) % 9]);
  expect(exercise(tx, rx, steps)).toBeGreaterThan(1000);
});

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 5
  test("a receiver takes 10,000 values when all were sent before", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(10_000).map((n) => tx.send(n));
    tx.drop();
    expect(rx.length).toBe(Math.min(10_000, room));
    expect(await collect(rx)).toEqual(numbers(10_000));
    expect((await Promise.all(sent)).every((result) => result.ok)).toBe(true);
  });

  // 5, 67
  test("a receiver takes 10,000 values without waiting when all were sent before", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(10_000)) tx.send(n);
    expect([...rx.tryIter()]).toEqual(numbers(10_000));
    expect(kindOf(rx.tryRecv())).toBe("empty");
  });

  // 6
  test("a receiver counts exactly when 8 senders send 10,000 each", async () => {
    const [first, rx] = open<number>();
    const tasks = numbers(8).map(() => sendAll(first.clone(), counter(10_000)));
    first.drop();
    const seen = new Map<number, number>();
    let received = 0;
    for (let result = await rx.recv(); result.ok; result = await rx.recv()) {
      seen.set(result.value, (seen.get(result.value) ?? 0) + 1);
      received++;
    }
    await Promise.all(tasks);
    expect(received).toBe(80_000);
    expect([...seen.values()].every((times) => times === 8)).toBe(true);
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 7
  test("values by the hundred thousand arrive in order when received one by one", async () => {
    const [tx, rx] = open<number>();
    const task = sendAll(tx, counter(COUNT));
    let expected = 0;
    for (let result = await rx.recv(); result.ok; result = await rx.recv()) {
      if (result.value !== expected++) expect.fail(`${result.value} instead of ${expected - 1}`);
    }
    await task;
    expect(expected).toBe(COUNT);
  });

  // 7
  test("values by the hundred thousand arrive in order when iterated", async () => {
    const [tx, rx] = open<number>();
    const task = sendAll(tx, counter(COUNT));
    let expected = 0;
    for await (const value of rx) if (value !== expected++) expect.fail(`${value} instead of ${expected - 1}`);
    await task;
    expect(expected).toBe(COUNT);
  });

  // 14
  test("a channel works when 10,000 have come and gone before it", async () => {
    let sum = 0;
    for (let n = 0; n < 10_000; n++) {
      const [tx, rx] = open<number>();
      const sent = tx.send(n);
      tx.drop();
      const result = await rx.recv();
      if (result.ok) sum += result.value;
      await sent;
      rx.drop();
    }
    expect(sum).toBe((10_000 * 9_999) / 2);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 5, 28
  test("10,000 waiting sends fail with their own values when the receiver goes", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(10_000).map((n) => tx.send(n));
    rx.drop();
    const results = await Promise.all(sent);
    expect(results.filter((result) => result.ok).length).toBe(room);
    expect(results.every((result, n) => result.ok || result.error.value === n)).toBe(true);
  });
});
