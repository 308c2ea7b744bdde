/** Handles that do not keep a channel alive, and how a sender learns that its receiver is gone. */
import { channel, ok, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 89
  test("a weak sender upgrades while any strong one lives and never after", async () => {
    const [tx, rx] = open<number>();
    const weak = tx.downgrade();
    const clone = tx.clone();
    tx.drop();
    const upgraded = weak.upgrade();
    expect(upgraded?.sameChannel(clone)).toBe(true);
    clone.drop();
    expect(rx.isClosed).toBe(false);
    const again = upgraded?.downgrade().upgrade();
    upgraded?.drop();
    expect(rx.isClosed).toBe(false);
    again?.drop();
    expect(rx.isClosed).toBe(true);
    for (const _ of numbers(2)) expect(weak.upgrade()).toBeUndefined();
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // 89
  test("a weak sender does not keep a waiting receive from ending", async () => {
    const [tx, rx] = open<number>();
    const weak = tx.downgrade();
    const received = rx.recv();
    tx.drop();
    expect(kindOf(await received)).toBe("disconnected");
    expect(weak.upgrade()).toBeUndefined();
  });

  // 89
  test("an upgraded sender sends into the channel it came from", async () => {
    const [tx, rx] = open<number>();
    const upgraded = tx.downgrade().upgrade();
    tx.drop();
    const sent = upgraded?.send(1);
    upgraded?.drop();
    expect(await collect(rx)).toEqual([1]);
    expect((await sent)?.ok).toBe(true);
  });

  // 89, 113
  test("a weak sender does not upgrade when only values or waiting sends are left", () => {
    const [tx, rx] = open<number>();
    const weak = tx.downgrade();
    for (const n of numbers(5)) tx.send(n);
    tx.drop();
    expect(weak.upgrade()).toBeUndefined();
    expect([...rx.tryIter()]).toEqual(numbers(5));
  });

  // 89
  test("a weak sender upgrades though the receiver is gone while a strong one lives", () => {
    const [tx, rx] = open<number>();
    const weak = tx.downgrade();
    rx.drop();
    const upgraded = weak.upgrade();
    expect(upgraded?.isDisconnected).toBe(true);
    expect(upgraded?.trySend(1).ok).toBe(false);
  });

  // 36
  test.each(["drop", "close"] as const)(
    "a wait for the receiver's end is over for every sender at %s",
    async (leave) => {
      const [tx, rx] = open<number>();
      const clone = tx.clone();
      const watches = [tx.closed(), clone.closed(), clone.closed(), tx.closed({})];
      for (const watch of watches) expect(await isPending(watch)).toBe(true);
      expect(tx.isDisconnected).toBe(false);
      rx[leave]();
      expect(await Promise.all(watches)).toEqual([undefined, undefined, undefined, undefined]);
      expect(await tx.closed()).toBeUndefined();
      expect(await clone.clone().closed()).toBeUndefined();
      expect(clone.isDisconnected).toBe(true);
    },
  );

  // 36
  test("a wait for the receiver's end outlives the sender that began it", async () => {
    const [tx, rx] = open<number>();
    const watch = tx.closed();
    tx.drop();
    expect(await isPending(watch)).toBe(true);
    rx.drop();
    expect(await watch).toBeUndefined();
  });

  // 78
  test("a closed idle channel refuses sends and has nothing to receive", async () => {
    const [tx, rx] = open<number>();
    rx.close();
    rx.close();
    expect(rx.isClosed).toBe(true);
    expect(tx.isDisconnected).toBe(true);
    expect(kindOf(await rx.recv())).toBe("disconnected");
    expect(tx.trySend(1)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
    expect(await tx.send(2)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
    expect(await collect(rx)).toEqual([]);
    rx.drop();
  });

  // 78
  test("a waiting receive ends when its own receiver is closed", async () => {
    const [, rx] = open<number>();
    const received = rx.recv();
    rx.close();
    expect(kindOf(await received)).toBe("disconnected");
    const [, otherRx] = open<number>();
    const next = otherRx.iter().next();
    otherRx.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  // 79, 90
  test("a closed channel still delivers what was queued and then ends", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(3)) tx.trySend(n);
    rx.close();
    const queued = numbers(Math.min(3, room));
    expect(rx.length).toBe(queued.length);
    expect(tx.isDisconnected).toBe(true);
    expect(kindOf(tx.trySend(99))).toBe("disconnected");
    expect(await collect(rx)).toEqual(queued);
    tx.drop();
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // 81
  test("an attempt to receive says disconnected when the channel is closed and drained", () => {
    const [tx, rx] = open<number>();
    tx.trySend(1);
    rx.close();
    if (room > 0) expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
    tx.drop();
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 92
  test("a sender belongs to the same channel as its clones and to no other", () => {
    const [tx] = open<number>();
    const [other] = open<number>();
    const clone = tx.clone();
    expect(tx.sameChannel(tx)).toBe(true);
    expect(tx.sameChannel(clone)).toBe(true);
    expect(clone.clone().sameChannel(tx)).toBe(true);
    expect(tx.sameChannel(other)).toBe(false);
    expect(other.sameChannel(clone)).toBe(false);
    clone.drop();
    expect(tx.sameChannel(clone)).toBe(false);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 79
  test("a send that waited fails at close and does not arrive", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room + 2).map((n) => tx.send(n));
    rx.close();
    for (const n of [room, room + 1]) {
      expect(await sent[n]).toMatchObject({ ok: false, error: { kind: "disconnected", value: n } });
    }
    expect(await collect(rx)).toEqual(numbers(room));
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 79
  test("room made after close stays free", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    rx.close();
    expect(rx.tryRecv()).toStrictEqual(ok(0));
    expect(kindOf(tx.trySend(99))).toBe("disconnected");
    expect(await collect(rx)).toEqual(numbers(room).slice(1));
  });
});

// 92
test("senders of different flavors belong to different channels", () => {
  const [unbounded] = channel<number>();
  const [bounded] = syncChannel<number>(1);
  expect(unbounded.sameChannel(bounded)).toBe(false);
  expect(bounded.sameChannel(unbounded)).toBe(false);
  expect(bounded.sameChannel({} as typeof bounded)).toBe(false);
});
