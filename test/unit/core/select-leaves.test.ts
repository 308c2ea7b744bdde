/** A select that is over, or never began, has left every line: it takes nothing, holds nothing and disturbs nobody. */
import { getEventListeners } from "node:events";
import type { SelectArm } from "@pneumatic/core";
import {
  after,
  channel,
  mpmc,
  never,
  OverlappingRecvError,
  ok,
  select,
  syncChannel,
  tick,
  trySelect,
} from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { ARMS } from "../../support/arms.ts";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isCollected, isHeld } from "../../support/garbage.ts";
import { isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";

const DISCONNECTED = { ok: false, error: { kind: "disconnected" } };

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

interface Stage {
  readonly clock: VirtualClock;
  readonly controller: AbortController;
  /** Beside the arm under test. */
  readonly other: ReturnType<typeof channel<number>>;
}

function setStage(clock: VirtualClock): Stage {
  return { clock, controller: new AbortController(), other: channel<number>() };
}

/** A select that waits on `receivers` and on the other channel of the stage. */
function begin({ controller, other }: Stage, ...receivers: SelectArm[]): Promise<unknown> {
  const arms = [...receivers, other[1]].map((receiver, index) => [index, receiver] as const);
  return select(arms, { signal: controller.signal, timeout: 1000 }).catch((reason) => reason);
}

const ENDS: [string, (stage: Stage) => unknown][] = [
  ["another arm has won", ({ other }) => other[0].send(0)],
  ["another arm has disconnected", ({ other }) => other[0].drop()],
  ["another arm was closed", ({ other }) => other[1].close()],
  ["another arm was dropped", ({ other }) => other[1].drop()],
  ["its time is over", ({ clock }) => clock.advance(1000)],
  ["its signal was aborted", ({ controller }) => controller.abort("aborted")],
];

describe.each(ENDS)("when %s", (_, end) => {
  // 107, 114
  test.each(ARMS)("a select has left a receiver of kind $name, which can receive as before", async ({ open }) => {
    using clock = installClock();
    const stage = setStage(clock);
    const { receiver, send } = open();
    const selected = begin(stage, receiver, receiver, after(500_000), tick(300_000));
    expect([clock.pending, listeners(stage.controller.signal)]).toEqual([3, 1]);
    end(stage);
    expect([clock.pending, listeners(stage.controller.signal)]).toEqual([0, 0]);
    await selected;
    const received = receiver.recv();
    expect(await isPending(received)).toBe(true);
    send(5);
    expect(await received).toStrictEqual(ok(5));
  });

  // 107: @thi.ng/csp leaves its own registration in the line and takes away another's
  test.each(ARMS)("a select has left a receiver of kind $name to another select", async ({ open }) => {
    using clock = installClock();
    const stage = setStage(clock);
    const { receiver, send } = open();
    const selected = begin(stage, receiver);
    end(stage);
    await selected;
    const next = select({ receiver, off: never() });
    expect(await isPending(next)).toBe(true);
    send(6);
    expect(await next).toStrictEqual({ arm: "receiver", result: ok(6) });
  });

  // 107, 54
  test.each(SYNC_FLAVORS)("a select is no partner of an attempt to send, $name", async ({ open, room }) => {
    using clock = installClock();
    const stage = setStage(clock);
    const [tx, rx] = open<number>();
    const selected = begin(stage, rx);
    end(stage);
    await selected;
    const attempts = numbers(room + 1).map((n) => kindOf(tx.trySend(n)));
    expect(attempts).toEqual([...numbers(room).map(() => "ok"), "full"]);
    expect([...rx.tryIter()]).toEqual(numbers(room));
  });

  // 107, 103
  test("a select leaves those who wait before and behind it in their places", async () => {
    using clock = installClock();
    const stage = setStage(clock);
    const [tx, rx] = mpmc.syncChannel<number>(0);
    const before = rx.clone().recv();
    const selected = begin(stage, rx);
    const behind = select({ clone: rx.clone(), off: never() });
    end(stage);
    await selected;
    expect([kindOf(tx.trySend(1)), kindOf(tx.trySend(2)), kindOf(tx.trySend(3))]).toEqual(["ok", "ok", "full"]);
    expect(await before).toStrictEqual(ok(1));
    expect(await behind).toStrictEqual({ arm: "clone", result: ok(2) });
  });

  // 115
  test.each(FLAVORS)("a select is let go though its receivers and its signal live, $name", async ({ open }) => {
    using clock = installClock();
    const stage = setStage(clock);
    const [tx, rx] = open<number>();
    const timer = tick(5000);
    const selected = new WeakRef(begin(stage, rx, timer));
    expect(await isHeld(selected)).toBe(true);
    end(stage);
    expect(await isCollected(selected)).toBe(true);
    expect([tx, rx, timer, stage]).not.toContain(undefined);
  });
});

describe.each(ARMS)("$name", ({ open }) => {
  // 107
  test("a select that is aborted takes nothing and rejects with the reason", async () => {
    const { receiver, send } = open();
    const controller = new AbortController();
    const selected = select({ receiver, off: never() }, { signal: controller.signal });
    const reason = new Error("changed my mind");
    controller.abort(reason);
    send(1);
    await expect(selected).rejects.toBe(reason);
    expect(receiver.tryRecv()).toStrictEqual(ok(1));
  });

  // 107
  test("a select whose signal is aborted before takes nothing though an arm is ready", async () => {
    const { receiver, send } = open();
    send(1);
    await expect(select({ receiver }, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
    expect(receiver.tryRecv()).toStrictEqual(ok(1));
  });

  // 107, 73
  test("a select that has its value keeps it when its signal aborts in the same breath", async () => {
    const { receiver, send } = open();
    const controller = new AbortController();
    const selected = select({ receiver, off: never() }, { signal: controller.signal, timeout: 1000 });
    send(1);
    controller.abort("too late");
    expect(await selected).toStrictEqual({ arm: "receiver", result: ok(1) });
  });

  // 112
  test("a select is refused while a receive waits at one of its arms, and disturbs nothing", async () => {
    const { receiver, send } = open();
    const [tx, ready] = channel<number>();
    tx.send(9);
    const received = receiver.recv();
    await expect(select({ ready, receiver })).rejects.toBeInstanceOf(OverlappingRecvError);
    await expect(select({ receiver, ready }, { biased: true })).rejects.toBeInstanceOf(OverlappingRecvError);
    expect(ready.tryRecv()).toStrictEqual(ok(9));
    send(1);
    expect(await received).toStrictEqual(ok(1));
  });

  // 112
  test("a receive is refused while a select waits at its receiver, and disturbs nothing", async () => {
    const { receiver, send } = open();
    const selected = select({ receiver, off: never() });
    await expect(receiver.recv()).rejects.toBeInstanceOf(OverlappingRecvError);
    await expect(select({ receiver })).rejects.toBeInstanceOf(OverlappingRecvError);
    expect(trySelect({ receiver })).toBeUndefined();
    expect(kindOf(receiver.tryRecv())).toBe("empty");
    send(1);
    expect(await selected).toStrictEqual({ arm: "receiver", result: ok(1) });
  });

  // 112
  test("a select that was refused has left the arms before the one in use", async () => {
    const { receiver, send } = open();
    const [, busy] = channel<number>();
    const received = busy.recv();
    await expect(select({ receiver, busy }, { biased: true })).rejects.toBeInstanceOf(OverlappingRecvError);
    const next = receiver.recv();
    send(1);
    expect(await next).toStrictEqual(ok(1));
    busy.drop();
    await received;
  });

  // 32
  test("a select ends with the disconnect of an arm when its receiver is dropped meanwhile", async () => {
    const { receiver } = open();
    const [tx, other] = channel<number>();
    const selected = select({ other, receiver });
    receiver.drop();
    expect(await selected).toMatchObject({ arm: "receiver", result: DISCONNECTED });
    tx.send(2);
    expect(other.tryRecv()).toStrictEqual(ok(2));
  });

  // 32
  test("a select ends with the disconnect of an arm when its receiver is closed meanwhile", async () => {
    const { receiver } = open();
    const selected = select({ twice: receiver, receiver, off: never() });
    receiver.close();
    expect((await selected).result).toMatchObject(DISCONNECTED);
  });

  // 110
  test("a select is refused and takes nothing when one of its arms was dropped before", async () => {
    const { receiver } = open();
    const [tx, ready] = channel<number>();
    tx.send(1);
    receiver.drop();
    const refused = { kind: "useAfterDrop", message: expect.stringContaining('the arm "receiver"') };
    await expect(select({ ready, receiver })).rejects.toMatchObject(refused);
    expect(() => trySelect({ ready, receiver })).toThrow("was dropped");
    expect(ready.tryRecv()).toStrictEqual(ok(1));
  });
});

// 107, 114
test("a select that need not wait adds neither timer nor listener", async () => {
  using clock = installClock();
  const { signal } = new AbortController();
  const [tx, rx] = syncChannel<number>(1);
  await tx.send(1);
  const done = select({ rx, late: after(10), every: tick(20) }, { signal, timeout: 50, biased: true });
  expect([clock.pending, listeners(signal)]).toEqual([0, 0]);
  expect((await done).arm).toBe("rx");
  expect((await select({ rx, late: after(10) }, { signal, timeout: 0 })).arm).toBeUndefined();
  expect([clock.pending, listeners(signal)]).toEqual([0, 0]);
});

// 114
test("a signal has one listener while a thousand selects wait on it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const selects = numbers(1000).map(() => select({ off: never(), other: never() }, { signal }));
  expect(listeners(signal)).toBe(1);
  controller.abort("all");
  expect(listeners(signal)).toBe(0);
  const settled = await Promise.allSettled(selects);
  expect(settled.every(({ status }) => status === "rejected")).toBe(true);
});
