/** Permits keep a channel open as senders do, and may still send when it is closed. */
import type { Permit } from "@pneumatic/core";
import { ok, SendError, syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS } from "../../support/flavors.ts";
import { isCollected } from "../../support/garbage.ts";
import { isPending } from "../../support/pending.ts";
import { holdAll } from "../../support/permits.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 79
  test("sends and reservations that wait fail at close while permits may still send", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const waiting = [tx.send(100), tx.reserve(), tx.reserveMany(room)];
    rx.close();
    expect((await Promise.all(waiting)).map(kindOf)).toEqual(["disconnected", "disconnected", "disconnected"]);
    expect(kindOf(tx.tryReserve())).toBe("disconnected");
    expect(kindOf(await tx.reserve())).toBe("disconnected");
    expect(kindOf(tx.trySend(9))).toBe("disconnected");
    const collected = collect(rx);
    for (const [n, permit] of permits.entries()) {
      expect(await isPending(collected)).toBe(true);
      expect(permit.send(n)).toStrictEqual(ok(undefined));
    }
    expect(await collected).toEqual(numbers(room));
  });

  // 79, 76
  test("a slot that is given back after close goes to nobody", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const reserved = tx.reserve();
    rx.close();
    for (const permit of permits) permit.drop();
    expect(kindOf(await reserved)).toBe("disconnected");
    expect(kindOf(tx.trySend(1))).toBe("disconnected");
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 36, 79
  test("a wait for the receiver's end is over at close though permits may still send", async () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    const closed = tx.closed();
    rx.close();
    await closed;
    await tx.closed();
    expect([tx.isDisconnected, rx.isClosed]).toEqual([true, true]);
    permit.send(1);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
  });

  // 81
  test("an attempt to receive after close is empty while a permit lives and then disconnected", () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    rx.close();
    for (const permit of permits) {
      expect(kindOf(rx.tryRecv())).toBe("empty");
      permit.drop();
    }
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 81
  test("an attempt to receive after close is disconnected when the value of the last permit was taken", () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    rx.close();
    expect(kindOf(rx.tryRecv())).toBe("empty");
    permit.send(1);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });

  // 25, 85
  test("a permit keeps the channel open when every sender is dropped", async () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    tx.drop();
    expect(rx.isClosed).toBe(false);
    expect(kindOf(rx.tryRecv())).toBe("empty");
    const received = rx.recv();
    expect(await isPending(received)).toBe(true);
    permit.send(1);
    expect(await received).toStrictEqual(ok(1));
    expect(rx.isClosed).toBe(true);
    expect(kindOf(await rx.recv())).toBe("disconnected");
  });

  // 21, 85
  test.each(["drop", "using"] as const)(
    "a receive that waits for the last permit ends when that is given up by %s",
    async (how) => {
      const [tx, rx] = open<number>();
      const permit = unwrap(tx.tryReserve());
      tx.drop();
      const received = rx.recv();
      if (how === "drop") permit.drop();
      else {
        using _scoped = permit;
      }
      expect(kindOf(await received)).toBe("disconnected");
    },
  );

  // 85, 89
  test("a weak sender upgrades through a permit and never after the last one", async () => {
    const [tx, rx] = open<number>();
    const weak = tx.downgrade();
    const permits = holdAll(tx);
    tx.drop();
    const upgraded = weak.upgrade();
    expect(upgraded?.isDisconnected).toBe(false);
    for (const [n, permit] of permits.entries()) permit.send(n);
    expect(rx.isClosed).toBe(false);
    upgraded?.drop();
    expect(rx.isClosed).toBe(true);
    expect(weak.upgrade()).toBeUndefined();
    expect(await collect(rx)).toEqual(numbers(room));
  });

  // 85, 89
  test.each(["send", "drop"] as const)("a weak sender upgrades no more when the last permit ended by %s", (end) => {
    const [tx] = open<number>();
    const weak = tx.downgrade();
    const permit = unwrap(tx.tryReserve());
    tx.drop();
    permit[end](1 as never);
    expect(weak.upgrade()).toBeUndefined();
  });

  // 86
  test("a permit gives its value back when the receiver is gone", async () => {
    const [tx, rx] = open<{ id: number }>();
    const permits = holdAll(tx);
    const value = { id: 1 };
    rx.drop();
    const sent = permits[0]!.send(value);
    expect(sent).toHaveProperty("error", expect.any(SendError));
    expect(!sent.ok && sent.error.value).toBe(value);
    for (const permit of permits.slice(1)) permit.drop();
    expect([tx.length, tx.available, tx.isDisconnected]).toEqual([0, room, true]);
    expect(kindOf(tx.tryReserve())).toBe("disconnected");
  });

  // 86, 81
  test("a permit gives its value back when the receiver closed and then dropped", () => {
    const [tx, rx] = open<number>();
    const permit = unwrap(tx.tryReserve());
    rx.close();
    rx.drop();
    expect(permit.send(1)).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
  });

  // 31, 86, 115
  test("a value that a permit sends after the receiver was dropped is let go", async () => {
    const [tx, rx] = open<object>();
    const permit = unwrap(tx.tryReserve());
    rx.drop();
    const value = (() => {
      const object = {};
      permit.send(object);
      return new WeakRef(object);
    })();
    expect(await isCollected(value)).toBe(true);
    expect([tx, permit]).toHaveLength(2);
  });

  // 28, 86
  test("reservations that wait fail when the receiver is dropped", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const waiting = [tx.reserve(), tx.reserveMany(room, { timeout: 1000 }), tx.reserveMany(1)];
    rx.drop();
    for (const result of await Promise.all(waiting)) {
      expect(result).toMatchObject({ ok: false, error: { kind: "disconnected", value: undefined } });
    }
    for (const permit of permits) permit.drop();
  });

  // 20, 85
  test("a permit outlives the clone that reserved it and counts for all of them", async () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    const permit = unwrap(await clone.reserve());
    clone.drop();
    expect(tx.available).toBe(room - 1);
    const other = tx.clone();
    tx.drop();
    other.drop();
    expect(rx.isClosed).toBe(false);
    permit.send(1);
    expect(await collect(rx)).toEqual([1]);
  });

  // 25, 85, 89
  test("a reservation that waits keeps the channel open as the permit does that it becomes", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const weak = tx.downgrade();
    const reserved = tx.reserve();
    tx.drop();
    expect(rx.isClosed).toBe(false);
    weak.upgrade()?.drop();
    expect(rx.isClosed).toBe(false);
    rx.tryRecv();
    const permit = unwrap(await reserved);
    expect(rx.isClosed).toBe(false);
    const upgraded = weak.upgrade();
    expect(upgraded?.isDisconnected).toBe(false);
    permit.drop();
    expect(upgraded?.trySend(100)).toStrictEqual(ok(undefined));
    upgraded?.drop();
    expect(rx.isClosed).toBe(true);
    expect(weak.upgrade()).toBeUndefined();
    expect(await collect(rx)).toEqual([...numbers(room).slice(1), 100]);
  });

  // 85, 89
  test.each(["abort", "close"] as const)(
    "a channel without senders closes when its last reservation ends by %s",
    async (how) => {
      const controller = new AbortController();
      const [tx, rx] = open<number>();
      for (const n of numbers(room)) tx.trySend(n);
      const weak = tx.downgrade();
      const reserved = tx.reserveMany(room, { signal: controller.signal }).catch(() => undefined);
      tx.drop();
      expect(rx.isClosed).toBe(false);
      if (how === "abort") controller.abort();
      else rx.close();
      expect(rx.isClosed).toBe(true);
      expect(weak.upgrade()).toBeUndefined();
      const result = await reserved;
      if (how === "close") expect(kindOf(result!)).toBe("disconnected");
      expect(await collect(rx)).toEqual(numbers(room));
    },
  );
});

type Give = (permit: Permit<number>, rest: Iterable<Permit<number>> & Disposable & { drop(): void }) => void;

const LAST_PERMITS: Record<string, Give> = {
  "are dropped one by one": (permit, rest) => {
    permit.drop();
    for (const each of rest) each.drop();
  },
  "are dropped together": (permit, rest) => {
    permit.drop();
    rest.drop();
  },
  "go out of scope": (permit, rest) => {
    using _permit = permit;
    using _rest = rest;
  },
  "have sent": (permit, rest) => {
    permit.send(0);
    for (const each of rest) each.send(0);
  },
  "have sent in part": (permit, rest) => {
    const [first] = rest;
    first?.send(0);
    rest.drop();
    permit.drop();
  },
};

const ENDS: Record<string, (rx: ReturnType<typeof syncChannel<number>>[1]) => Promise<unknown>> = {
  receive: async (rx) => {
    while ((await rx.recv()).ok);
  },
  iteration: (rx) => collect(rx),
  batch: async (rx) => {
    while ((await rx.recvMany([], 10)) > 0);
  },
};

describe.each(Object.entries(ENDS))("a waiting %s", (_end, waitForEnd) => {
  // 80
  test.each(Object.entries(LAST_PERMITS))(
    "a closed receiver that waits ends when the last permits %s",
    async (_how, give) => {
      const [tx, rx] = syncChannel<number>(3);
      const permit = unwrap(await tx.reserve());
      const rest = unwrap(await tx.reserveMany(2));
      const ended = waitForEnd(rx);
      const failing = [tx.reserve(), tx.reserveMany(2)];
      rx.close();
      for (const result of failing) expect(kindOf(await result)).toBe("disconnected");
      expect(await isPending(ended)).toBe(true);
      give(permit, rest);
      expect(await isPending(ended)).toBe(false);
      expect(kindOf(rx.tryRecv())).toBe("disconnected");
    },
  );

  // 80, 113
  test.each(["abort", "timeout"] as const)(
    "a receiver without senders ends when the last waiting reservation ends by %s",
    async (how) => {
      using clock = installClock();
      const controller = new AbortController();
      const [tx, rx] = syncChannel<number>(2);
      const permit = unwrap(await tx.reserve());
      const reserved = tx.reserveMany(2, { signal: controller.signal, timeout: 10 }).catch(() => undefined);
      tx.drop();
      const ended = waitForEnd(rx);
      permit.drop();
      const granted = unwrap((await reserved)!);
      expect(await isPending(ended)).toBe(true);
      granted.drop();
      expect(await isPending(ended)).toBe(false);

      const [secondTx, secondRx] = syncChannel<number>(1);
      secondTx.trySend(1);
      const waiting = secondTx.reserve({ signal: controller.signal, timeout: 10 }).catch(() => undefined);
      secondTx.drop();
      if (how === "abort") controller.abort();
      else clock.advance(10);
      await waiting;
      expect(secondRx.tryRecv()).toStrictEqual(ok(1));
      expect(await isPending(waitForEnd(secondRx))).toBe(false);
    },
  );
});
