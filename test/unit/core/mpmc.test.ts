/** Several receivers share one queue: each value goes to exactly one of them, and none is lost with one that leaves. */
import type { MpmcReceiver } from "@pneumatic/core";
import { InvalidArgumentError, mpmc, OverlappingRecvError, ok, UseAfterDropError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, MPMC_FLAVORS } from "../../support/flavors.ts";
import { isCollected } from "../../support/garbage.ts";
import { rejection } from "../../support/gate.ts";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

/** `count` receivers of one channel, the given one among them. */
function clones<T>(rx: MpmcReceiver<T>, count: number): [MpmcReceiver<T>, ...MpmcReceiver<T>[]] {
  return [rx, ...numbers(count - 1).map(() => rx.clone())];
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

describe.each(MPMC_FLAVORS)("$name", ({ open, room }) => {
  // 12
  test("every value goes to exactly one receiver when several iterate", async () => {
    const [tx, rx] = open<number>();
    const shares = clones(rx, 4).map((receiver) => collect(receiver));
    await sendAll(tx, numbers(1000));
    const received = await Promise.all(shares);
    for (const share of received) {
      expect(share.length).toBeGreaterThan(0);
      expect(share).toEqual(ascending(share));
    }
    expect(ascending(received.flat())).toEqual(numbers(1000));
  });

  // 12
  test("waiting receivers are served in the order in which they began to wait", async () => {
    const [tx, rx] = open<number>();
    const receivers = clones(rx, 4);
    const waiting = [2, 0, 3, 1].map((n) => receivers[n]!.recv());
    for (const n of numbers(4)) expect(tx.trySend(n).ok).toBe(true);
    expect(await Promise.all(waiting)).toStrictEqual(numbers(4).map((n) => ok(n)));
    expect(rx.length).toBe(0);
  });

  // 12
  test("a receiver waits behind the others again when it was served", async () => {
    const [tx, one] = open<number>();
    const other = one.clone();
    const first = one.recv();
    const second = other.recv();
    tx.trySend(0);
    expect(await first).toStrictEqual(ok(0));
    const third = one.recv();
    tx.trySend(1);
    tx.trySend(2);
    expect(await second).toStrictEqual(ok(1));
    expect(await third).toStrictEqual(ok(2));
  });

  // 12, 73
  test.each(["drop", "abort", "timeout", "return"] as const)(
    "a value goes to the next receiver when the one in front leaves by %s",
    async (how) => {
      using clock = installClock();
      const controller = new AbortController();
      const [tx, front] = open<number>();
      const behind = front.clone();
      const values = front.iter();
      const left =
        how === "return"
          ? values.next()
          : front.recv({ signal: controller.signal, timeout: 10 }).catch(() => "aborted");
      const received = behind.recv();
      const leave = {
        drop: () => front.drop(),
        abort: () => controller.abort(),
        timeout: () => clock.advance(10),
        return: () => values.return?.(),
      };
      await leave[how]();
      expect(await isPending(left)).toBe(false);
      tx.trySend(1);
      expect(await received).toStrictEqual(ok(1));
      expect(behind.length).toBe(0);
    },
  );

  // 12
  test("a receiver that leaves from the middle of the line leaves the order of the others", async () => {
    const [tx, rx] = open<number>();
    const receivers = clones(rx, 5);
    const waiting = receivers.map((receiver) => receiver.recv());
    receivers[2]!.drop();
    receivers[4]!.drop();
    for (const n of numbers(3)) tx.trySend(n);
    const results = await Promise.all(waiting);
    expect(results.map((result) => (result.ok ? result.value : "gone"))).toEqual([0, 1, "gone", 2, "gone"]);
  });

  // 12
  test("nothing is lost when a receiver leaves with values queued or sends waiting", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(5).map((n) => tx.send(n));
    const leaving = rx.clone();
    expect(leaving.tryRecv()).toStrictEqual(ok(0));
    leaving.drop();
    tx.drop();
    expect(await collect(rx)).toEqual([1, 2, 3, 4]);
    for (const result of await Promise.all(sent)) expect(result.ok).toBe(true);
  });

  // 12
  test("no value is lost or doubled when receivers come, go and give up all the time", async () => {
    const [tx, rx] = open<number>();
    const received: number[] = [];
    async function visit(visitor: number): Promise<void> {
      const own = rx.clone();
      for (const round of numbers(1 + (visitor % 20))) {
        const controller = new AbortController();
        const waiting = own.recv({ signal: controller.signal }).catch(() => undefined);
        if ((visitor + round) % 3 === 0) controller.abort();
        const result = await waiting;
        if (result?.ok) received.push(result.value);
      }
      const last = own.recv();
      own.drop();
      const result = await last;
      if (result.ok) received.push(result.value);
    }
    const visits = Promise.all(numbers(50).map(visit));
    const sent = sendAll(tx, numbers(2000));
    const rest = collect(rx);
    await Promise.all([visits, sent]);
    received.push(...(await rest));
    expect(received.length).toBe(2000);
    expect(ascending(received)).toEqual(numbers(2000));
  });

  // 12, 20, 27
  test("a channel lives until its last receiver is dropped", async () => {
    const [tx, rx] = open<number>();
    const receivers = clones(rx, 3);
    const closed = tx.closed();
    for (const receiver of receivers.slice(0, 2)) {
      receiver.drop();
      receiver.drop();
      expect(tx.isDisconnected).toBe(false);
    }
    const last = receivers[2]!;
    const received = last.recv();
    expect(tx.trySend(1).ok).toBe(true);
    expect(await received).toStrictEqual(ok(1));
    expect(await isPending(closed)).toBe(true);
    last.drop();
    await closed;
    expect(tx.isDisconnected).toBe(true);
    expect(await tx.send(2)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
  });

  // 12, 30
  test("values are let go with the last receiver and not before", async () => {
    const [tx, rx] = open<object>();
    const other = rx.clone();
    const value = (() => {
      const object = {};
      tx.trySend(object);
      return new WeakRef(object);
    })();
    const length = Math.min(1, room);
    rx.drop();
    expect(other.length).toBe(length);
    other.drop();
    expect(tx.length).toBe(0);
    expect(await isCollected(value)).toBe(true);
    expect(tx.isDisconnected).toBe(true);
  });

  // 12, 28
  test("waiting sends fail when the last receiver goes and not before", async () => {
    const [tx, rx] = open<number>();
    const other = rx.clone();
    const sent = numbers(5).map((n) => tx.send(n));
    rx.drop();
    await flush();
    expect(other.length).toBe(Math.min(5, room));
    other.drop();
    const kinds = (await Promise.all(sent)).map(kindOf);
    expect(kinds).toEqual(numbers(5).map((n) => (n < room ? "ok" : "disconnected")));
  });

  // 12, 21
  test("every waiting receiver ends when the last sender is dropped", async () => {
    const [tx, rx] = open<number>();
    const waiting = clones(rx, 3).map((receiver) => receiver.recv());
    const clone = tx.clone();
    tx.drop();
    for (const result of waiting) expect(await isPending(result)).toBe(true);
    clone.drop();
    expect((await Promise.all(waiting)).map(kindOf)).toEqual(["disconnected", "disconnected", "disconnected"]);
  });

  // 12, 78, 79
  test("a channel is closed for all receivers when one closes it", async () => {
    const [tx, rx] = open<number>();
    const other = rx.clone();
    for (const n of numbers(3)) tx.trySend(n);
    rx.close();
    expect([rx.isClosed, other.isClosed, tx.isDisconnected]).toEqual([true, true, true]);
    await tx.closed();
    expect(kindOf(tx.trySend(9))).toBe("disconnected");
    const received: number[] = [];
    for (let turn = 0; received.length < Math.min(3, room); turn++) {
      const result = (turn % 2 ? rx : other).tryRecv();
      if (result.ok) received.push(result.value);
    }
    expect(received).toEqual(numbers(Math.min(3, room)));
    for (const receiver of [rx, other]) expect(kindOf(await receiver.recv())).toBe("disconnected");
  });

  // 12, 78
  test("every waiting receiver ends when one of them closes the channel", async () => {
    const [, rx] = open<number>();
    const receivers = clones(rx, 3);
    const waiting = receivers.map((receiver) => receiver.recv());
    receivers[1]!.close();
    expect((await Promise.all(waiting)).map(kindOf)).toEqual(["disconnected", "disconnected", "disconnected"]);
  });

  // 12, 112
  test("each receiver has one receive at a time whatever its clones do", async () => {
    const [tx, rx] = open<number>();
    const other = rx.clone();
    const [first, second] = [rx.recv(), other.recv()];
    expect(await rejection(rx.recv())).toBeInstanceOf(OverlappingRecvError);
    expect(await rejection(other.iter().next())).toBeInstanceOf(OverlappingRecvError);
    expect(kindOf(rx.clone().tryRecv())).toBe("empty");
    tx.trySend(1);
    tx.trySend(2);
    expect(await first).toStrictEqual(ok(1));
    expect(await second).toStrictEqual(ok(2));
  });

  // 12, 110
  test("a dropped receiver refuses to be cloned and to receive while its clones go on", async () => {
    const [tx, rx] = open<number>();
    const other = rx.clone();
    rx.drop();
    expect(() => rx.clone()).toThrow(UseAfterDropError);
    expect(() => rx.tryRecv()).toThrow(UseAfterDropError);
    expect(await rejection(rx.recv())).toBeInstanceOf(UseAfterDropError);
    expect([rx.length, rx.isClosed]).toEqual([0, true]);
    const received = other.recv();
    tx.trySend(1);
    expect(await received).toStrictEqual(ok(1));
  });

  // 12
  test("a clone shares what was queued before it was made", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(3).map((n) => tx.send(n));
    const clone = rx.clone().clone();
    expect(clone.length).toBe(Math.min(3, room));
    expect([clone.tryRecv(), rx.tryRecv(), clone.tryRecv()]).toStrictEqual([ok(0), ok(1), ok(2)]);
    for (const result of await Promise.all(sent)) expect(result.ok).toBe(true);
  });

  // 12, 16
  test("a receiver that can be cloned prints its name and no payload", () => {
    const [tx, rx] = open<string>();
    tx.trySend("payload");
    expect(String(rx)).toBe("[object Receiver]");
    expect(Object.keys(rx)).toEqual([]);
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ room }) => {
  // 12, 41
  test("a receive by any receiver admits the send that waits longest", async () => {
    const [tx, rx] = mpmc.syncChannel<number>(room);
    const other = rx.clone();
    for (const n of numbers(room)) tx.trySend(n);
    const waiting = [tx.send(100), tx.send(101)];
    other.tryRecv();
    expect(await isPending(waiting[0]!)).toBe(false);
    expect(await isPending(waiting[1]!)).toBe(true);
    rx.tryRecv();
    expect(await isPending(waiting[1]!)).toBe(false);
    expect(rx.length).toBe(room);
  });
});

// 47
test.each([-1, 0.5, Number.NaN, "1"])("a channel with several receivers refuses a capacity of %o", (capacity) => {
  expect(() => mpmc.syncChannel(capacity as number)).toThrow(InvalidArgumentError);
});
