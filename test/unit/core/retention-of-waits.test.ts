/** A wait that is over is let go, with its value, its channel and its timer, though everything it waited on lives on. */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { after, channel, mpmc, never, oneshot, select, syncChannel, tick } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { isCollected, isHeld } from "../../support/garbage.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

interface Stage {
  readonly tx: SyncSender<object>;
  readonly rx: Receiver<object>;
  /** Never has anything. */
  readonly idle: Receiver<object>;
  readonly clock: VirtualClock;
  readonly controller: AbortController;
}

interface Options {
  readonly signal: AbortSignal;
  readonly timeout: number;
}

type Begin = (stage: Stage, options: Options) => Promise<unknown>;
type End = (stage: Stage) => unknown;

const TIMED_OUT: End = ({ clock }) => clock.advance(10);
const ABORTED: End = ({ controller }) => controller.abort();
const DROPPED: End = ({ rx }) => rx.drop();
const CLOSED: End = ({ rx }) => rx.close();
const SENT: End = ({ tx }) => void tx.trySend({});
const TAKEN: End = ({ rx }) => void rx.tryRecv();
const SENDERS_GONE: End = ({ tx }) => tx.drop();

/** What waits, whether the channel is full meanwhile, and every way in which it ends. */
const WAITS: Record<string, readonly [begin: Begin, isFull: boolean, ends: Record<string, End>]> = {
  "batch receive": [
    ({ rx }, { signal }) => rx.recvMany([], 2, { signal }),
    false,
    { SENT, SENDERS_GONE, ABORTED, DROPPED, CLOSED },
  ],
  "step of an iteration": [
    ({ rx }, { signal }) => rx.iter({ signal }).next(),
    false,
    { SENT, SENDERS_GONE, ABORTED, DROPPED, CLOSED },
  ],
  "fair select": [
    ({ rx, idle }, options) => select({ rx, again: rx, idle, late: after(50), beat: tick(50), off: never() }, options),
    false,
    { SENT, SENDERS_GONE, TIMED_OUT, ABORTED, DROPPED, CLOSED },
  ],
  "biased select": [
    ({ rx, idle }, options) => select({ idle, rx }, { ...options, biased: true }),
    false,
    { SENT, SENDERS_GONE, TIMED_OUT, ABORTED, DROPPED, CLOSED },
  ],
  reservation: [({ tx }, options) => tx.reserve(options), true, { TAKEN, TIMED_OUT, ABORTED, DROPPED, CLOSED }],
  "reservation of several slots": [
    ({ tx }, options) => tx.reserveMany(2, options),
    true,
    { TIMED_OUT, ABORTED, DROPPED, CLOSED },
  ],
  send: [({ tx }, options) => tx.send({}, options), true, { TAKEN, TIMED_OUT, ABORTED, DROPPED, CLOSED }],
};

/** A reference to a promise that only whoever is to settle it knows from then on. */
function watch(promise: Promise<unknown>): WeakRef<object> {
  promise.catch(() => {});
  return new WeakRef(promise);
}

/** Called last, so that what must not be the reason is alive until then. */
function stillHeld(...held: readonly unknown[]): void {
  expect(held).not.toContain(undefined);
}

describe.each(Object.entries(WAITS))("a waiting %s", (_, [begin, isFull, ends]) => {
  // 107, 114, 115
  test.each(Object.entries(ends))("a wait is let go when it is over: %s", async (_end, end) => {
    using clock = installClock();
    const controller = new AbortController();
    const [tx, rx] = mpmc.syncChannel<object>(2);
    const [idleTx, idle] = channel<object>();
    const other = rx.clone();
    for (let n = 0; isFull && n < 2; n++) tx.trySend({});
    const stage = { tx, rx, idle, clock, controller };
    const waiting = watch(begin(stage, { signal: controller.signal, timeout: 10 }));
    expect(await isHeld(waiting)).toBe(true);
    end(stage);
    if (isFull && end === DROPPED) other.drop();
    expect(await isCollected(waiting)).toBe(true);
    expect(clock.pending).toBe(0);
    stillHeld(stage, other, idleTx);
  });
});

// 83, 115
test("a permit is let go when it was used or dropped, and a value with what it was sent by", async () => {
  const [tx, rx] = syncChannel<object>(2);
  const references = await (async () => {
    const [used, dropped] = [await tx.reserve(), await tx.reserve()];
    if (!used.ok || !dropped.ok) throw new Error("No room");
    const value = {};
    used.value.send(value);
    dropped.value.drop();
    return [new WeakRef(used.value), new WeakRef(dropped.value), new WeakRef(value)];
  })();
  expect(await isCollected(...references.slice(0, 2))).toBe(true);
  expect(await isHeld(...references.slice(2))).toBe(true);
  rx.tryRecv();
  expect(await isCollected(...references)).toBe(true);
  stillHeld(tx, rx);
});

// 12, 115
test("a clone of a receiver is let go when it was dropped, or lost while nothing waits on it", async () => {
  const [tx, rx] = mpmc.channel<object>();
  const clones = [true, false].map((isDropped) => {
    const clone = rx.clone();
    if (isDropped) clone.drop();
    return new WeakRef(clone);
  });
  expect(await isCollected(...clones)).toBe(true);
  stillHeld(tx, rx);
});

// 66, 115
test("a clone of a receiver is held while it waits, and let go when it got its value", async () => {
  const [tx, rx] = mpmc.channel<object>();
  const [clone, waiting] = (() => {
    const lost = rx.clone();
    return [new WeakRef(lost), watch(lost.recv())];
  })();
  expect(await isHeld(clone, waiting)).toBe(true);
  tx.send({});
  expect(await isCollected(clone, waiting)).toBe(true);
  stillHeld(tx, rx);
});

// 115
test("a oneshot holds neither its value nor its other end when it was used", async () => {
  const [held, references] = await (async () => {
    const [sender, receiver] = oneshot<object>();
    const value = {};
    const received = receiver.recv();
    sender.send(value);
    await received;
    return [receiver, [new WeakRef(value), new WeakRef(sender), watch(received)]] as const;
  })();
  expect(await isCollected(...references)).toBe(true);
  stillHeld(held);
});

// 108, 115
test("a timer is let go when nobody waits on it, though its clock lives", async () => {
  using clock = installClock();
  const timers = [() => after(10), () => tick(10)].map((set) => {
    const timer = set();
    void timer.recvTimeout(5);
    return new WeakRef(timer);
  });
  expect(await isHeld(...timers)).toBe(true);
  clock.advance(5);
  expect(await isCollected(...timers)).toBe(true);
  stillHeld(clock);
});
