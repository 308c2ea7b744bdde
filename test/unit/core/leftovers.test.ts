/** A wait that is over has left no timer and no listener behind, however it ended. */
import { getEventListeners } from "node:events";
import type { Receiver, SyncSender, WaitOptions } from "@pneumatic/core";
import { channel, syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { numbers } from "../../support/sequence.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

interface Stage {
  readonly tx: SyncSender<number>;
  readonly rx: Receiver<number>;
  /** A full channel that has slots. */
  readonly bounded: readonly [SyncSender<number>, Receiver<number>];
  readonly clock: VirtualClock;
  readonly controller: AbortController;
}

interface Waits {
  readonly begin: (stage: Stage, options: WaitOptions) => Promise<unknown>;
  /** Whether the operation takes a timeout. */
  readonly timed: boolean;
  readonly ends: Record<string, (stage: Stage) => unknown>;
}

const RECEIVER_GOES: Waits["ends"] = {
  "the receiver is dropped": ({ rx }) => rx.drop(),
  "the receiver is closed": ({ rx }) => rx.close(),
};
const ABORTED: Waits["ends"] = { "its signal aborts": ({ controller }) => controller.abort() };
const TIMED_OUT: Waits["ends"] = { "its time is over": ({ clock }) => clock.advance(1000) };
const SENT: Waits["ends"] = {
  "a value comes": ({ tx }) => tx.trySend(1),
  "the last sender is dropped": ({ tx }) => tx.drop(),
};

const WAITS: Record<string, Waits> = {
  receive: {
    begin: ({ rx }, options) => rx.recv(options),
    timed: true,
    ends: { ...SENT, ...RECEIVER_GOES, ...ABORTED, ...TIMED_OUT },
  },
  "step of an iteration": {
    begin: ({ rx }, { signal }) => rx.iter({ signal }).next(),
    timed: false,
    ends: { ...SENT, ...RECEIVER_GOES, ...ABORTED },
  },
  send: {
    begin: ({ tx }, options) => tx.send(1, options),
    timed: true,
    ends: { "its value is taken": ({ rx }) => rx.tryRecv(), ...RECEIVER_GOES, ...ABORTED, ...TIMED_OUT },
  },
  reservation: {
    begin: ({ bounded }, options) => bounded[0].reserve(options),
    timed: true,
    ends: {
      "a slot is free": ({ bounded }) => bounded[1].tryRecv(),
      "the receiver of its channel is dropped": ({ bounded }) => bounded[1].drop(),
      "the receiver of its channel is closed": ({ bounded }) => bounded[1].close(),
      ...ABORTED,
      ...TIMED_OUT,
    },
  },
  batch: {
    begin: ({ rx }, { signal }) => rx.recvMany([], 10, { signal }),
    timed: false,
    ends: { ...SENT, ...RECEIVER_GOES, ...ABORTED },
  },
  "wait for the receiver's end": {
    begin: ({ tx }, { signal }) => tx.closed({ signal }),
    timed: false,
    ends: { ...RECEIVER_GOES, ...ABORTED },
  },
};

describe.each(Object.entries(WAITS))("a waiting %s", (_, { begin, timed, ends }) => {
  // 114
  test.each(Object.entries(ends))("a wait leaves neither timer nor listener when %s", async (_how, end) => {
    using clock = installClock();
    const controller = new AbortController();
    const { signal } = controller;
    const [tx, rx] = syncChannel<number>(0);
    const bounded = syncChannel<number>(1);
    bounded[0].trySend(1);
    const stage = { tx, rx, bounded, clock, controller };
    const waiting = begin(stage, { signal, timeout: 1000 }).catch((reason) => reason);
    expect([clock.pending, listeners(signal)]).toEqual([timed ? 1 : 0, 1]);
    end(stage);
    expect([clock.pending, listeners(signal)]).toEqual([0, 0]);
    await waiting;
  });
});

// 114, 116
test("an iterator leaves no listener when it is left while it waits", async () => {
  const { signal } = new AbortController();
  const [tx, rx] = channel<number>();
  const values = rx.iter({ signal });
  const next = values.next();
  expect(listeners(signal)).toBe(1);
  await values.return?.();
  await next;
  expect(listeners(signal)).toBe(0);
  tx.drop();
});

// 114
test("an operation that need not wait adds neither timer nor listener", async () => {
  using clock = installClock();
  const { signal } = new AbortController();
  const [tx, rx] = syncChannel<number>(1);
  const options = { signal, timeout: 1000 };
  const done: Promise<unknown>[] = [tx.send(1, options), rx.recv(options), tx.send(2, { signal, timeout: 0 })];
  done.push(tx.send(3, { signal, timeout: 0 }), tx.reserve({ signal, timeout: 0 }), tx.reserveMany(0, options));
  rx.tryRecv();
  done.push(rx.recv({ signal, timeout: 0 }));
  rx.close();
  done.push(tx.send(4, options), tx.reserve(options), rx.recv(options), rx.recvMany([], 1, { signal }));
  expect([clock.pending, listeners(signal)]).toEqual([0, 0]);
  await Promise.all([...done, tx.closed({ signal })]);
});

// 114
test("a signal has one listener while a thousand operations wait on it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const ends = numbers(1000).map(() => syncChannel<number>(0));
  const waits = ends.map(([tx, rx], n) => {
    if (n % 4 === 0) return rx.recv({ signal });
    if (n % 4 === 1) return tx.send(n, { signal });
    return n % 4 === 2 ? tx.closed({ signal }) : rx.iter({ signal }).next();
  });
  expect(listeners(signal)).toBe(1);
  for (const [, rx] of ends.slice(0, 500)) rx.drop();
  expect(listeners(signal)).toBe(1);
  controller.abort("all");
  expect(listeners(signal)).toBe(0);
  const settled = await Promise.allSettled(waits);
  expect(settled.map(({ status }) => status)).toEqual(numbers(1000).map((n) => (n < 500 ? "fulfilled" : "rejected")));
});

// 114
test("a signal can be waited on again when all its waits are over", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const [tx, rx] = channel<number>();
  for (const n of numbers(3)) {
    const received = rx.recv({ signal });
    expect(listeners(signal)).toBe(1);
    tx.send(n);
    await received;
    expect(listeners(signal)).toBe(0);
  }
  const last = rx.recv({ signal });
  controller.abort("aborted");
  await expect(last).rejects.toBe("aborted");
});
