/** Slots that are held before there is a value: strict, used once, and given back. */
import { InvalidArgumentError, ok, syncChannel, UseAfterDropError, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, RENDEZVOUS } from "../../support/flavors.ts";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { holdAll } from "../../support/permits.ts";
import { kindOf, numbers } from "../../support/sequence.ts";

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 46
  test("a permit takes its slot off what is available and off nothing else", async () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(await tx.reserve());
    expect([tx.available, tx.capacity, tx.length, rx.length, rx.isEmpty]).toEqual([room - 1, room, 0, 0, true]);
    permit.send(1);
    expect([tx.available, tx.length, rx.length]).toEqual([room - 1, 1, 1]);
    rx.tryRecv();
    expect([tx.available, tx.length]).toEqual([room, 0]);
  });

  // 37, 40
  test("slots that permits hold are full for everybody else", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    expect(permits).toHaveLength(room);
    expect(kindOf(tx.trySend(9))).toBe("full");
    expect(kindOf(tx.clone().tryReserve())).toBe("full");
    expect(kindOf(await tx.send(9, { timeout: 0 }))).toBe("timeout");
    expect(kindOf(await tx.reserve({ timeout: 0 }))).toBe("timeout");
    expect(kindOf(rx.tryRecv())).toBe("empty");
    for (const [n, permit] of permits.entries()) expect(permit.send(n)).toStrictEqual(ok(undefined));
    expect(rx.length).toBe(room);
    expect(kindOf(tx.tryReserve())).toBe("full");
    expect(rx.drain()).toEqual(numbers(room));
  });

  // 83
  test("a dropped permit gives its slot to the one that waits longest and to no other", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const waiting = [tx.send(0), tx.send(1), tx.reserve()] as const;
    permits[0]!.drop();
    expect(await isPending(waiting[0])).toBe(false);
    expect(await isPending(waiting[1])).toBe(true);
    expect(await isPending(waiting[2])).toBe(true);
    expect([rx.length, tx.available]).toEqual([1, 0]);
    permits[0]!.drop();
    expect(await isPending(waiting[1])).toBe(true);
    rx.tryRecv();
    expect(await isPending(waiting[1])).toBe(false);
    expect(await isPending(waiting[2])).toBe(true);
  });

  // 83
  test("an attempt to reserve fails while no slot is free and leaves everything as it was", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    for (const _ of numbers(3)) expect(kindOf(tx.tryReserve())).toBe("full");
    expect(tx.tryReserve()).toMatchObject({ error: { code: "ERR_CHANNEL_FULL", value: undefined } });
    expect([rx.length, tx.available]).toEqual([room, 0]);
    rx.tryRecv();
    const permit = unwrap(tx.tryReserve());
    expect(kindOf(tx.tryReserve())).toBe("full");
    permit.drop();
    expect(tx.available).toBe(1);
  });

  // 13
  test("a permit hands its value to the receive that waits", async () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    const received = rx.recv();
    expect(await isPending(received)).toBe(true);
    permit.send(1);
    expect([rx.length, tx.available]).toEqual([0, room]);
    expect(await received).toStrictEqual(ok(1));
  });

  // 41, 82
  test("a permit that sends to a waiting receive lets the next send in", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const received = rx.recv();
    const waiting = [tx.send(100), tx.send(101)];
    expect(await isPending(received)).toBe(true);
    permits[0]!.send(0);
    expect(await received).toStrictEqual(ok(0));
    expect(await isPending(waiting[0]!)).toBe(false);
    expect(await isPending(waiting[1]!)).toBe(true);
    expect(rx.drain()).toEqual([100]);
  });

  // 83
  test("a permit dropped while a receive waits lets the next send hand over", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const received = rx.recv();
    expect(kindOf(tx.trySend(9))).toBe("full");
    const waiting = [tx.send(100), tx.send(101)];
    permits[0]!.drop();
    expect(await received).toStrictEqual(ok(100));
    for (const sent of waiting) expect(await isPending(sent)).toBe(false);
    expect(rx.drain()).toEqual([101]);
  });

  // 83
  test("a permit dropped while a receive waits and nobody sends leaves the receive waiting", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const received = rx.recv();
    for (const permit of permits) permit.drop();
    expect(await isPending(received)).toBe(true);
    expect(tx.available).toBe(room);
    tx.trySend(1);
    expect(await received).toStrictEqual(ok(1));
    expect(rx.length).toBe(0);
  });

  // 84
  test("a reservation of none is granted even when the channel is full and fails when it is closed", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    expect(unwrap(await tx.reserveMany(0))).toHaveLength(0);
    expect(unwrap(tx.tryReserveMany(0))).toHaveLength(0);
    const waiting = tx.send(9);
    expect(unwrap(await tx.reserveMany(0))).toHaveLength(0);
    rx.close();
    expect(kindOf(await waiting)).toBe("disconnected");
    expect(kindOf(await tx.reserveMany(0))).toBe("disconnected");
    expect(kindOf(tx.tryReserveMany(0))).toBe("disconnected");
  });

  // 84
  test("a reservation of more than the capacity is refused at once and takes nothing", async () => {
    const [tx, rx] = open<number>();
    expect(await rejection(tx.reserveMany(room + 1))).toBeInstanceOf(InvalidArgumentError);
    expect(() => tx.tryReserveMany(room + 1)).toThrow(
      `The count of slots to reserve must be an integer from 0 to ${room}, not ${room + 1}`,
    );
    expect(tx.available).toBe(room);
    rx.close();
    expect(await rejection(tx.reserveMany(room + 1))).toBeInstanceOf(InvalidArgumentError);
  });

  // 84
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null, undefined, 1n])(
    "a reservation refuses a count of %o and takes nothing",
    async (count) => {
      const [tx] = open<number>();
      expect(await rejection(tx.reserveMany(count as number))).toBeInstanceOf(InvalidArgumentError);
      expect(() => tx.tryReserveMany(count as number)).toThrow(InvalidArgumentError);
      expect(tx.available).toBe(room);
    },
  );

  // 84
  test("permits that were reserved together are a read-only array that can be disposed of", async () => {
    const [tx, rx] = open<number>();
    {
      using permits = unwrap(await tx.reserveMany(room));
      expect(Array.isArray(permits)).toBe(true);
      expect(permits).toHaveLength(room);
      expect(permits.map((permit) => permit)).not.toHaveProperty("drop");
      expect(permits.slice(1)).toHaveLength(room - 1);
      permits[0]!.send(0);
      expect(tx.available).toBe(0);
    }
    expect([tx.available, tx.length]).toEqual([room - 1, 1]);
    expect(rx.drain()).toEqual([0]);
  });

  // 84, 110
  test("permits that were reserved together are dropped once however often", async () => {
    const [tx] = open<number>();
    const permits = unwrap(await tx.reserveMany(room));
    permits.drop();
    permits.drop();
    permits[Symbol.dispose]();
    expect(tx.available).toBe(room);
    expect(() => permits[0]!.send(1)).toThrow(UseAfterDropError);
    expect(unwrap(tx.tryReserveMany(room))).toHaveLength(room);
  });

  // 110
  test("a permit refuses to send twice, or after its drop, and gives its slot back once", () => {
    const [tx, rx] = open<number>();
    const sent = unwrap(tx.tryReserve());
    sent.send(1);
    expect(() => sent.send(2)).toThrow(UseAfterDropError);
    expect(() => sent.send(2)).toThrow("this Permit has sent its value, or was dropped");
    sent.drop();
    sent[Symbol.dispose]();
    expect(tx.available).toBe(room - 1);
    rx.tryRecv();
    const dropped = unwrap(tx.tryReserve());
    dropped.drop();
    dropped.drop();
    expect(() => dropped.send(3)).toThrow(UseAfterDropError);
    expect([tx.available, tx.length]).toEqual([room, 0]);
    expect(tx.isDisconnected).toBe(false);
  });

  // 110
  test("a dropped sender refuses to reserve", async () => {
    const [tx] = open<number>();
    tx.drop();
    expect(await rejection(tx.reserve())).toBeInstanceOf(UseAfterDropError);
    expect(await rejection(tx.reserveMany(1))).toBeInstanceOf(UseAfterDropError);
    expect(() => tx.tryReserve()).toThrow(UseAfterDropError);
    expect(() => tx.tryReserveMany(1)).toThrow(UseAfterDropError);
  });

  // 16
  test("a permit prints its name and nothing else", () => {
    const [tx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    expect(String(permit)).toBe("[object Permit]");
    expect(Object.keys(permit)).toEqual([]);
    permit.drop();
  });
});

// 82
test("a value enters the channel when its permit sends and not where the slot was reserved", () => {
  const [tx, rx] = syncChannel<string>(4);
  const [first, second] = [unwrap(tx.tryReserve()), unwrap(tx.tryReserve())];
  tx.trySend("sent");
  second.send("second");
  tx.trySend("sent too");
  first.send("first");
  expect(rx.drain()).toEqual(["sent", "second", "sent too", "first"]);
});

// 84
test("reservations of every size up to every capacity hold what they say", () => {
  for (const capacity of numbers(40)) {
    for (const count of numbers(capacity + 1)) {
      const [tx, rx] = syncChannel<number>(capacity);
      const permits = unwrap(tx.tryReserveMany(count));
      expect([permits.length, tx.available]).toEqual([count, capacity - count]);
      for (const n of numbers(capacity - count)) tx.trySend(n);
      expect(kindOf(tx.trySend(-1))).toBe("full");
      const used = Math.floor(count / 2);
      for (const n of numbers(used)) permits[n]!.send(n);
      permits.drop();
      expect([tx.available, rx.length]).toEqual([count - used, capacity - count + used]);
    }
  }
});

// 84
test("an attempt to reserve many gets all or none", () => {
  const [tx] = syncChannel<number>(5);
  const first = unwrap(tx.tryReserveMany(3));
  expect(kindOf(tx.tryReserveMany(3))).toBe("full");
  expect(tx.available).toBe(2);
  const second = unwrap(tx.tryReserveMany(2));
  first.drop();
  expect(tx.available).toBe(3);
  second.drop();
  expect(tx.available).toBe(5);
});

// 84, 50
test("a rendezvous has no slot to reserve", async () => {
  const [tx, rx] = RENDEZVOUS.open<number>();
  const received = rx.recv();
  for (const refused of [tx.reserve(), tx.reserveMany(1)]) {
    const reason = await rejection(refused);
    expect(reason).toBeInstanceOf(InvalidArgumentError);
    expect(reason).toHaveProperty("message", expect.stringContaining("a rendezvous has no slot to reserve"));
  }
  expect(() => tx.tryReserve()).toThrow(InvalidArgumentError);
  expect(() => tx.tryReserveMany(1)).toThrow(InvalidArgumentError);
  expect(unwrap(await tx.reserveMany(0))).toHaveLength(0);
  expect([tx.available, tx.capacity]).toEqual([0, 0]);
  expect(await isPending(received)).toBe(true);
  tx.trySend(1);
  expect(await received).toStrictEqual(ok(1));
});
