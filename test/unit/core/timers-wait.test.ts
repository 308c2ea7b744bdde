/** A timer runs only while somebody waits for it, and its receiver closes, drops and refuses as every other. */
import type { Receiver } from "@pneumatic/core";
import { after, channel, never, ok, select, tick, trySelect } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const SILENT: [string, () => Receiver<unknown>][] = [
  ["after(Infinity)", () => after(Number.POSITIVE_INFINITY)],
  ["tick(Infinity)", () => tick(Number.POSITIVE_INFINITY)],
  ["never()", () => never()],
];

describe.each(SILENT)("%s", (_, make) => {
  // 108
  test("a timer that never fires has nothing, stays open and sets no timer", async () => {
    using clock = installClock();
    const silent = make();
    const received = silent.recv();
    clock.advance(1e15);
    expect(await isPending(received)).toBe(true);
    expect([silent.length, silent.isEmpty, silent.isClosed, clock.pending]).toEqual([0, true, false, 0]);
    expect([kindOf(silent.tryRecv()), ...silent.tryIter(), ...silent.drain()]).toEqual(["empty"]);
    silent.drop();
    expect(kindOf(await received)).toBe("disconnected");
  });

  // 108, 59
  test("a timer that never fires can be waited on with a timeout", async () => {
    using clock = installClock();
    const received = make().recvTimeout(10);
    clock.advance(10);
    expect(kindOf(await received)).toBe("timeout");
  });
});

const TIMERS: [string, (ms: number) => Receiver<number>][] = [
  ["after", after],
  ["tick", tick],
];

describe.each(TIMERS)("%s", (_, make) => {
  // 108, 114
  test("no timer is set while nobody waits", async () => {
    using clock = installClock();
    const receiver = make(10);
    expect(clock.pending).toBe(0);
    receiver.tryRecv();
    trySelect({ receiver });
    await receiver.recvTimeout(0);
    await select({ receiver }, { timeout: 0 });
    expect(clock.pending).toBe(0);
    const controller = new AbortController();
    const aborted = receiver.recv({ signal: controller.signal });
    expect(clock.pending).toBe(1);
    controller.abort("enough");
    expect(clock.pending).toBe(0);
    await expect(aborted).rejects.toBe("enough");
    const received = receiver.recv();
    expect([clock.pending, clock.nextDeadline - clock.now()]).toEqual([1, 10]);
    clock.advance(10);
    await received;
    expect(clock.pending).toBe(0);
  });

  // 108, 107
  test("a select that another arm won leaves no timer, and the timer its value", async () => {
    using clock = installClock();
    const [tx, message] = channel<number>();
    const receiver = make(10);
    for (const n of numbers(3)) {
      const selected = select({ message, receiver, same: receiver });
      clock.advance(3);
      expect(clock.pending).toBe(1);
      tx.send(n);
      expect(clock.pending).toBe(0);
      expect((await selected).arm).toBe("message");
    }
    const selected = select({ message, receiver });
    clock.advance(1);
    expect(await selected).toStrictEqual({ arm: "receiver", result: ok(10) });
  });

  // 108, 17
  test.each(["close", "drop"] as const)("a timer ends who waits for it at %s, and holds none itself", async (end) => {
    using clock = installClock();
    const receiver = make(10);
    const received = receiver.recv();
    receiver[end]();
    expect(kindOf(await received)).toBe("disconnected");
    clock.advance(100);
    expect([clock.pending, receiver.isClosed, receiver.length, receiver.isEmpty]).toEqual([0, true, 0, true]);
    receiver[end]();
    receiver.drop();
  });

  // 108, 19
  test("a timer that was closed gives what was due, and is disconnected then", async () => {
    using clock = installClock();
    const receiver = make(10);
    clock.advance(10);
    receiver.close();
    expect([receiver.isClosed, receiver.length]).toEqual([true, 1]);
    expect(kindOf(receiver.tryRecv())).toBe("ok");
    expect(kindOf(receiver.tryRecv())).toBe("disconnected");
    expect(kindOf(await receiver.recv())).toBe("disconnected");
    expect((await receiver.iter().next()).done).toBe(true);
    expect((await select({ receiver })).result).toMatchObject({ error: { kind: "disconnected" } });
  });

  // 110
  test("a timer refuses to be received from when it was dropped", async () => {
    const receiver = make(10);
    receiver.drop();
    expect(() => receiver.tryRecv()).toThrow("was dropped");
    await expect(receiver.recv()).rejects.toMatchObject({ kind: "useAfterDrop" });
  });

  // 112
  test("an attempt beside a receive that waits takes nothing though the time has come", async () => {
    let now = 0;
    using clock = installClock();
    clock.now = () => now; // moves before the timers fire, as it does where a turn takes long
    const receiver = make(10);
    const received = receiver.recv();
    now = 12;
    expect([kindOf(receiver.tryRecv()), receiver.drain(), trySelect({ receiver })]).toEqual(["empty", [], undefined]);
    clock.advance(10);
    expect(await received).toStrictEqual(ok(10));
  });

  // 108
  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY, "5", undefined, null, 5n])(
    "a timer is refused when its duration is %s",
    (ms) => {
      expect(() => make(ms as number)).toThrow(RangeError);
      expect(() => make(ms as number)).toThrow(`duration of ${make.name}`);
    },
  );

  // 108
  test("a timer is let go when nobody needs it though it was waited on", async () => {
    using clock = installClock();
    const receivers = numbers(3).map(() => {
      const receiver = make(1000);
      void select({ receiver, now: tick(0) });
      void receiver.recvTimeout(1);
      clock.advance(1);
      return new WeakRef(receiver);
    });
    await flush();
    expect(await isCollected(...receivers)).toBe(true);
  });

  // 108
  test("a timer keeps the clock it was made with when the clock is replaced", async () => {
    const before = installClock();
    const receiver = make(10);
    before[Symbol.dispose]();
    using clock = installClock();
    const received = receiver.recv();
    clock.advance(1000);
    expect([clock.pending, before.pending]).toEqual([0, 1]);
    before.advance(10);
    expect(await received).toStrictEqual(ok(10));
  });
});
