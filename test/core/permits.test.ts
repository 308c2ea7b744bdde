/** Slots that are held before there is a value: one line with the sends that wait, strict, and never lost. */
import type { Permit, SyncSender } from "@pneumatic/core";
import {
  InvalidArgumentError,
  ok,
  SendError,
  SendTimeoutError,
  syncChannel,
  UseAfterDropError,
  unwrap,
} from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, RENDEZVOUS } from "../support/flavors.ts";
import { isCollected } from "../support/garbage.ts";
import { rejection } from "../support/gate.ts";
import { isPending } from "../support/pending.ts";
import { collect, kindOf, numbers } from "../support/sequence.ts";
import { installClock } from "../support/virtual-clock.ts";

/** Every free slot of `tx`, held. */
function holdAll<T>(tx: SyncSender<T>): Permit<T>[] {
  return numbers(tx.available).map(() => unwrap(tx.tryReserve()));
}

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
    const parked = [tx.send(100), tx.send(101)];
    expect(await isPending(received)).toBe(true);
    permits[0]!.send(0);
    expect(await received).toStrictEqual(ok(0));
    expect(await isPending(parked[0]!)).toBe(false);
    expect(await isPending(parked[1]!)).toBe(true);
    expect(rx.drain()).toEqual([100]);
  });

  // 83
  test("a permit dropped while a receive waits lets the next send hand over", async () => {
    const [tx, rx] = open<number>();
    const permits = holdAll(tx);
    const received = rx.recv();
    expect(kindOf(tx.trySend(9))).toBe("full");
    const parked = [tx.send(100), tx.send(101)];
    permits[0]!.drop();
    expect(await received).toStrictEqual(ok(100));
    for (const sent of parked) expect(await isPending(sent)).toBe(false);
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
    const parked = tx.send(9);
    expect(unwrap(await tx.reserveMany(0))).toHaveLength(0);
    rx.close();
    expect(kindOf(await parked)).toBe("disconnected");
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
      const parked = secondTx.reserve({ signal: controller.signal, timeout: 10 }).catch(() => undefined);
      secondTx.drop();
      if (how === "abort") controller.abort();
      else clock.advance(10);
      await parked;
      expect(secondRx.tryRecv()).toStrictEqual(ok(1));
      expect(await isPending(waitForEnd(secondRx))).toBe(false);
    },
  );
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
    expect(reason).toHaveProperty("message", expect.stringContaining("a rendezvous has no slot to hold"));
  }
  expect(() => tx.tryReserve()).toThrow(InvalidArgumentError);
  expect(() => tx.tryReserveMany(1)).toThrow(InvalidArgumentError);
  expect(unwrap(await tx.reserveMany(0))).toHaveLength(0);
  expect([tx.available, tx.capacity]).toEqual([0, 0]);
  expect(await isPending(received)).toBe(true);
  tx.trySend(1);
  expect(await received).toStrictEqual(ok(1));
});
