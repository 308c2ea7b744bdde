/** Tasks joined by channels: each ends because the one before or behind it has ended, and for no other reason. */
import type { Receiver } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import type { EitherSender, Flavor } from "../../support/flavors.ts";
import { FLAVORS, RENDEZVOUS } from "../../support/flavors.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

async function forward<T>(from: Receiver<T>, to: EitherSender<T>): Promise<void> {
  for await (const value of from) {
    if (!(await to.send(value)).ok) break;
  }
  from.drop();
  to.drop();
}

/** `length` tasks, each forwarding to the next. */
function chain(open: Flavor["open"], length: number): [EitherSender<number>, Receiver<number>, Promise<unknown>] {
  const [first, start] = open<number>();
  const tasks: Promise<void>[] = [];
  let from = start;
  for (let link = 0; link < length; link++) {
    const [tx, rx] = open<number>();
    tasks.push(forward(from, tx));
    from = rx;
  }
  return [first, from, Promise.all(tasks)];
}

// 3
test.each([10, 100])("a rendezvous keeps order through a chain of %i tasks", async (length) => {
  const [tx, rx, links] = chain(RENDEZVOUS.open, length);
  const [received] = await Promise.all([collect(rx), sendAll(tx, numbers(200)), links]);
  expect(received).toEqual(numbers(200));
});

describe.each(FLAVORS)("$name", ({ open }) => {
  // 11
  test("a chain ends from behind when its last receiver is dropped", async () => {
    const [tx, rx, links] = chain(open, 20);
    async function produce(): Promise<number> {
      let sent = 0;
      while ((await tx.send(sent)).ok) sent++;
      return sent;
    }
    const produced = produce();
    for (const n of numbers(5)) expect(await rx.recv()).toEqual({ ok: true, value: n });
    rx.drop();
    await links;
    expect(await produced).toBeGreaterThanOrEqual(5);
  });

  // 11
  test("a fan-out that fans in again ends when its inputs are dropped", async () => {
    const [main, rx] = open<number>();
    const heads = numbers(32).map(() => {
      const [tx, head] = open<number>();
      return { tx, task: forward(head, main.clone()) };
    });
    main.drop();
    for (let round = 0; round < 10; round++) {
      const sent = heads.flatMap(({ tx }) => numbers(20).map((n) => tx.send(n)));
      const sums = await Promise.all([Promise.all(sent), sumOf(rx, 32 * 20)]);
      expect(sums[1]).toBe(32 * 190);
    }
    for (const { tx } of heads) tx.drop();
    expect(kindOf(await rx.recv())).toBe("disconnected");
    await Promise.all(heads.map(({ task }) => task));
  });

  // 11
  test("a ring of tasks ends when rounds of short-lived clones are over", async () => {
    const [tx, rx, links] = chain(open, 32);
    for (let round = 0; round < 10; round++) {
      const task = sendAll(tx.clone(), numbers(20));
      expect(await sumOf(rx, 20)).toBe(190);
      await task;
    }
    tx.drop();
    expect(kindOf(await rx.recv())).toBe("disconnected");
    await links;
  });

  // 11
  test("a prime sieve ends when the last filter stops listening", async () => {
    const tasks: Promise<void>[] = [];
    const [tx, start] = open<number>();
    tasks.push(generate(tx));
    const primes: number[] = [];
    let rx = start;
    while (primes.length < 40) {
      const result = await rx.recv();
      if (!result.ok) expect.fail("the sieve ended early");
      primes.push(result.value);
      const [out, filtered] = open<number>();
      tasks.push(sieve(rx, out, result.value));
      rx = filtered;
    }
    rx.drop();
    await Promise.all(tasks);
    expect(primes.slice(0, 10)).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect(primes.at(-1)).toBe(173);
  });
});

async function sumOf(rx: Receiver<number>, count: number): Promise<number> {
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const result = await rx.recv();
    if (!result.ok) expect.fail(`disconnected after ${n} of ${count}`);
    sum += result.value;
  }
  return sum;
}

async function generate(tx: EitherSender<number>): Promise<void> {
  for (let n = 2; (await tx.send(n)).ok; n++);
  tx.drop();
}

async function sieve(from: Receiver<number>, to: EitherSender<number>, prime: number): Promise<void> {
  for await (const n of from) {
    if (n % prime !== 0 && !(await to.send(n)).ok) break;
  }
  from.drop();
  to.drop();
}
