/** What only JavaScript can get wrong: promises, thenables, overlapping calls, disposal. */
import type { Receiver } from "@pneumatic/core";
import { OverlappingRecvError, ok, syncChannel, UseAfterDropError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import type { EitherSender } from "../../support/flavors.ts";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";

type Use<E> = readonly [operation: string, use: (end: E) => unknown];

const SENDER_USES: readonly Use<EitherSender<number>>[] = [
  ["send", (tx) => tx.send(1)],
  ["trySend", (tx) => tx.trySend(1)],
  ["clone", (tx) => tx.clone()],
  ["downgrade", (tx) => tx.downgrade()],
  ["closed", (tx) => tx.closed()],
  ["sameChannel", (tx) => tx.sameChannel(tx)],
  ["isDisconnected", (tx) => tx.isDisconnected],
  ["length", (tx) => tx.length],
];

const RECEIVER_USES: readonly Use<Receiver<number>>[] = [
  ["recv", (rx) => rx.recv()],
  ["recvTimeout", (rx) => rx.recvTimeout(1)],
  ["tryRecv", (rx) => rx.tryRecv()],
  ["iter", (rx) => rx.iter()],
  ["for await", (rx) => collect(rx)],
  ["tryIter", (rx) => rx.tryIter()],
  ["close", (rx) => rx.close()],
];

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 110
  test("a sender dropped twice counts once", async () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    clone.drop();
    clone.drop();
    clone[Symbol.dispose]();
    expect(rx.isClosed).toBe(false);
    const received = rx.recv();
    tx.trySend(1);
    expect(await received).toStrictEqual(ok(1));
    tx.drop();
    tx.drop();
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 110
  test("a receiver dropped twice is dropped", () => {
    const [tx, rx] = open<number>();
    rx.drop();
    rx.drop();
    rx[Symbol.dispose]();
    expect(tx.isDisconnected).toBe(true);
  });

  // 110
  test("an end is dropped when its scope is left", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    {
      using inner = tx;
      using clone = inner.clone();
      clone.trySend(1);
    }
    expect(await received).toStrictEqual(ok(1));
    expect(rx.isClosed).toBe(true);
    const [otherTx, otherRx] = open<number>();
    {
      using _dropped = otherRx;
    }
    expect(otherTx.isDisconnected).toBe(true);
  });

  // 110
  test.each(SENDER_USES)("a dropped sender refuses %s", async (_, use) => {
    const [tx, rx] = open<number>();
    tx.drop();
    await expect(async () => use(tx)).rejects.toThrow(UseAfterDropError);
    await expect(async () => use(tx)).rejects.toThrow(/this (Sync)?Sender was dropped/);
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 110
  test.each(RECEIVER_USES)("a dropped receiver refuses %s", async (_, use) => {
    const [, rx] = open<number>();
    rx.drop();
    await expect(async () => use(rx)).rejects.toThrow(UseAfterDropError);
    await expect(async () => use(rx)).rejects.toThrow(/this Receiver was dropped/);
  });

  // 111
  test("a thenable is delivered as it is and never called", async () => {
    let called = 0;
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable payload is what is tested
      then: () => called++,
    };
    const [tx, rx] = open<typeof thenable>();
    const sent = [tx.send(thenable), tx.send(thenable), tx.send(thenable)];
    expect(await rx.recv()).toHaveProperty("value", thenable);
    expect((await rx.iter().next()).value).toBe(thenable);
    expect(rx.tryRecv()).toHaveProperty("value", thenable);
    await Promise.all(sent);
    const waiting = rx.recv();
    tx.trySend(thenable);
    expect(await waiting).toHaveProperty("value", thenable);
    const next = rx.iter().next();
    tx.trySend(thenable);
    expect((await next).value).toBe(thenable);
    rx.drop();
    const failed = await tx.send(thenable);
    expect(!failed.ok && failed.error.value).toBe(thenable);
    expect(called).toBe(0);
  });

  // 111, L9: a receive that rejects with what its payload rejects with
  test("a rejected promise is delivered as a value", async () => {
    const rejected = Promise.reject(new Error("payload"));
    rejected.catch(() => {});
    const [tx, rx] = open<Promise<never>>();
    const sent = tx.send(rejected);
    const received = await rx.recv();
    expect(received.ok && received.value).toBe(rejected);
    expect((await sent).ok).toBe(true);
  });

  // 112
  test("a second receive rejects and disturbs nothing while one waits", async () => {
    const [tx, rx] = open<number>();
    const first = rx.recv();
    await expect(rx.recv()).rejects.toThrow(OverlappingRecvError);
    await expect(rx.recvTimeout(5)).rejects.toThrow(OverlappingRecvError);
    await expect(rx.recvTimeout(0)).rejects.toThrow(OverlappingRecvError);
    await expect(rx.iter().next()).rejects.toThrow(/await each receive first/);
    expect(kindOf(rx.tryRecv())).toBe("empty");
    const sent = [tx.send(1), tx.send(2)];
    expect(await first).toStrictEqual(ok(1));
    expect(await rx.recv()).toStrictEqual(ok(2));
    await Promise.all(sent);
  });

  // 112
  test("a second step of an iterator rejects and disturbs nothing while one waits", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    const first = values.next();
    await expect(values.next()).rejects.toThrow(OverlappingRecvError);
    await expect(rx.recv()).rejects.toThrow(OverlappingRecvError);
    await rx.iter().return?.();
    expect(await isPending(first)).toBe(true);
    tx.trySend(1);
    expect(await first).toEqual({ done: false, value: 1 });
  });

  // 112
  test("a receive is welcome again when the one before it was aborted", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const first = rx.recv({ signal: controller.signal });
    controller.abort("aborted");
    const second = rx.recv();
    tx.trySend(1);
    await expect(first).rejects.toBe("aborted");
    expect(await second).toStrictEqual(ok(1));
  });

  // 116
  test("an iterator ends at once when it is left while a step waits", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    const next = values.next();
    const left = values.return?.();
    expect(await isPending(next)).toBe(false);
    expect(await left).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    tx.trySend(1);
    expect(rx.length).toBe(Math.min(1, room));
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  // 116
  test("an iterator that is left does not end a receive that it did not begin", async () => {
    const [tx, rx] = open<number>();
    const values = rx.iter();
    const received = rx.recv();
    await values.return?.();
    expect(await isPending(received)).toBe(true);
    tx.trySend(1);
    expect(await received).toStrictEqual(ok(1));
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 113
  test("a waiting send outlives its dropped sender", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room + 3).map((n) => tx.send(n));
    tx.drop();
    expect(rx.isClosed).toBe(true);
    expect(kindOf(rx.tryRecv())).toBe("ok");
    const rest: number[] = [];
    for (let result = await rx.recv(); result.ok; result = await rx.recv()) rest.push(result.value);
    expect(rest).toEqual(numbers(room + 3).slice(1));
    for (const result of sent) expect((await result).ok).toBe(true);
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 113
  test("a waiting send of a dropped sender fails when the receiver goes", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(room + 1).map((n) => tx.send(n));
    tx.drop();
    rx.drop();
    expect(await sent[room]).toMatchObject({ ok: false, error: { kind: "disconnected", value: room } });
  });

  // L8: a send after close that throws from a promise
  test("a send never throws synchronously whatever is wrong", async () => {
    const [tx, rx] = open<number>();
    rx.drop();
    const afterClose = tx.send(1);
    const invalid = tx.send(1, { timeout: Number.NaN });
    tx.drop();
    const afterDrop = [tx.send(1), tx.sendTimeout(1, 5)];
    expect(kindOf(await afterClose)).toBe("disconnected");
    await expect(invalid).rejects.toThrow(RangeError);
    for (const promise of afterDrop) await expect(promise).rejects.toThrow(UseAfterDropError);
  });
});

// 110
test("a dropped bounded sender refuses to tell its capacity and to send with a timeout", async () => {
  const [tx] = syncChannel<number>(1);
  tx.drop();
  expect(() => tx.capacity).toThrow(UseAfterDropError);
  expect(() => tx.available).toThrow(UseAfterDropError);
  await expect(tx.sendTimeout(1, 1)).rejects.toThrow("Cannot send: this SyncSender was dropped");
});
