/** The last sender goes: what was sent still arrives, then the receiver is told, for ever. */
import { ok, RecvError, TryRecvError, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe.each(FLAVORS)("$name", ({ open, room }) => {
  // 17, 19
  test("an empty channel says disconnected for ever when its last sender is dropped", async () => {
    const [tx, rx] = open<number>();
    tx.drop();
    for (const _ of numbers(3)) {
      expect(kindOf(await rx.recv())).toBe("disconnected");
      expect(kindOf(await rx.recvTimeout(1000))).toBe("disconnected");
      expect(kindOf(rx.tryRecv())).toBe("disconnected");
      expect(await rx.iter().next()).toEqual({ done: true, value: undefined });
      expect([...rx.tryIter()]).toEqual([]);
    }
  });

  // 18
  test("values sent before the last drop arrive first", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(4).map((n) => tx.send(n));
    tx.drop();
    expect(await rx.recv()).toStrictEqual(ok(0));
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(await rx.recvTimeout(0)).toStrictEqual(ok(2));
    expect(await rx.iter().next()).toEqual({ done: false, value: 3 });
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
    expect(kindOf(await rx.recv())).toBe("disconnected");
    for (const result of sent) expect((await result).ok).toBe(true);
  });

  // 20
  test("a clone that comes and goes changes nothing while another sender lives", async () => {
    const [tx, rx] = open<number>();
    const clones = numbers(10).map(() => tx.clone());
    const waiting = rx.recv();
    tx.drop();
    for (const clone of clones.slice(1)) clone.drop();
    for (const clone of clones.slice(1)) clone.drop();
    expect(await isPending(waiting)).toBe(true);
    expect(rx.isClosed).toBe(false);
    const sent = clones[0]?.send(1);
    expect(await waiting).toStrictEqual(ok(1));
    expect((await sent)?.ok).toBe(true);
    clones[0]?.drop();
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // 20
  test("a clone sends into the same channel when its original is dropped", async () => {
    const [tx, rx] = open<string>();
    const clone = tx.clone().clone();
    tx.drop();
    const sent = clone.send("from the clone");
    expect(await rx.recv()).toStrictEqual(ok("from the clone"));
    expect((await sent).ok).toBe(true);
  });

  // 21
  test("a waiting receive ends when the last sender is dropped", async () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    const received = rx.recv();
    tx.drop();
    expect(await isPending(received)).toBe(true);
    clone.drop();
    expect(kindOf(await received)).toBe("disconnected");
  });

  // 21
  test("a waiting iteration ends when the last sender is dropped", async () => {
    const [tx, rx] = open<number>();
    const collected = collect(rx);
    await flush();
    tx.drop();
    expect(await collected).toEqual([]);
  });

  // 22
  test("a waiting receive gets the value when its sender sends and drops at once", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    const sent = tx.send(7);
    tx.drop();
    expect(await received).toStrictEqual(ok(7));
    expect((await sent).ok).toBe(true);
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // 23
  test("a receive with a timeout says disconnected at once when no sender is left", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const waiting = rx.recvTimeout(1000);
    tx.drop();
    expect(kindOf(await waiting)).toBe("disconnected");
    expect(kindOf(await rx.recvTimeout(1000))).toBe("disconnected");
    expect(kindOf(await rx.recvTimeout(0))).toBe("disconnected");
    expect(clock.now()).toBe(0);
  });

  // 24
  test("either end can be dropped first without any traffic", async () => {
    for (const _ of numbers(100)) {
      const [tx, rx] = open<number>();
      tx.drop();
      rx.drop();
      const [otherTx, otherRx] = open<number>();
      otherRx.drop();
      otherTx.drop();
    }
    await flush();
  });

  // 25
  test("a receiver is closed from the last drop on though values are left", () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    for (const n of numbers(5)) tx.trySend(n);
    tx.drop();
    expect(rx.isClosed).toBe(false);
    clone.drop();
    expect(rx.isClosed).toBe(true);
    expect(rx.length).toBe(Math.min(5, room));
  });

  // 25
  test("a sender is connected while the channel is merely full", () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(5)) tx.trySend(n);
    const clone = tx.clone();
    tx.drop();
    expect(clone.isDisconnected).toBe(false);
    expect(rx.isClosed).toBe(false);
  });

  // 26
  test("a failed receive is a typed error that a caller can let propagate", async () => {
    const [tx, rx] = open<number>();
    tx.drop();
    const result = await rx.recv();
    expect(!result.ok && result.error).toBeInstanceOf(RecvError);
    await expect(async () => unwrap(await rx.recv())).rejects.toBeInstanceOf(RecvError);
    expect(() => unwrap(rx.tryRecv())).toThrow(TryRecvError);
  });
});
