/** The receiver goes: every send, waiting or to come, gets its value back. */
import { SendError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 27
  test("a send fails with its value when the receiver is gone", async () => {
    const [tx, rx] = open<{ id: number }>();
    const value = { id: 1 };
    rx.drop();
    for (const result of [await tx.send(value), tx.trySend(value), await tx.clone().send(value)]) {
      expect(kindOf(result)).toBe("disconnected");
      expect(result).toHaveProperty("error.value", value);
    }
    expect(await tx.send(value)).toHaveProperty("error", expect.any(SendError));
    expect(tx.length).toBe(0);
  });

  // 29
  test.each([1, 2])("a loop that sends while it can ends with %i senders when the receiver goes", async (senders) => {
    const [first, rx] = open<number>();
    async function sendWhileConnected(): Promise<number> {
      const tx = first.clone();
      let sent = 0;
      while ((await tx.send(sent)).ok) sent++;
      return sent;
    }
    const loops = numbers(senders).map(sendWhileConnected);
    for (const _ of numbers(10)) await rx.recv();
    rx.drop();
    for (const sent of await Promise.all(loops)) expect(sent).toBeGreaterThan(0);
  });

  // 32
  test("a waiting receive ends when its receiver is dropped", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    rx.drop();
    expect(kindOf(await received)).toBe("disconnected");
    expect(tx.isDisconnected).toBe(true);
  });

  // 32
  test("a waiting iteration ends when its receiver is dropped", async () => {
    const [, rx] = open<number>();
    const collected = collect(rx);
    await flush();
    rx.drop();
    expect(await collected).toEqual([]);
  });

  // 32
  test("an iteration that has begun ends when its receiver is dropped with values left", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(3)) tx.trySend(n);
    const values = rx.iter();
    const ready = rx.tryIter();
    rx.drop();
    expect((await values.next()).done).toBe(true);
    expect(ready.next().done).toBe(true);
  });

  // 35
  test("a sender can be cloned and dropped when the receiver is gone", async () => {
    const [tx, rx] = open<number>();
    const loops = numbers(5).map(async () => {
      while (!tx.isDisconnected) {
        tx.clone().drop();
        await flush();
      }
    });
    await flush();
    rx.drop();
    await Promise.all(loops);
    const clone = tx.clone();
    tx.drop();
    expect(kindOf(await clone.send(1))).toBe("disconnected");
    clone.drop();
  });

  // 27, 44
  test("a dropped receiver counts nothing and stays closed", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(3)) tx.trySend(n);
    expect(tx.length).toBe(Math.min(3, room));
    rx.drop();
    expect(rx.isClosed).toBe(true);
    expect([rx.length, rx.isEmpty, tx.length]).toEqual([0, true, 0]);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 27
  test("a send with a timeout fails at once when the receiver is gone", async () => {
    const [tx, rx] = open<number>();
    rx.drop();
    expect(await tx.sendTimeout(1, 1000)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
    expect(await tx.sendTimeout(2, 0)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
  });

  // 28
  test.each(["drop", "close"] as const)("every waiting send fails with its own value at %s", async (leave) => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    for (const _ of numbers(room)) await tx.send(-1);
    const sent = numbers(10).map((n) => (n % 2 ? tx : clone).send(n));
    for (const result of sent) expect(await isPending(result)).toBe(true);
    rx[leave]();
    for (const [n, result] of sent.entries()) {
      expect(await result).toMatchObject({ ok: false, error: { kind: "disconnected", value: n } });
    }
  });
});
