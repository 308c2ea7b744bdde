/** What is over is let go: the garbage collector may have every value, waiter and closure that nobody needs. */
import type { Receiver } from "@pneumatic/core";
import { channel, select, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import type { EitherSender } from "../../support/flavors.ts";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { bytesInUse, isCollected, isHeld } from "../../support/garbage.ts";
import { flush } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

/** Sends fresh objects that only the channel knows from then on. */
function sendFresh(tx: EitherSender<object>, count: number): WeakRef<object>[] {
  return numbers(count).map((n) => {
    const value = { n };
    void tx.send(value);
    return new WeakRef(value);
  });
}

/** A reference to a promise that only whoever is to settle it knows from then on. */
function watch(promise: Promise<unknown>): WeakRef<object> {
  promise.catch(() => {});
  return new WeakRef(promise);
}

/** Called after the last look at the collector, so that what must not be the reason is alive until then. */
function stillHeld(...held: readonly unknown[]): void {
  expect(held).not.toContain(undefined);
}

function takeWithoutLooking(rx: Receiver<unknown>, count: number): void {
  for (let taken = 0; taken < count; taken++) if (!rx.tryRecv().ok) expect.fail("nothing to take");
}

describe.each(FLAVORS)("$name", ({ open }) => {
  // 115
  test("a value is let go when it was received though others are still queued", async () => {
    const [tx, rx] = open<object>();
    const values = sendFresh(tx, 20);
    expect(await isHeld(...values.slice(0, 1))).toBe(true);
    takeWithoutLooking(rx, 15);
    expect(await isCollected(...values.slice(0, 15))).toBe(true);
    expect(await isHeld(...values.slice(15, 16))).toBe(true);
    takeWithoutLooking(rx, 5);
    expect(await isCollected(...values)).toBe(true);
    stillHeld(tx, rx);
  });

  // 115
  test("a value is let go when a waiting receive got it", async () => {
    const [tx, rx] = open<object>();
    const received = watch(rx.recv());
    const values = sendFresh(tx, 1);
    expect(await isCollected(received, ...values)).toBe(true);
    stillHeld(tx, rx);
  });

  // 30
  test("values are let go when the receiver is dropped though senders live", async () => {
    const [tx, rx] = open<object>();
    const values = sendFresh(tx, 20);
    await flush();
    rx.drop();
    expect(await isCollected(...values)).toBe(true);
    stillHeld(tx, rx);
  });

  // 31
  test("a value that is sent after the receiver was dropped is let go", async () => {
    const [tx, rx] = open<object>();
    rx.drop();
    const values = sendFresh(tx, 20);
    expect(await isCollected(...values)).toBe(true);
    stillHeld(tx, rx);
  });

  // 33, 115
  test.each([
    ["its receiver is dropped", (_tx: EitherSender<object>, rx: Receiver<object>) => rx.drop()],
    ["its receiver is closed", (_tx: EitherSender<object>, rx: Receiver<object>) => rx.close()],
    ["the last sender is dropped", (tx: EitherSender<object>) => tx.drop()],
    ["a value comes", (tx: EitherSender<object>) => void tx.trySend({})],
  ])("a waiting receive is let go when %s", async (_, end) => {
    const [tx, rx] = open<object>();
    const received = watch(rx.recv());
    expect(await isHeld(received)).toBe(true);
    end(tx, rx);
    expect(await isCollected(received)).toBe(true);
    stillHeld(tx, rx);
  });

  // 115
  test("a receive is let go when it was aborted or timed out though its signal and clock live", async () => {
    using clock = installClock();
    const { controller, signal } = longLived();
    const [tx, rx] = open<object>();
    const expired = watch(rx.recv({ signal, timeout: 10 }));
    clock.advance(10);
    const left = watchNext(rx, signal);
    const aborted = watch(rx.recv({ signal, timeout: 10 }));
    controller.abort();
    expect(await isCollected(expired, aborted, ...left)).toBe(true);
    stillHeld(tx, rx, signal, clock);
  });

  // 115
  test("a wait for the receiver's end is let go when it was aborted", async () => {
    const { controller, signal } = longLived();
    const [tx, rx] = open<object>();
    const aborted = watch(tx.closed({ signal }));
    const waiting = watch(tx.closed());
    controller.abort();
    expect(await isCollected(aborted)).toBe(true);
    expect(await isHeld(waiting)).toBe(true);
    rx.close();
    expect(await isCollected(waiting)).toBe(true);
    stillHeld(tx, rx);
  });

  // 115
  test("a dropped sender holds nothing when the rest of its channel is gone", async () => {
    const [tx, values] = (() => {
      const [sender] = open<object>();
      const clone = sender.clone();
      const sent = sendFresh(clone, 3);
      clone.drop();
      sender.drop();
      return [[sender, clone], sent] as const;
    })();
    expect(await isCollected(...values)).toBe(true);
    stillHeld(tx);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 115
  test("a waiting send is let go with its value when it was aborted or timed out", async () => {
    using clock = installClock();
    const { controller, signal } = longLived();
    const [tx, rx] = open<object>();
    sendFresh(tx, room);
    const waiting = numbers(3).map((n) => {
      const value = { n };
      const sent = n === 1 ? tx.sendTimeout(value, 10) : tx.send(value, { signal, timeout: 20 });
      return [watch(sent), new WeakRef(value)];
    });
    expect(await isHeld(...(waiting[0] ?? []))).toBe(true);
    clock.advance(10);
    expect(await isCollected(...(waiting[1] ?? []))).toBe(true);
    controller.abort();
    expect(await isCollected(...waiting.flat())).toBe(true);
    stillHeld(tx, rx, signal, clock);
  });

  // 115
  test("a waiting send is let go when it was accepted though others are still waiting", async () => {
    const [tx, rx] = open<object>();
    sendFresh(tx, room);
    const waiting = numbers(3).map(() => watch(tx.send({})));
    takeWithoutLooking(rx, 1);
    expect(await isCollected(...waiting.slice(0, 1))).toBe(true);
    expect(await isHeld(...waiting.slice(1, 2))).toBe(true);
    takeWithoutLooking(rx, 2);
    expect(await isCollected(...waiting)).toBe(true);
    stillHeld(tx, rx);
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 115
  test("a reservation is let go when it was granted, aborted or timed out though others still wait", async () => {
    using clock = installClock();
    const { controller, signal } = longLived();
    const [tx, rx] = open<object>();
    sendFresh(tx, room);
    const kept: unknown[] = [];
    const granted = watch(tx.reserve().then((permit) => kept.push(permit)));
    const aborted = watch(tx.reserve({ signal }));
    const expired = watch(tx.reserveMany(room, { timeout: 10 }));
    const waiting = watch(tx.reserve());
    expect(await isHeld(granted, aborted, expired)).toBe(true);
    takeWithoutLooking(rx, 1);
    controller.abort();
    clock.advance(10);
    expect(await isCollected(granted, aborted, expired)).toBe(true);
    expect(await isHeld(waiting)).toBe(true);
    expect(kept).toHaveLength(1);
    stillHeld(tx, rx, signal, clock);
  });

  // 115
  test("a used permit holds neither its channel nor its value", async () => {
    const [permit, channelOf, values] = (() => {
      const [tx, rx] = open<object>();
      const reserved = tx.tryReserve();
      if (!reserved.ok) expect.fail("full");
      const value = {};
      reserved.value.send(value);
      tx.drop();
      return [reserved.value, new WeakRef(rx), new WeakRef(value)] as const;
    })();
    expect(await isCollected(channelOf, values)).toBe(true);
    stillHeld(permit);
  });
});

// 15
test("memory stays as it is when a select waits and wins a hundred thousand times", async () => {
  const [tx, rx] = channel<number>();
  const [other, loser] = syncChannel<number>(1);
  async function rounds(count: number): Promise<void> {
    for (const n of numbers(count)) {
      const selected = select({ rx, loser });
      tx.send(n);
      if (!(await selected).result.ok) expect.fail("nothing came");
    }
  }
  await rounds(1000);
  const before = await bytesInUse();
  await rounds(100_000);
  const growth = (await bytesInUse()) - before;
  expect(growth / 1024).toBeLessThan(1000);
  expect([tx.length, other.trySend(1).ok, loser.tryRecv().ok]).toEqual([0, true, true]);
});

// 30, 115
test("a sender holds no value when it was kept after the receiver was dropped in the middle of a queue", async () => {
  const [tx, rx] = channel<object>();
  const values = sendFresh(tx, 100);
  takeWithoutLooking(rx, 50);
  rx.drop();
  expect(await isCollected(...values)).toBe(true);
  stillHeld(tx, rx);
});

// 115, L21: a list of blocks that grows while the queue is never empty
test("memory follows the length when a queue is never empty", async () => {
  const [tx, rx] = channel<object>();
  const first = sendFresh(tx, 10_000);
  takeWithoutLooking(rx, 9999);
  const waves: WeakRef<object>[] = [];
  for (const _ of numbers(50)) {
    waves.push(...sendFresh(tx, 100));
    takeWithoutLooking(rx, 100);
  }
  expect(await isCollected(...first, ...waves.slice(0, -1))).toBe(true);
  stillHeld(tx, rx);
});

// 115
test.each([
  ["drained", 0, 2],
  ["drained to one value", 1, 20],
])("memory of a burst is given back when the queue is %s", async (_, rest, kilobytes) => {
  const ends = numbers(100).map(() => channel<number>());
  const before = await bytesInUse();
  for (const [tx, rx] of ends) {
    for (let n = 0; n < 10_000; n++) tx.send(n);
    for (let taken = rest; taken < 10_000; taken++) rx.tryRecv();
  }
  const growth = (await bytesInUse()) - before;
  expect(growth / ends.length / 1024).toBeLessThan(kilobytes);
  for (const [tx, rx] of ends) expect([tx.length, rx.length]).toEqual([rest, rest]);
});

// 115
test("a receive is let go with its value when that came though its signal is waited on elsewhere", async () => {
  const { controller, signal } = longLived();
  const [sender, rx] = syncChannel<object>(0);
  const held = rx.recv({ signal }).catch((reason) => reason);
  const [tx, other] = syncChannel<object>(0);
  const received = watch(other.recv({ signal }));
  expect(await isHeld(received)).toBe(true);
  const values = sendFresh(tx, 1);
  expect(await isCollected(received, ...values)).toBe(true);
  controller.abort("aborted");
  expect(await held).toBe("aborted");
  stillHeld(sender, tx, other);
});

function longLived(): { readonly controller: AbortController; readonly signal: AbortSignal } {
  const controller = new AbortController();
  return { controller, signal: controller.signal };
}

/** A step that waited, and its iterator, which was left. */
function watchNext(rx: Receiver<object>, signal: AbortSignal): WeakRef<object>[] {
  const values = rx.iter({ signal });
  const next = watch(values.next());
  void values.return?.();
  return [next, new WeakRef(values)];
}
