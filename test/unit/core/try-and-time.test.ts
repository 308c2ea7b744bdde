/** Attempts never wait and never lie; timeouts take nothing, lose nothing and are never early. */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { ok, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe.each(FLAVORS)("$name", ({ open }) => {
  // 57
  test("an attempt to receive tells empty, a value, empty and disconnected as they follow", () => {
    const [tx, rx] = open<number>();
    expect(rx.tryRecv()).toMatchObject({ ok: false, error: { kind: "empty", code: "ERR_CHANNEL_EMPTY" } });
    tx.send(1);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(kindOf(rx.tryRecv())).toBe("empty");
    tx.drop();
    expect(rx.tryRecv()).toMatchObject({
      ok: false,
      error: { kind: "disconnected", code: "ERR_CHANNEL_DISCONNECTED" },
    });
  });

  // 57
  test("an attempt to receive is empty as long as a clone lives, then disconnected", () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    for (const n of numbers(100)) tx.send(n);
    tx.drop();
    for (const n of numbers(100)) expect(rx.tryRecv()).toStrictEqual(ok(n));
    expect(kindOf(rx.tryRecv())).toBe("empty");
    clone.drop();
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 58
  test("an attempt to receive is never spuriously empty or disconnected while tasks send", async () => {
    const [first, rx] = open<number>();
    let offered = 0;
    let completed = 0;
    let received = 0;
    async function send(): Promise<void> {
      const tx = first.clone();
      for (const n of numbers(200)) {
        offered++;
        await tx.send(n);
        completed++;
        if (n % 10 === 0) await flush();
      }
      tx.drop();
    }
    const tasks = numbers(4).map(send);
    first.drop();
    for (let result = rx.tryRecv(); kindOf(result) !== "disconnected"; result = rx.tryRecv()) {
      if (result.ok) received++;
      else {
        expect(received).toBe(offered);
        await flush();
      }
    }
    await Promise.all(tasks);
    expect([offered, completed, received]).toEqual([800, 800, 800]);
  });

  // 59
  test("a value that is there wins when the timeout is 0", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const sent = tx.send(1);
    expect(await rx.recvTimeout(0)).toStrictEqual(ok(1));
    expect((await sent).ok).toBe(true);
    expect(kindOf(await rx.recvTimeout(0))).toBe("timeout");
    expect(clock.pending).toBe(0);
  });

  // 59
  test.each([1, 10, 0.5])("a receive times out after %d ms and not before", async (ms) => {
    using clock = installClock();
    const [, rx] = open<number>();
    const received = rx.recvTimeout(ms);
    clock.advance(ms - 0.25);
    expect(await isPending(received)).toBe(true);
    clock.advance(1);
    expect(await received).toMatchObject({ ok: false, error: { kind: "timeout", code: "ERR_CHANNEL_TIMEOUT" } });
  });

  // 59
  test("a receive returns early when a value comes before its timeout", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const received = rx.recvTimeout(1000);
    clock.advance(999);
    const sent = tx.send(5);
    expect(await received).toStrictEqual(ok(5));
    expect((await sent).ok).toBe(true);
  });

  // 60
  test("a channel works as before when a receive has timed out", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    for (const n of numbers(20)) {
      const missed = rx.recvTimeout(5);
      tx.clone().drop();
      clock.advance(5);
      expect(kindOf(await missed)).toBe("timeout");
      const sent = tx.send(n);
      expect(await rx.recvTimeout(5)).toStrictEqual(ok(n));
      expect((await sent).ok).toBe(true);
    }
    tx.drop();
    expect(kindOf(await rx.recvTimeout(5))).toBe("disconnected");
  });

  // 60
  test("a receive that times out beside others leaves them waiting", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const [otherTx, otherRx] = open<number>();
    const short = rx.recvTimeout(10);
    const long = otherRx.recvTimeout(20);
    clock.advance(10);
    expect(kindOf(await short)).toBe("timeout");
    expect(await isPending(long)).toBe(true);
    otherTx.trySend(1);
    expect(await long).toStrictEqual(ok(1));
    tx.drop();
  });

  // 62
  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 40])("a receive waits when its timeout is %d ms", async (ms) => {
    using clock = installClock();
    const [, rx] = open<number>();
    const received = rx.recvTimeout(ms);
    clock.advance(ms - 1);
    expect(await isPending(received)).toBe(true);
    clock.advance(1);
    expect(kindOf(await received)).toBe("timeout");
  });

  // 62
  test.each([Number.POSITIVE_INFINITY, undefined])(
    "a receive waits for ever when its timeout is %s",
    async (timeout) => {
      using clock = installClock();
      const [tx, rx] = open<number>();
      const received = rx.recv({ timeout });
      clock.advance(2 ** 45);
      expect(await isPending(received)).toBe(true);
      expect(clock.pending).toBe(0);
      tx.trySend(1);
      expect(await received).toStrictEqual(ok(1));
    },
  );
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 43
  test("a send with a timeout completes when there is room or a receive waits", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const received = rx.recv();
    expect(await tx.sendTimeout(0, 0)).toStrictEqual(ok(undefined));
    expect(await received).toStrictEqual(ok(0));
    for (const n of numbers(room)) expect(await tx.sendTimeout(n, 0)).toStrictEqual(ok(undefined));
    expect(clock.pending).toBe(0);
  });

  // 43
  test("a send with a timeout returns its value when nobody makes room in time", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    expect(await tx.sendTimeout(97, 0)).toMatchObject({ ok: false, error: { kind: "timeout", value: 97 } });
    const sent = tx.sendTimeout(98, 10);
    clock.advance(9);
    expect(await isPending(sent)).toBe(true);
    clock.advance(1);
    expect(await sent).toMatchObject({
      ok: false,
      error: { kind: "timeout", code: "ERR_CHANNEL_TIMEOUT", value: 98 },
    });
    expect([...rx.tryIter()]).toEqual(numbers(room));
  });

  // 43
  test("a send with a timeout completes when room comes in time", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const sent = tx.sendTimeout(99, 10);
    clock.advance(9);
    const first = rx.tryRecv();
    clock.advance(100);
    expect(await sent).toStrictEqual(ok(undefined));
    expect([unwrap(first), ...rx.tryIter()]).toEqual([...numbers(room), 99]);
  });

  // 43
  test("a send with a timeout says disconnected when the receiver goes first", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const sent = tx.sendTimeout(99, 10);
    clock.advance(9);
    rx.drop();
    expect(await sent).toMatchObject({ ok: false, error: { kind: "disconnected", value: 99 } });
  });

  // 62
  test("a send waits when its timeout is longer than a timer can be", async () => {
    using clock = installClock();
    const [tx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const sent = tx.sendTimeout(99, 2 ** 33);
    clock.advance(2 ** 33 - 1);
    expect(await isPending(sent)).toBe(true);
    clock.advance(1);
    expect(kindOf(await sent)).toBe("timeout");
  });

  // 61
  test.each([
    ["sender", 1, 5],
    ["receiver", 5, 1],
    ["both", 2, 2],
  ])("timed loops lose nothing when patience is short at the %s", async (_, sendMs, recvMs) => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    const loops = Promise.all([sendPatiently(tx, 200, sendMs, clock), receivePatiently(rx, recvMs, clock)]);
    const done = loops.then(() => true);
    for (let turns = 0; !(await Promise.race([done, flush()])); turns++) {
      clock.advance(1);
      if (turns > 10_000) expect.fail("the loops do not end");
    }
    const [sendsExpired, [received, receivesExpired]] = await loops;
    expect(received).toEqual(numbers(200));
    expect(sendsExpired + receivesExpired).toBeGreaterThan(10);
    expect(clock.pending).toBe(0);
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 54
  test("an expired send frees its turn for the send behind it", async () => {
    using clock = installClock();
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const expiring = tx.sendTimeout(98, 5);
    const patient = tx.send(99);
    clock.advance(5);
    expect(kindOf(await expiring)).toBe("timeout");
    expect([...rx.tryIter()]).toEqual([...numbers(room), 99]);
    expect((await patient).ok).toBe(true);
  });
});

/** Some values come late, so that the receiver runs into its timeout. Tells how often a send did. */
async function sendPatiently(tx: SyncSender<number>, count: number, ms: number, clock: VirtualClock): Promise<number> {
  let expired = 0;
  for (const n of numbers(count)) {
    if (n % 3 === 0) await pause(clock, 3);
    while (!(await tx.sendTimeout(n, ms)).ok) expired++;
  }
  tx.drop();
  return expired;
}

/** Is late after some values, so that the sender runs into its timeout. Tells how often a receive did. */
async function receivePatiently(rx: Receiver<number>, ms: number, clock: VirtualClock): Promise<[number[], number]> {
  const received: number[] = [];
  let expired = 0;
  for (;;) {
    const result = await rx.recvTimeout(ms);
    if (result.ok) received.push(result.value);
    else if (result.error.kind === "disconnected") return [received, expired];
    else expired++;
    if (received.length % 4 === 3) await pause(clock, 4);
  }
}

function pause(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms));
}
