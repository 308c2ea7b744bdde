/** What goes in comes out: the same value, once, in order, whatever it is. */
import { inspect } from "node:util";
import type { Receiver } from "@pneumatic/core";
import { channel, ok, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

const PAYLOADS: readonly unknown[] = [
  undefined,
  null,
  false,
  0,
  -0,
  Number.NaN,
  "",
  0n,
  Symbol("payload"),
  () => "function",
  Object.create(null),
  new Error("payload"),
  Promise.resolve("promise"),
  { ok: false, error: "looks like a result" },
  { done: true, value: "looks like an end" },
];

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 1
  test("a value arrives when one is sent", async () => {
    const [tx, rx] = open<number>();
    const sent = tx.send(42);
    expect(await rx.recv()).toStrictEqual(ok(42));
    expect(await sent).toStrictEqual(ok(undefined));
  });

  // 1
  test("a value arrives when the receive came first", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    expect(await tx.send(42)).toStrictEqual(ok(undefined));
    expect(await received).toStrictEqual(ok(42));
  });

  // 2
  test("values of several senders arrive in the order of the calls", async () => {
    const [first, rx] = open<number>();
    const senders = [first, first.clone(), first.clone()];
    const sent = numbers(300).map((n) => senders[(n * 7) % 3]?.send(n));
    for (const sender of senders) sender.drop();
    expect(await collect(rx)).toEqual(numbers(300));
    for (const result of await Promise.all(sent)) expect(result?.ok).toBe(true);
  });

  // 2
  test("values of one sender keep their order when tasks send in turns", async () => {
    const [first, rx] = open<[task: number, n: number]>();
    const tasks = numbers(5).map((task) =>
      sendAll(
        first.clone(),
        numbers(50).map((n): [number, number] => [task, n]),
      ),
    );
    first.drop();
    const received = await collect(rx);
    await Promise.all(tasks);
    for (const task of numbers(5)) {
      expect(received.filter(([from]) => from === task).map(([, n]) => n)).toEqual(numbers(50));
    }
  });

  // 8
  test.each(PAYLOADS)("a payload arrives untouched when it is %o", async (payload) => {
    const [tx, rx] = open<unknown>();
    const sent = [tx.send(payload), tx.send(payload), tx.send(payload)];
    const received = [unwrap(await rx.recv()), unwrap(rx.tryRecv()), (await rx.iter().next()).value];
    for (const value of received) expect(value).toBe(payload);
    for (const result of sent) expect((await result).ok).toBe(true);
    const waiting = rx.recv();
    tx.trySend(payload);
    expect(await waiting).toStrictEqual(ok(payload));
    rx.drop();
    expect(tx.trySend(payload)).toHaveProperty("error.value", payload);
  });

  // 9
  test("a payload keeps its identity and content when extremes alternate", async () => {
    const [tx, rx] = open<object>();
    const payloads = numbers(1000).map((n) => ({
      n,
      bits: n % 2 ? -1 : 0,
      text: (n % 2 ? "\uffff" : "\0").repeat(n % 17),
      nested: [n, { n }],
    }));
    const task = sendAll(tx, payloads);
    const received = await collect(rx);
    await task;
    expect(received.every((payload, index) => payload === payloads[index])).toBe(true);
    expect(received).toEqual(structuredClone(payloads));
  });

  // 10
  test("a receiver arrives usable when it travels through a channel, a thousand deep", async () => {
    interface Link {
      readonly next: Receiver<Link>;
    }
    const [first, start] = open<Link>();
    async function build(): Promise<void> {
      let tx = first;
      for (let depth = 0; depth < 1000; depth++) {
        const [innerTx, next] = open<Link>();
        await tx.send({ next });
        tx.drop();
        tx = innerTx;
      }
      tx.drop();
    }
    const task = build();
    let rx = start;
    let depth = 0;
    for (let link = await rx.recv(); link.ok; link = await rx.recv()) {
      rx = link.value.next;
      depth++;
    }
    await task;
    expect(depth).toBe(1000);
  });

  // 13
  test("a send wakes the waiting receive and the sends after it queue", async () => {
    const [tx, rx] = open<number>();
    const waiting = rx.recv();
    const results = [1, 2, 3, 4].map((n) => tx.trySend(n).ok);
    expect(results).toEqual([1, 2, 3, 4].map((n) => n <= 1 + room));
    expect(rx.length).toBe(Math.min(3, room));
    expect(await waiting).toStrictEqual(ok(1));
    expect(kindOf(rx.tryRecv())).toBe(room > 0 ? "ok" : "empty");
  });

  // 16
  test("an endpoint prints its name and no payload", () => {
    const [tx, rx] = open<unknown>();
    tx.trySend({
      [inspect.custom]: () => {
        throw new Error("the payload was touched");
      },
    });
    expect(inspect(tx, { depth: 10, showHidden: true })).toContain("Sender");
    expect(inspect(rx, { depth: 10, showHidden: true })).toContain("Receiver");
    expect(String(rx)).toBe("[object Receiver]");
  });
});

// 10
test("a sender arrives usable when it travels as the address for a reply", async () => {
  const [requests, served] = channel<{ n: number; reply: ReturnType<typeof channel<number>>[0] }>();
  async function serve(): Promise<void> {
    for await (const { n, reply } of served) {
      reply.send(n * 2);
      reply.drop();
    }
  }
  const server = serve();
  const [reply, answers] = channel<number>();
  for (const n of numbers(10)) requests.send({ n, reply: reply.clone() });
  reply.drop();
  requests.drop();
  expect(await collect(answers)).toEqual(numbers(10).map((n) => n * 2));
  await server;
});
