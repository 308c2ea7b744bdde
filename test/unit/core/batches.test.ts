/** Taking many values at once: what is there, a limited number, or all of it. */
import {
  channel,
  InvalidArgumentError,
  OverlappingRecvError,
  ok,
  syncChannel,
  UseAfterDropError,
  unwrap,
} from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { rejection } from "../../support/gate.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

const CANNOT_GROW: Record<string, (array: number[]) => unknown> = {
  frozen: Object.freeze,
  sealed: Object.seal,
  "fixed-length": Object.preventExtensions,
};

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 68
  test("a drain takes what is there, in order, and leaves nothing", () => {
    const [tx, rx] = open<number>();
    expect(rx.drain()).toEqual([]);
    const queued = numbers(Math.min(3, room));
    for (const n of queued) tx.trySend(n);
    expect(rx.drain()).toEqual(queued);
    expect(rx.isEmpty).toBe(true);
    expect(rx.drain()).toEqual([]);
  });

  // 68
  test("a drain takes what a disconnected channel has left", () => {
    const [tx, rx] = open<number>();
    const queued = numbers(Math.min(3, room));
    for (const n of queued) tx.trySend(n);
    tx.drop();
    expect(rx.drain()).toEqual(queued);
    expect(rx.drain()).toEqual([]);
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 68, 112
  test("a drain finds nothing and disturbs nothing while a receive waits", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    expect(rx.drain()).toEqual([]);
    tx.trySend(1);
    expect(await received).toStrictEqual(ok(1));
  });

  // 69, 87
  test("a batch appends what is there up to its limit and tells how many came", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(5).map((n) => tx.send(n));
    const values = [-1];
    expect(await rx.recvMany(values, 2)).toBe(2);
    expect(values).toEqual([-1, 0, 1]);
    expect(await rx.recvMany(values, 3)).toBe(3);
    expect(values).toEqual([-1, 0, 1, 2, 3, 4]);
    for (const result of sent) expect((await result).ok).toBe(true);
    expect(await isPending(rx.recvMany(values, 1))).toBe(true);
  });

  // 69, 87
  test.each([10, Number.POSITIVE_INFINITY])(
    "a batch with a limit of %d takes all there is, sends that wait too",
    async (limit) => {
      const [tx, rx] = open<number>();
      const sent = numbers(7).map((n) => tx.send(n));
      const values: number[] = [];
      expect(await rx.recvMany(values, limit)).toBe(7);
      expect(values).toEqual(numbers(7));
      for (const result of sent) expect((await result).ok).toBe(true);
    },
  );

  // 87
  test("a batch with a limit of 0 resolves to 0 at once and takes nothing", async () => {
    const [tx, rx] = open<number>();
    const values: number[] = [];
    expect(await rx.recvMany(values, 0)).toBe(0);
    const sent = tx.send(1);
    expect(await rx.recvMany(values, 0)).toBe(0);
    expect(values).toEqual([]);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    await sent;
    tx.drop();
    expect(await rx.recvMany(values, 0)).toBe(0);
  });

  // 87
  test("a batch waits for one value when there is none and does not wait for more", async () => {
    const [tx, rx] = open<number>();
    const values: number[] = [];
    const count = rx.recvMany(values, 10);
    expect(await isPending(count)).toBe(true);
    expect(tx.trySend(1).ok).toBe(true);
    tx.trySend(2);
    expect(await count).toBe(1);
    expect(values).toEqual([1]);
    expect(rx.length).toBe(Math.min(1, room));
  });

  // 69, 87
  test("a batch delivers what is left and resolves to 0 only when nothing will come", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(5).map((n) => tx.send(n));
    tx.drop();
    const values: number[] = [];
    const counts: number[] = [];
    do counts.push(await rx.recvMany(values, 2));
    while (counts.at(-1) !== 0);
    expect(counts).toEqual([2, 2, 1, 0]);
    expect(values).toEqual(numbers(5));
    expect(await rx.recvMany(values, 2)).toBe(0);
    for (const result of sent) expect((await result).ok).toBe(true);
  });

  // 87, 21, 32, 78
  test.each(["the last sender is dropped", "the receiver is closed", "the receiver is dropped"])(
    "a waiting batch resolves to 0 when %s",
    async (how) => {
      const [tx, rx] = open<number>();
      const values: number[] = [];
      const count = rx.recvMany(values, 10);
      expect(await isPending(count)).toBe(true);
      if (how === "the last sender is dropped") tx.drop();
      else if (how === "the receiver is closed") rx.close();
      else rx.drop();
      expect(await count).toBe(0);
      expect(values).toEqual([]);
    },
  );

  // 87, 73
  test("an aborted batch rejects with the reason and takes nothing", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const { signal } = controller;
    const values: number[] = [];
    const count = rx.recvMany(values, 10, { signal });
    controller.abort("enough");
    expect(await rejection(count)).toBe("enough");
    const sent = tx.send(1);
    expect(await rejection(rx.recvMany(values, 10, { signal }))).toBe("enough");
    expect(await rejection(rx.recvMany(values, 0, { signal }))).toBe("enough");
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(values).toEqual([]);
    await sent;
  });

  // 87, 112
  test("a batch overlaps with no other receive", async () => {
    const [tx, rx] = open<number>();
    const values: number[] = [];
    const count = rx.recvMany(values, 2);
    expect(await rejection(rx.recvMany(values, 2))).toBeInstanceOf(OverlappingRecvError);
    expect(await rejection(rx.recv())).toBeInstanceOf(OverlappingRecvError);
    expect(await rejection(rx.iter().next())).toBeInstanceOf(OverlappingRecvError);
    tx.trySend(1);
    expect(await count).toBe(1);
    const received = rx.recv();
    expect(await rejection(rx.recvMany(values, 2))).toBeInstanceOf(OverlappingRecvError);
    tx.trySend(2);
    expect(await received).toStrictEqual(ok(2));
    expect(values).toEqual([1]);
  });

  // 87
  test.each([-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53, "1", null, undefined, 1n])(
    "a batch refuses a limit of %o and takes nothing",
    async (limit) => {
      const [tx, rx] = open<number>();
      const sent = tx.send(1);
      const refused = await rejection(rx.recvMany([], limit as number));
      expect(refused).toBeInstanceOf(InvalidArgumentError);
      expect(refused).toHaveProperty(
        "message",
        expect.stringContaining("limit of recvMany must be an integer of 0 or more"),
      );
      expect(rx.tryRecv()).toStrictEqual(ok(1));
      await sent;
    },
  );

  // 87
  test.each([undefined, null, 5, "values", { length: 0, push: () => 1 }, new Set(), new Uint8Array(4)])(
    "a batch refuses to append to %o and takes nothing",
    async (into) => {
      const [tx, rx] = open<number>();
      const sent = tx.send(1);
      const refused = await rejection(rx.recvMany(into as number[], 1));
      expect(refused).toBeInstanceOf(InvalidArgumentError);
      expect(refused).toHaveProperty("message", expect.stringContaining("an array to append to"));
      expect(rx.tryRecv()).toStrictEqual(ok(1));
      await sent;
    },
  );

  // 87
  test.each(Object.entries(CANNOT_GROW))("a batch refuses a %s array and takes nothing", async (_, fix) => {
    const [tx, rx] = open<number>();
    const into: number[] = [];
    fix(into);
    const sent = tx.send(1);
    expect(await rejection(rx.recvMany(into, 1))).toBeInstanceOf(InvalidArgumentError);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(await rejection(rx.recvMany(into, 1))).toBeInstanceOf(InvalidArgumentError);
    await sent;
  });

  // 87, 73
  test.each([null, {}, "signal"])("a batch refuses a signal of %o and takes nothing", async (signal) => {
    const [tx, rx] = open<number>();
    const sent = tx.send(1);
    const refused = await rejection(rx.recvMany([], 1, { signal: signal as unknown as AbortSignal }));
    expect(refused).toBeInstanceOf(InvalidArgumentError);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    await sent;
  });

  // 87, 110
  test("a dropped receiver refuses a batch and a drain", async () => {
    const [, rx] = open<number>();
    rx.drop();
    expect(await rejection(rx.recvMany([], 1))).toBeInstanceOf(UseAfterDropError);
    expect(await rejection(rx.recvMany([], 0))).toBeInstanceOf(UseAfterDropError);
    expect(() => rx.drain()).toThrow(UseAfterDropError);
  });

  // 87, 2
  test("batches of one buffer keep the order over ten thousand values", async () => {
    const [tx, rx] = open<number>();
    const sent = sendAll(tx, numbers(10_000));
    const received: number[] = [];
    const buffer: number[] = [];
    while ((await rx.recvMany(buffer, 17)) > 0) {
      expect(buffer.length).toBeLessThanOrEqual(17);
      received.push(...buffer.splice(0));
    }
    expect(received).toEqual(numbers(10_000));
    await sent;
  });

  // 87, 111
  test("a batch delivers thenables as they are", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable payload is what is tested
    const thenable = { then: () => expect.fail("called") };
    const [tx, rx] = open<typeof thenable>();
    const values: (typeof thenable)[] = [];
    const count = rx.recvMany(values, 1);
    tx.trySend(thenable);
    expect(await count).toBe(1);
    const sent = tx.send(thenable);
    expect(rx.drain()).toHaveLength(1);
    await sent;
    expect(values[0]).toBe(thenable);
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 68
  test("a drain lets the sends that wait move in behind what it takes", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room * 2 + 1).map((n) => tx.send(n));
    expect(rx.drain()).toEqual(numbers(room));
    expect(rx.length).toBe(room);
    for (const n of numbers(room * 2)) expect(await isPending(sent[n]!)).toBe(false);
    expect(await isPending(sent[room * 2]!)).toBe(true);
    expect(rx.drain()).toEqual(numbers(room).map((n) => room + n));
    expect(rx.drain()).toEqual([room * 2]);
    expect((await sent[room * 2])?.ok).toBe(true);
  });

  // 68, 84
  test("a drain makes room for a waiting reservation", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const reserved = tx.reserveMany(room);
    expect(rx.drain()).toEqual(numbers(room));
    expect(unwrap(await reserved)).toHaveLength(room);
    expect(tx.available).toBe(0);
  });

  // 71, 11
  test("a task that forwards into a channel reads no faster than that channel is read", async () => {
    const [source, from] = channel<number>();
    const [tx, rx] = open<number>();
    for (const n of numbers(20)) source.send(n);
    source.drop();
    const forwarded = (async () => {
      for await (const value of from) await tx.send(value);
      tx.drop();
    })();
    await flush();
    expect([from.length, rx.length]).toEqual([20 - room - 1, room]);
    await rx.recv();
    await flush();
    expect([from.length, rx.length]).toEqual([20 - room - 2, room]);
    expect(await collect(rx)).toEqual(numbers(20).slice(1));
    await forwarded;
  });
});

// 68, 69
test("a drain of a rendezvous takes from every send that waits and completes it", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const sent = numbers(3).map((n) => tx.send(n));
  expect(rx.length).toBe(0);
  expect(rx.drain()).toEqual([0, 1, 2]);
  for (const result of await Promise.all(sent)) expect(result.ok).toBe(true);
  expect(rx.drain()).toEqual([]);
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 68, 113
  test("drains empty a channel whose senders are gone and whose sends still wait", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room + 2).map((n) => tx.send(n));
    tx.drop();
    const values: number[] = [];
    while (values.length < room + 2) values.push(...rx.drain());
    expect(values).toEqual(numbers(room + 2));
    for (const result of await Promise.all(sent)) expect(result.ok).toBe(true);
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });
});
