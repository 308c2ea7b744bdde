/** An end that was forgotten is dropped when it is collected, and a lost sender is reported; what is in use is not lost. */
import type { MpmcReceiver, Receiver, SyncSender } from "@pneumatic/core";
import {
  channel,
  mpmc,
  ok,
  oneshot,
  select,
  syncChannel,
  toReadableStream,
  toWritableStream,
  unwrap,
} from "@pneumatic/core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { EitherSender } from "../../support/flavors.ts";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isCollected, isHeld } from "../../support/garbage.ts";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";

const TURNS = 5;
const warnings: unknown[][] = [];

/** Other files share this process: the ends that they have lost are collected before this file counts its own. */
beforeAll(async () => {
  vi.spyOn(process, "emitWarning").mockReturnValue();
  for (const _ of numbers(TURNS)) await lose(() => ({}));
  vi.restoreAllMocks();
});

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation((...warning) => void warnings.push(warning));
});

afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

/** Forgets what `make` made, and waits until that was collected and seen to. */
async function lose(make: () => WeakKey | readonly WeakKey[]): Promise<void> {
  const lost = [make()].flat().map((end) => new WeakRef(end));
  expect(await isCollected(...lost)).toBe(true);
  for (const _ of numbers(TURNS)) await flush();
}

function warningOf(what: string): unknown[] {
  return [expect.stringContaining(`A ${what} was lost without drop()`), "PneumaticWarning", "ERR_CHANNEL_LOST_SENDER"];
}

/** How an end is dropped properly. */
type DroppedBy = [string, (tx: EitherSender<number>, rx: Receiver<unknown>) => unknown];

describe.each(FLAVORS)("$name", ({ open, room }) => {
  const what = room === Number.POSITIVE_INFINITY ? "Sender" : "SyncSender";

  // 21: the backstop
  test("a receive that waits ends when the only sender is lost, which is reported once", async () => {
    let made: ReturnType<typeof open<number>> | undefined = open<number>();
    const [, rx] = made;
    const received = rx.recv();
    await lose(() => {
      const [tx] = made as NonNullable<typeof made>;
      made = undefined;
      return tx;
    });
    expect(kindOf(await received)).toBe("disconnected");
    expect(warnings).toEqual([warningOf(what)]);
  });

  // 20: the backstop
  test("a channel stays open when one of two senders is lost", async () => {
    const [tx, rx] = open<number>();
    await lose(() => tx.clone());
    const received = rx.recv();
    expect([rx.isClosed, await isPending(received)]).toEqual([false, true]);
    tx.drop();
    expect(kindOf(await received)).toBe("disconnected");
    expect(warnings).toEqual([warningOf(what)]);
  });

  // 18: the backstop
  test("what a lost sender has sent is still received", async () => {
    const rx = await lostAfterSending();
    if (room > 0) expect(unwrap(await rx.recv())).toBe(1);
    expect(kindOf(await rx.recv())).toBe("disconnected");

    async function lostAfterSending(): Promise<Receiver<number>> {
      const ends = [open<number>()];
      const receiver = ends[0]?.[1] as Receiver<number>;
      await lose(() => {
        const [tx] = ends.pop() as (typeof ends)[0];
        tx.trySend(1);
        return tx;
      });
      return receiver;
    }
  });

  // 27: the backstop
  test("senders fail when the receiver is lost, and nobody hears of that", async () => {
    const tx = await (async () => {
      const ends = [open<number>()];
      const sender = ends[0]?.[0];
      await lose(() => (ends.pop() as (typeof ends)[0])[1]);
      return sender as NonNullable<typeof sender>;
    })();
    expect(tx.isDisconnected).toBe(true);
    expect(kindOf(tx.trySend(1))).toBe("disconnected");
    await tx.closed();
    expect(warnings).toEqual([]);
  });

  // Design 4: the backstop
  test.each<DroppedBy>([
    ["it was dropped", (tx) => tx.drop()],
    ["it was disposed", (tx) => tx[Symbol.dispose]()],
    ["its receiver was dropped", (_tx, rx) => rx.drop()],
    ["its receiver was closed", (_tx, rx) => rx.close()],
  ])("a lost sender is not reported when %s", async (_, before) => {
    const [tx, rx] = open();
    before(tx, rx);
    const held = [rx];
    await lose(() => open()[0].clone());
    warnings.length = 0;
    await lose(() => {
      const [lost, end] = open();
      before(lost, end);
      held.push(end);
      return lost;
    });
    expect(held).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  // Design 4: the backstop
  test("a lost channel is not reported when both of its ends are lost together", async () => {
    await lose(() => {
      const [tx, rx] = open<number>();
      tx.trySend(1);
      return [tx, tx.clone(), rx, rx.iter()];
    });
    expect(warnings).toEqual([]);
  });

  // Design 4: the backstop
  test("a sender and a receiver are kept as long as somebody has them", async () => {
    const [tx, rx] = open<number>();
    const clone = tx.clone();
    const weak = tx.downgrade();
    expect(await isHeld(new WeakRef(tx), new WeakRef(rx), new WeakRef(clone))).toBe(true);
    for (const _ of numbers(TURNS)) await flush();
    expect([tx.isDisconnected, clone.isDisconnected, rx.isClosed, warnings]).toEqual([false, false, false, []]);
    expect(weak.upgrade()).toBeDefined();
  });

  // 66: the backstop
  test.each<[string, (rx: Receiver<number>) => { take(): Promise<unknown> | unknown }]>([
    ["is iterated", (rx) => iteration(rx.iter())],
    ["is iterated without waiting", (rx) => withoutWaiting(rx.tryIter())],
    ["has a receive pending", (rx) => settled(rx.recv().then(unwrap))],
    ["has a receive with a timeout pending", (rx) => settled(rx.recvTimeout(60_000).then(unwrap))],
    ["has a batch pending", (rx) => settled(batch(rx))],
    ["has a step of an iteration pending", (rx) => settled(rx.iter().next().then(valueIn))],
    ["is waited on by a select", (rx) => settled(select({ rx }).then(({ result }) => unwrap(result)))],
    ["is read as a stream", (rx) => settled(toReadableStream(rx).getReader().read().then(valueIn))],
    ["is a stream that nobody has read", (rx) => stream(toReadableStream(rx))],
  ])("a receiver that nobody holds is not lost while it %s", async (_, use) => {
    const ends = [open<number>()];
    const tx = ends[0]?.[0] as ReturnType<typeof open<number>>[0];
    const user = (() => use((ends.pop() as (typeof ends)[0])[1]))();
    expect(await isHeld(new WeakRef(user))).toBe(true);
    for (const _ of numbers(TURNS)) await flush();
    expect(tx.isDisconnected).toBe(false);
    void tx.send(5);
    expect(await user.take()).toBe(5);
  });
});

/** What goes on, without a way back to the receiver. */
function settled(promise: Promise<unknown>): { take(): Promise<unknown> } {
  return { take: () => promise };
}

function iteration(values: AsyncIterator<unknown>): { take(): Promise<unknown> } {
  return { take: async () => (await values.next()).value };
}

function withoutWaiting(values: Iterator<unknown>): { take(): unknown } {
  return { take: () => values.next().value };
}

function stream(values: ReadableStream<unknown>): { take(): Promise<unknown> } {
  return { take: async () => (await values.getReader().read()).value };
}

function valueIn({ value }: { value?: unknown }): unknown {
  return value;
}

async function batch(rx: Receiver<number>): Promise<unknown> {
  const into: number[] = [];
  await rx.recvMany(into, 5);
  return into[0];
}

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 28: the backstop
  test("sends that wait fail, each with its value, when the receiver is lost", async () => {
    const ends = [open<number>()];
    const tx = ends[0]?.[0] as SyncSender<number>;
    for (const n of numbers(room)) tx.trySend(n);
    const sends = numbers(3).map((n) => tx.send(n + 50));
    await lose(() => (ends.pop() as (typeof ends)[0])[1]);
    for (const [n, sent] of sends.entries()) {
      expect(await sent).toMatchObject({ ok: false, error: { kind: "disconnected", value: 50 + n } });
    }
  });
});

// 80: the backstop
test("a lost permit gives its slot to who waits for one, and is reported", async () => {
  const [tx, rx] = syncChannel<number>(1);
  await lose(() => unwrap(tx.tryReserve()));
  expect(tx.available).toBe(1);
  expect(warnings).toEqual([warningOf("Permit")]);
  const permits = [unwrap(tx.tryReserve())];
  const sent = tx.send(1);
  expect(await isPending(sent)).toBe(true);
  await lose(() => permits.pop() as object);
  expect(kindOf(await sent)).toBe("ok");
  expect(rx.drain()).toEqual([1]);
});

// 80: the backstop
test("lost permits wake the receiver of a closed channel", async () => {
  const [tx, rx] = syncChannel<number>(3);
  const held = [unwrap(tx.tryReserveMany(3))];
  held[0]?.[0]?.send(1);
  rx.close();
  expect(await rx.recv()).toStrictEqual(ok(1));
  const received = rx.recv();
  expect(await isPending(received)).toBe(true);
  await lose(() => held.pop() as object);
  expect(kindOf(await received)).toBe("disconnected");
});

// Design 4: the backstop
test("a permit that was used or dropped is not given up again when it is collected", async () => {
  const [tx, rx] = syncChannel<number>(2);
  await lose(() => {
    const permits = unwrap(tx.tryReserveMany(2));
    permits[0]?.send(1);
    permits[1]?.drop();
    return permits;
  });
  expect([tx.available, rx.length, rx.isClosed, warnings]).toEqual([1, 1, false, []]);
});

// Design 4: the backstop
test("a lost sender of a oneshot disconnects its receiver, and is reported unless it has sent", async () => {
  const receivers = numbers(2).map(() => oneshot<number>());
  const [unsent, sent] = receivers.map(([, rx]) => rx) as [(typeof receivers)[0][1], (typeof receivers)[0][1]];
  const received = unsent.recv();
  receivers[1]?.[0].send(1);
  await lose(() => receivers.splice(0).map(([tx]) => tx));
  expect(kindOf(await received)).toBe("disconnected");
  expect([await sent.recv(), kindOf(await sent.recv())]).toEqual([ok(1), "disconnected"]);
  expect(warnings).toEqual([warningOf("OneshotSender")]);
});

// Design 4: the backstop
test("a lost receiver of a oneshot tells its sender", async () => {
  const ends = [oneshot<number>()];
  const tx = ends[0]?.[0] as (typeof ends)[0][0];
  const closed = tx.closed();
  await lose(() => (ends.pop() as (typeof ends)[0])[1]);
  await closed;
  expect(tx.isDisconnected).toBe(true);
});

// 12: the backstop
test("a lost clone of a receiver leaves the channel to the others, and the last one closes it", async () => {
  const ends = [mpmc.channel<number>()];
  const tx = ends[0]?.[0] as (typeof ends)[0][0];
  tx.send(1);
  await lose(() => (ends[0] as (typeof ends)[0])[1].clone());
  expect([tx.isDisconnected, tx.length]).toEqual([false, 1]);
  await lose(() => (ends.pop() as (typeof ends)[0])[1]);
  expect([tx.isDisconnected, tx.length, warnings]).toEqual([true, 0, []]);
});

// 12: the backstop
test("a dropped clone of a receiver is not given up again when it is collected", async () => {
  const [tx, rx] = mpmc.channel<number>();
  await lose(() =>
    numbers(3).map((): MpmcReceiver<number> => {
      const clone = rx.clone();
      clone.drop();
      return clone;
    }),
  );
  expect(tx.isDisconnected).toBe(false);
  rx.drop();
  expect(tx.isDisconnected).toBe(true);
});

// Design 4: the backstop
test("each lost sender is reported once when several are lost", async () => {
  const [tx, rx] = channel<number>();
  await lose(() => numbers(5).map(() => tx.clone()));
  expect(warnings).toHaveLength(5);
  await lose(() => tx.clone());
  expect(warnings).toHaveLength(6);
  expect(rx.isClosed).toBe(false);
});

// Design 4: the backstop
test("a sender is not lost while a writer of its stream lives", async () => {
  const [tx, rx] = syncChannel<number>(1);
  const ends = [tx.clone()];
  tx.drop();
  const writer = toWritableStream(ends.pop() as SyncSender<number>).getWriter();
  expect(await isHeld(new WeakRef(writer))).toBe(true);
  for (const _ of numbers(TURNS)) await flush();
  expect([rx.isClosed, warnings]).toEqual([false, []]);
  await writer.write(1);
  expect(rx.tryRecv()).toStrictEqual(ok(1));
});
