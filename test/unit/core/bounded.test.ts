/** A capacity is a promise: strict, first come first served, and handed on by whoever gives up. */
import { channel, ok, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 37
  test("a send completes at once while there is room and waits beyond", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) expect(await isPending(tx.send(n))).toBe(false);
    const beyond = tx.send(room);
    expect(await isPending(beyond)).toBe(true);
    expect(await rx.recv()).toStrictEqual(ok(0));
    expect(await beyond).toStrictEqual(ok(undefined));
  });

  // 38
  test("an attempt to send into a full channel returns the value and changes nothing", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) expect(tx.trySend(n).ok).toBe(true);
    expect(tx.trySend(99)).toMatchObject({ ok: false, error: { kind: "full", code: "ERR_CHANNEL_FULL", value: 99 } });
    expect([tx.length, rx.length]).toEqual([room, room]);
    expect([...rx.tryIter()]).toEqual(numbers(room));
    expect(tx.trySend(100).ok).toBe(true);
    expect(rx.tryRecv()).toStrictEqual(ok(100));
  });

  // 39
  test("a full channel says disconnected when its receiver is gone", () => {
    for (const leave of ["close", "drop"] as const) {
      const [tx, rx] = open<number>();
      for (const n of numbers(room)) tx.trySend(n);
      rx[leave]();
      expect(tx.trySend(99)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 99 } });
    }
  });

  // 40
  test("the capacity is strict when there are a hundred clones", async () => {
    const [tx, rx] = open<number>();
    const clones = numbers(100).map(() => tx.clone());
    expect(clones.filter((clone, n) => clone.trySend(n).ok).length).toBe(room);
    const waiting = clones.map((clone, n) => clone.send(1000 + n));
    await flush();
    expect(rx.length).toBe(room);
    for (const clone of [tx, ...clones]) clone.drop();
    expect(await collect(rx)).toEqual([...numbers(room), ...numbers(100).map((n) => 1000 + n)]);
    for (const result of waiting) expect((await result).ok).toBe(true);
  });

  // 41
  test("a freed place belongs to the longest waiting send before anybody runs", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) await tx.send(n);
    const waiting = [tx.send(100), tx.clone().send(101)];
    rx.tryRecv();
    expect(kindOf(tx.trySend(102))).toBe("full");
    const late = tx.send(103);
    expect([tx.length, rx.length]).toEqual([room, room]);
    expect(await isPending(waiting[0]!)).toBe(false);
    expect(await isPending(waiting[1]!)).toBe(true);
    tx.drop();
    expect([...rx.tryIter()].slice(room - 1)).toEqual([100, 101, 103]);
    expect((await late).ok).toBe(true);
  });

  // 42
  test("a cancelled send loses its place and the next one gets it", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) await tx.send(n);
    const controller = new AbortController();
    const waiting = [
      tx.send(100),
      tx.send(101, { signal: controller.signal }),
      tx.send(102),
      tx.send(103, { signal: controller.signal }),
    ];
    controller.abort("changed my mind");
    await expect(waiting[1]).rejects.toBe("changed my mind");
    await expect(waiting[3]).rejects.toBe("changed my mind");
    expect(await isPending(waiting[0]!)).toBe(true);
    tx.send(104);
    for (const n of numbers(room)) expect(rx.tryRecv()).toStrictEqual(ok(n));
    expect([...rx.tryIter()]).toEqual([100, 102, 104]);
    expect((await waiting[2])?.ok).toBe(true);
  });

  // L6: a phantom value where a waiting send should be
  test("a receive that empties the channel gets what was waiting and nothing more", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room + 1).map((n) => tx.send(n));
    for (const n of numbers(room + 1)) expect(await rx.recv()).toStrictEqual(ok(n));
    await Promise.all(sent);
    expect(kindOf(rx.tryRecv())).toBe("empty");
    expect(await isPending(rx.recv())).toBe(true);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 44
  test("both ends agree on a length that never exceeds the capacity", async () => {
    const [tx, rx] = open<number>();
    const sent: Promise<unknown>[] = [];
    let longest = 0;
    function check(): void {
      expect(tx.length).toBe(rx.length);
      expect(rx.isEmpty).toBe(rx.length === 0);
      expect(tx.available).toBe(room - tx.length);
      longest = Math.max(longest, rx.length);
    }
    for (const n of numbers(200)) {
      if (n % 3) sent.push(tx.send(n));
      else rx.tryRecv();
      check();
      if (n % 7 === 0) await flush();
      check();
    }
    expect(longest).toBe(room);
    rx.drop();
    await Promise.all(sent);
  });

  // L4, L12: a limit on how many may wait
  test("five thousand sends wait their turn when nobody receives", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(5000).map((n) => tx.send(n));
    expect(await isPending(sent[4999]!)).toBe(true);
    tx.drop();
    expect(await collect(rx)).toEqual(numbers(5000));
    for (const result of await Promise.all(sent)) expect(result.ok).toBe(true);
  });
});

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 44
  test("a length stays as it is when the ends close and drop", () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    for (const n of numbers(5)) tx.trySend(n);
    const length = Math.min(5, room);
    tx.drop();
    expect([clone.length, rx.length]).toEqual([length, length]);
    rx.close();
    expect([clone.length, rx.length]).toEqual([length, length]);
    clone.drop();
    expect(rx.length).toBe(length);
  });

  // 45
  test("a channel tells its capacity and whether it is empty", () => {
    const [tx, rx] = open<number>();
    expect(tx.capacity).toBe(room === Number.POSITIVE_INFINITY ? undefined : room);
    expect([rx.isEmpty, rx.length, tx.length]).toEqual([true, 0, 0]);
    tx.trySend(1);
    expect([rx.isEmpty, rx.length]).toEqual(room > 0 ? [false, 1] : [true, 0]);
    rx.tryRecv();
    expect([rx.isEmpty, rx.length]).toEqual([true, 0]);
  });

  // 48
  test("an attempt to receive never finds nothing after a send", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(1000)) {
      tx.send(n);
      expect(rx.tryRecv()).toStrictEqual(ok(n));
      expect(kindOf(rx.tryRecv())).toBe("empty");
    }
  });
});

// 44
test("a length is exact at the boundary of every block", () => {
  const [tx, rx] = channel<number>();
  const filling = numbers(5000).map((n) => {
    const { length, isEmpty } = rx;
    tx.send(n);
    return isEmpty === (length === 0) ? length : Number.NaN;
  });
  expect(filling).toEqual(numbers(5000));
  const draining = numbers(5000).map(() => {
    rx.tryRecv();
    return tx.length;
  });
  expect(draining).toEqual(numbers(5000).reverse());
  expect(rx.isEmpty).toBe(true);
});

// 46
test("a sender tells how many values there is room for", () => {
  const [tx, rx] = syncChannel<number>(3);
  expect([tx.capacity, tx.available]).toEqual([3, 3]);
  tx.trySend(1);
  tx.trySend(2);
  expect([tx.capacity, tx.available]).toEqual([3, 1]);
  tx.trySend(3);
  tx.send(4);
  expect([tx.capacity, tx.available]).toEqual([3, 0]);
  rx.tryRecv();
  expect(tx.available).toBe(0);
  rx.tryRecv();
  expect(tx.available).toBe(1);
});

// 47
test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null, undefined, 1n])(
  "a channel refuses a capacity of %o",
  (capacity) => {
    expect(() => syncChannel(capacity as number)).toThrow(RangeError);
    expect(() => syncChannel(capacity as number)).toThrow(/capacity of syncChannel must be an integer of 0 or more/);
  },
);

// 47
test.each([0, -0, 1, 1024, Number.MAX_SAFE_INTEGER])("a channel accepts a capacity of %o", (capacity) => {
  const [tx] = syncChannel<number>(capacity);
  expect(tx.capacity).toBe(capacity);
});

// 49
test("two tasks of one thread keep the order over a channel bounded to 4", async () => {
  const [tx, rx] = syncChannel<number>(4);
  const [received] = await Promise.all([collect(rx), sendAll(tx, numbers(10_000))]);
  expect(received).toEqual(numbers(10_000));
});
