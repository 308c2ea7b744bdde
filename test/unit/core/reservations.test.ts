/** Who waits for a slot stands in one line with the sends that do, and loses its place only by giving up. */
import { InvalidArgumentError, ok, SendTimeoutError, syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS } from "../../support/flavors.ts";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { holdAll } from "../../support/permits.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 41, 83
  test("reservations and sends wait in one line", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const reserved = tx.reserve();
    const sent = tx.clone().send(101);
    rx.tryRecv();
    expect(kindOf(tx.trySend(9))).toBe("full");
    expect(kindOf(tx.tryReserve())).toBe("full");
    const permit = unwrap(await reserved);
    expect(await isPending(sent)).toBe(true);
    expect(tx.available).toBe(0);
    permit.send(100);
    expect(await isPending(sent)).toBe(true);
    rx.tryRecv();
    expect(await isPending(sent)).toBe(false);
    expect(rx.drain()).toEqual([...numbers(room).slice(2), 100, 101].slice(-room));
  });

  // 84, 76
  test("what is left of many permits goes to those who wait, in order", async () => {
    const [tx, rx] = open<number>();
    const permits = unwrap(await tx.reserveMany(room));
    permits[0]!.send(0);
    const waiting = numbers(room).map((n) => tx.send(100 + n));
    permits.drop();
    expect(rx.drain()).toEqual([0, ...numbers(room - 1).map((n) => 100 + n)]);
    for (const sent of waiting) expect(await isPending(sent)).toBe(false);
    expect(rx.drain()).toEqual([100 + room - 1]);
  });

  // 42, 76
  test.each(["abort", "timeout"] as const)(
    "a waiting reservation that ends by %s holds nothing and passes the slot on",
    async (how) => {
      using clock = installClock();
      const controller = new AbortController();
      const [tx, rx] = open<number>();
      for (const n of numbers(room)) tx.trySend(n);
      const reserved = tx.reserve({ signal: controller.signal, timeout: 10 }).catch((reason) => reason);
      const sent = tx.send(100);
      if (how === "abort") controller.abort("aborted");
      else clock.advance(10);
      if (how === "abort") expect(await reserved).toBe("aborted");
      else expect(await reserved).toHaveProperty("error", expect.any(SendTimeoutError));
      expect(await isPending(sent)).toBe(true);
      rx.tryRecv();
      expect(await isPending(sent)).toBe(false);
      expect(rx.drain()).toEqual([...numbers(room).slice(1), 100]);
      expect(tx.available).toBe(room);
    },
  );

  // 76, 88
  test("a reservation keeps the slot it was granted when its signal aborts in the same breath", async () => {
    const controller = new AbortController();
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const reserved = tx.reserve({ signal: controller.signal });
    rx.tryRecv();
    controller.abort("too late");
    const permit = unwrap(await reserved);
    expect(tx.available).toBe(0);
    permit.drop();
    expect(tx.available).toBe(1);
  });

  // 73, 74
  test("a reservation whose signal is aborted already touches nothing", async () => {
    const [tx] = open<number>();
    const signal = AbortSignal.abort("aborted before");
    expect(await rejection(tx.reserve({ signal }))).toBe("aborted before");
    expect(await rejection(tx.reserveMany(room, { signal }))).toBe("aborted before");
    expect(tx.available).toBe(room);
  });

  // 43, 59, 62
  test("a reservation times out at its time and not before", async () => {
    using clock = installClock();
    const [tx] = open<number>();
    const permits = holdAll(tx);
    const reserved = tx.reserve({ timeout: 10 });
    const patient = tx.reserveMany(1, { timeout: 2 ** 40 });
    clock.advance(9);
    expect(await isPending(reserved)).toBe(true);
    clock.advance(1);
    expect(await reserved).toMatchObject({ ok: false, error: { kind: "timeout", value: undefined } });
    clock.advance(2 ** 39);
    expect(await isPending(patient)).toBe(true);
    permits[0]!.drop();
    expect(unwrap(await patient)).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  // 43
  test.each([-1, Number.NaN, "5", null])("a reservation refuses a timeout of %o and holds nothing", async (timeout) => {
    const [tx] = open<number>();
    expect(await rejection(tx.reserve({ timeout: timeout as number }))).toBeInstanceOf(InvalidArgumentError);
    expect(await rejection(tx.reserveMany(1, { timeout: timeout as number }))).toBeInstanceOf(InvalidArgumentError);
    expect(tx.available).toBe(room);
  });

  // 113
  test("a reservation that waits outlives its dropped sender", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const reserved = tx.reserve();
    tx.drop();
    expect(rx.tryRecv()).toStrictEqual(ok(0));
    const permit = unwrap(await reserved);
    expect(rx.drain()).toEqual(numbers(room).slice(1));
    expect(kindOf(rx.tryRecv())).toBe("empty");
    permit.send(100);
    expect(await collect(rx)).toEqual([100]);
  });

  // 88
  test("a reservation that is repeated and given up leaves the channel as it was", async () => {
    const [tx, rx] = open<number>();
    for (const _ of numbers(100)) {
      const controller = new AbortController();
      const permits = unwrap(await tx.reserveMany(room));
      const waiting = tx.reserve({ signal: controller.signal });
      controller.abort("given up");
      expect(await rejection(waiting)).toBe("given up");
      permits.drop();
    }
    expect([tx.available, rx.length]).toEqual([room, 0]);
    rx.close();
    expect(kindOf(await tx.reserve())).toBe("disconnected");
    expect(kindOf(await tx.reserve())).toBe("disconnected");
  });
});

// 41, 84
test("nothing overtakes a reservation of many that waits, though it would fit", async () => {
  const [tx, rx] = syncChannel<number>(3);
  for (const n of numbers(2)) tx.trySend(n);
  const reserved = tx.reserveMany(3);
  expect(tx.available).toBe(1);
  expect(kindOf(tx.trySend(9))).toBe("full");
  expect(kindOf(tx.tryReserve())).toBe("full");
  expect(kindOf(await tx.send(9, { timeout: 0 }))).toBe("timeout");
  const behind = [tx.send(100), tx.reserve()] as const;
  rx.tryRecv();
  expect(await isPending(reserved)).toBe(true);
  expect(tx.available).toBe(2);
  rx.tryRecv();
  const permits = unwrap(await reserved);
  expect(tx.available).toBe(0);
  expect(await isPending(behind[0])).toBe(true);
  permits[0]!.drop();
  expect(await isPending(behind[0])).toBe(false);
  expect(await isPending(behind[1])).toBe(true);
  permits.drop();
  expect(kindOf(await behind[1])).toBe("ok");
  expect(tx.available).toBe(1);
  expect(rx.drain()).toEqual([100]);
});

// 42, 76, 84
test.each(["abort", "timeout"] as const)(
  "those behind a reservation of many move in when it ends by %s and they fit",
  async (how) => {
    using clock = installClock();
    const controller = new AbortController();
    const [tx, rx] = syncChannel<number>(3);
    tx.trySend(0);
    const front = tx.reserveMany(3, { signal: controller.signal, timeout: 10 }).catch(() => undefined);
    const behind = [tx.send(100), tx.reserve(), tx.send(102)] as const;
    for (const waiting of behind) expect(await isPending(waiting)).toBe(true);
    if (how === "abort") controller.abort();
    else clock.advance(10);
    expect([rx.length, tx.available]).toEqual([2, 0]);
    await front;
    expect(kindOf(await behind[0])).toBe("ok");
    const permit = unwrap(await behind[1]);
    expect(await isPending(behind[2])).toBe(true);
    permit.drop();
    expect(kindOf(await behind[2])).toBe("ok");
    expect(rx.drain()).toEqual([0, 100, 102]);
  },
);

// 42, 76, 84
test("one signal ends many that wait though the first to end makes room for the others", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const [tx, rx] = syncChannel<number>(2);
  tx.trySend(0);
  const front = tx.reserveMany(2, { signal });
  const sends = [tx.send(100, { signal }), tx.send(101, { signal })];
  controller.abort("over");
  const settled = await Promise.allSettled([front, ...sends]);
  const values = rx.drain();
  const expected = settled.map(({ status }) => status);
  expect(expected[0]).toBe("rejected");
  expect(values).toEqual([0, ...[100, 101].filter((_, n) => expected[n + 1] === "fulfilled")]);
  expect(tx.available).toBe(2);
});
