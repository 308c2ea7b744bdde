/** Loops over a receiver: they end by themselves, and leaving one early costs nothing. */
import { ok, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { isCollected } from "../../support/garbage.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

const END = { done: true, value: undefined };

describe.each(FLAVORS)("$name", ({ open }) => {
  // 64
  test("an iteration ends after the last value and stays ended when the senders are gone", async () => {
    const [tx, rx] = open<number>();
    const task = sendAll(tx, numbers(10));
    const values = rx.iter();
    expect(await collect(values)).toEqual(numbers(10));
    await task;
    for (const _ of numbers(3)) expect(await values.next()).toEqual(END);
    expect(await collect(rx)).toEqual([]);
  });

  // 64
  test("an iteration waits for a value that comes late", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    const next = values.next();
    expect(await isPending(next)).toBe(true);
    const sent = tx.send(1);
    expect(await next).toEqual({ done: false, value: 1 });
    expect((await sent).ok).toBe(true);
    const end = values.next();
    tx.drop();
    expect(await end).toEqual(END);
  });

  // 64
  test("an iterator that ended while it waited stays ended when its signal aborts", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const values = rx.iter({ signal: controller.signal });
    const next = values.next();
    tx.drop();
    expect(await next).toEqual(END);
    controller.abort("too late");
    expect(await values.next()).toEqual(END);
  });

  // 65
  test("a loop that is left keeps the rest and the receiver", async () => {
    const [tx, rx] = open<number>();
    const task = sendAll(tx, numbers(10));
    for await (const n of rx) if (n === 2) break;
    expect(await rx.recv()).toStrictEqual(ok(3));
    for await (const n of rx.iter()) if (n === 5) break;
    expect(await collect(rx)).toEqual([6, 7, 8, 9]);
    await task;
  });

  // 65
  test("a loop that throws keeps the rest and the receiver", async () => {
    const [tx, rx] = open<number>();
    const task = sendAll(tx, numbers(3));
    async function fail(): Promise<void> {
      for await (const n of rx) throw new Error(`cannot handle ${n}`);
    }
    await expect(fail()).rejects.toThrow("cannot handle 0");
    expect(await collect(rx)).toEqual([1, 2]);
    await task;
  });

  // 65
  test("an iterator stays ended when it was left though values follow", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    expect(await values.return?.()).toEqual(END);
    const sent = tx.send(1);
    expect(await values.next()).toEqual(END);
    expect(await rx.recv()).toStrictEqual(ok(1));
    await sent;
  });

  // 66
  test("an iterator works when nothing else holds its receiver", async () => {
    const [tx, values, receiver] = (() => {
      const [sender, rx] = open<number>();
      return [sender, rx.iter(), new WeakRef(rx)] as const;
    })();
    await isCollected(receiver);
    const task = sendAll(tx, numbers(5));
    expect(await collect(values)).toEqual(numbers(5));
    await task;
  });

  // 67
  test("an iteration over what is there never waits and sees what arrives meanwhile", () => {
    const [tx, rx] = open<number>();
    expect([...rx.tryIter()]).toEqual([]);
    tx.send(0);
    const seen: number[] = [];
    for (const n of rx.tryIter()) {
      seen.push(n);
      if (n < 5) tx.send(n + 1);
    }
    expect(seen).toEqual(numbers(6));
    expect(kindOf(rx.tryRecv())).toBe("empty");
  });

  // 65, 67
  test("an iteration over what is there keeps the rest when it is left", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(5)) tx.send(n);
    for (const n of rx.tryIter()) if (n === 1) break;
    expect([...rx.tryIter()]).toEqual([2, 3, 4]);
  });

  // 70
  test("an iterator that is left while it waits eats nothing", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    const next = values.next();
    await values.return?.();
    expect(await next).toEqual(END);
    const sent = tx.send(1);
    expect(await rx.recv()).toStrictEqual(ok(1));
    expect((await sent).ok).toBe(true);
  });

  // 70
  test("a loop whose signal aborts while it waits eats nothing", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const loop = collect(rx.iter({ signal: controller.signal }));
    await flush();
    controller.abort("enough");
    await expect(loop).rejects.toBe("enough");
    const sent = tx.send(1);
    tx.drop();
    expect(await collect(rx)).toEqual([1]);
    expect((await sent).ok).toBe(true);
  });

  // 72
  test("an iteration does not end early when values are processed concurrently", async () => {
    const [tx, rx] = open<number>();
    const senders = numbers(10).map((task) =>
      sendAll(
        tx.clone(),
        numbers(10).map((n) => task * 10 + n),
      ),
    );
    tx.drop();
    const processed: number[] = [];
    const jobs: Promise<void>[] = [];
    async function work(n: number): Promise<void> {
      for (let turns = 0; turns < n % 5; turns++) await flush();
      processed.push(n);
    }
    for await (const n of rx) jobs.push(work(n));
    await Promise.all([...jobs, ...senders]);
    expect(processed.sort((a, b) => a - b)).toEqual(numbers(100));
  });
});

// 65, 112
test("two iterators of one receiver share its values when they take turns", async () => {
  const [tx, rx] = syncChannel<number>(4);
  for (const n of numbers(4)) await tx.send(n);
  const [left, right] = [rx.iter(), rx.iter()];
  const taken = [await left.next(), await right.next(), await left.next()];
  expect(taken.map(({ value }) => value)).toEqual([0, 1, 2]);
  await left.return?.();
  expect(await right.next()).toEqual({ done: false, value: 3 });
});
