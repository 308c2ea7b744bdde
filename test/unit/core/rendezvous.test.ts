/** Capacity 0: a value changes hands or nothing happens. */
import { ok, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

// 50
test("an attempt fails on either side when nobody waits on the other", () => {
  const [tx, rx] = syncChannel<number>(0);
  expect(tx.trySend(7)).toMatchObject({ ok: false, error: { kind: "full", value: 7 } });
  expect(kindOf(rx.tryRecv())).toBe("empty");
});

// 51
test("an attempt to send succeeds once when a receive waits", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const received = rx.recv();
  expect(tx.trySend(1).ok).toBe(true);
  expect(kindOf(tx.trySend(2))).toBe("full");
  expect(await received).toStrictEqual(ok(1));
  expect(kindOf(rx.tryRecv())).toBe("empty");
});

// 51
test("an attempt to receive takes from a waiting send and completes it", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const sent = [tx.send(1), tx.send(2)];
  expect(rx.tryRecv()).toStrictEqual(ok(1));
  expect(await sent[0]).toStrictEqual(ok(undefined));
  expect(await isPending(sent[1]!)).toBe(true);
  expect(rx.tryRecv()).toStrictEqual(ok(2));
  expect((await sent[1])?.ok).toBe(true);
});

// 52
test("a send completes only when its value was taken", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const order: string[] = [];
  const sent = tx.send(1).then(() => order.push("sent"));
  await flush();
  order.push("taking");
  const received = rx.recv();
  await Promise.all([sent, received]);
  expect(order).toEqual(["taking", "sent"]);
});

// 53
test("a length and a room of 0 stay when sends or receives wait", async () => {
  const [tx, rx] = syncChannel<number>(0);
  function shape(): unknown {
    return [tx.length, rx.length, rx.isEmpty, tx.capacity, tx.available];
  }
  const always = [0, 0, true, 0, 0];
  expect(shape()).toEqual(always);
  const sent = tx.send(1);
  expect(shape()).toEqual(always);
  await rx.recv();
  await sent;
  const received = rx.recv();
  expect(shape()).toEqual(always);
  tx.drop();
  await received;
});

// 54
test("an expired send is never seen by a later receive", async () => {
  using clock = installClock();
  const [tx, rx] = syncChannel<number>(0);
  const sent = tx.sendTimeout(1, 10);
  clock.advance(10);
  expect(await sent).toMatchObject({ ok: false, error: { kind: "timeout", value: 1 } });
  expect(kindOf(rx.tryRecv())).toBe("empty");
  const received = rx.recv();
  expect(await isPending(received)).toBe(true);
  tx.trySend(2);
  expect(await received).toStrictEqual(ok(2));
});

// 54
test("an expired receive is no partner for a later attempt to send", async () => {
  using clock = installClock();
  const [tx, rx] = syncChannel<number>(0);
  const received = rx.recvTimeout(10);
  clock.advance(10);
  expect(kindOf(tx.trySend(1))).toBe("full");
  expect(kindOf(await received)).toBe("timeout");
});

describe("either side is told when the other is dropped", () => {
  // 55
  test("a waiting send fails with its value when the receiver is dropped", async () => {
    const [tx, rx] = syncChannel<number>(0);
    const sent = tx.send(1);
    await flush();
    rx.drop();
    expect(await sent).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
  });

  // 55
  test("a waiting receive ends when the sender is dropped", async () => {
    const [tx, rx] = syncChannel<number>(0);
    const received = rx.recv();
    await flush();
    tx.drop();
    expect(kindOf(await received)).toBe("disconnected");
  });
});

// 56
test("100,000 hand-offs keep the order when iterated", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const [received] = await Promise.all([collect(rx), sendAll(tx, numbers(100_000))]);
  expect(received.length).toBe(100_000);
  expect(received.every((value, index) => value === index)).toBe(true);
});

// 56
test.each(["sender", "receiver"])("hand-offs keep the order when the %s is late every time", async (late) => {
  const [tx, rx] = syncChannel<number>(0);
  async function send(): Promise<void> {
    for (const n of numbers(100)) {
      if (late === "sender") await flush();
      await tx.send(n);
    }
    tx.drop();
  }
  const task = send();
  const received: number[] = [];
  for await (const value of rx) {
    received.push(value);
    if (late === "receiver") await flush();
  }
  await task;
  expect(received).toEqual(numbers(100));
});
