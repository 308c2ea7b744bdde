/** A channel for one value, once: the sender is used up by sending it. */
import { InvalidArgumentError, OverlappingRecvError, ok, oneshot, SendError, UseAfterDropError } from "@pneumatic/core";
import { expect, test } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { kindOf } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

// 1, 19, 22
test("a oneshot delivers its value once and then says disconnected for ever", async () => {
  const [tx, rx] = oneshot<string>();
  expect([rx.isEmpty, rx.isClosed, tx.isDisconnected]).toEqual([true, false, false]);
  expect(kindOf(rx.tryRecv())).toBe("empty");
  expect(tx.send("value")).toStrictEqual(ok(undefined));
  expect([rx.isEmpty, rx.isClosed]).toEqual([false, true]);
  expect(await rx.recv()).toStrictEqual(ok("value"));
  expect(kindOf(await rx.recv())).toBe("disconnected");
  expect(kindOf(rx.tryRecv())).toBe("disconnected");
  expect(kindOf(await rx.recvTimeout(1000))).toBe("disconnected");
});

// 1, 13
test("a waiting receive gets the value of a oneshot when it is sent", async () => {
  const [tx, rx] = oneshot<undefined>();
  const received = rx.recv();
  expect(await isPending(received)).toBe(true);
  tx.send(undefined);
  expect(await received).toStrictEqual(ok(undefined));
  expect(kindOf(rx.tryRecv())).toBe("disconnected");
});

// 110
test("a oneshot sender refuses every use when it has sent", async () => {
  const [tx, rx] = oneshot<number>();
  tx.send(1);
  expect(() => tx.send(2)).toThrow(UseAfterDropError);
  expect(() => tx.send(2)).toThrow("this OneshotSender has sent its one value, or was dropped");
  expect(() => tx.isDisconnected).toThrow(UseAfterDropError);
  expect(await rejection(tx.closed())).toBeInstanceOf(UseAfterDropError);
  tx.drop();
  tx[Symbol.dispose]();
  expect(rx.tryRecv()).toStrictEqual(ok(1));
  expect(kindOf(rx.tryRecv())).toBe("disconnected");
});

// 17, 21, 110
test.each(["drop", "using"] as const)("a oneshot disconnects when its sender is given up by %s", async (how) => {
  const [tx, rx] = oneshot<number>();
  const received = rx.recv();
  if (how === "drop") tx.drop();
  else {
    using _scoped = tx;
  }
  expect(kindOf(await received)).toBe("disconnected");
  expect(rx.isClosed).toBe(true);
  expect(() => tx.send(1)).toThrow(UseAfterDropError);
});

// 27, 36, 78
test.each(["drop", "close"] as const)(
  "a oneshot sender gets its value back when the receiver is gone by %s",
  async (leave) => {
    const [tx, rx] = oneshot<{ id: number }>();
    const value = { id: 1 };
    const closed = tx.closed();
    expect(await isPending(closed)).toBe(true);
    rx[leave]();
    await closed;
    await tx.closed();
    expect(tx.isDisconnected).toBe(true);
    const sent = tx.send(value);
    expect(sent).toHaveProperty("error", expect.any(SendError));
    expect(!sent.ok && sent.error.value).toBe(value);
    expect(() => tx.send(value)).toThrow(UseAfterDropError);
  },
);

// 18, 79
test("a oneshot that is closed with its value sent still delivers it", async () => {
  const [tx, rx] = oneshot<number>();
  tx.send(1);
  rx.close();
  expect(await rx.recv()).toStrictEqual(ok(1));
  expect(kindOf(await rx.recv())).toBe("disconnected");
});

// 32
test("a waiting receive of a oneshot settles when its receiver is dropped or closed", async () => {
  for (const leave of ["drop", "close"] as const) {
    const [, rx] = oneshot<number>();
    const received = rx.recv();
    rx[leave]();
    expect(kindOf(await received)).toBe("disconnected");
  }
});

// 36, 73
test("a wait for the end of a oneshot rejects when it is aborted and leaves the sender usable", async () => {
  const controller = new AbortController();
  const [tx, rx] = oneshot<number>();
  const closed = tx.closed({ signal: controller.signal });
  controller.abort("bored");
  expect(await rejection(closed)).toBe("bored");
  tx.send(1);
  expect(rx.tryRecv()).toStrictEqual(ok(1));
});

// 59, 60, 73, 112
test("a oneshot receiver takes timeouts, signals and one receive at a time as any receiver", async () => {
  using clock = installClock();
  const controller = new AbortController();
  const [tx, rx] = oneshot<number>();
  const late = rx.recvTimeout(10);
  expect(await rejection(rx.recv())).toBeInstanceOf(OverlappingRecvError);
  clock.advance(9);
  expect(await isPending(late)).toBe(true);
  clock.advance(1);
  expect(kindOf(await late)).toBe("timeout");
  const aborted = rx.recv({ signal: controller.signal });
  controller.abort("aborted");
  expect(await rejection(aborted)).toBe("aborted");
  expect(await rejection(rx.recvTimeout(-1))).toBeInstanceOf(InvalidArgumentError);
  const received = rx.recvTimeout(10);
  tx.send(1);
  expect(await received).toStrictEqual(ok(1));
  expect(clock.pending).toBe(0);
});

// 110
test("a dropped oneshot receiver refuses to receive", async () => {
  const [, rx] = oneshot<number>();
  rx.drop();
  rx.drop();
  expect(() => rx.tryRecv()).toThrow(UseAfterDropError);
  expect(() => rx.close()).toThrow(UseAfterDropError);
  expect(await rejection(rx.recv())).toBeInstanceOf(UseAfterDropError);
});

// 16
test("the ends of a oneshot print their names and no payload", () => {
  const [tx, rx] = oneshot<string>();
  expect([String(tx), String(rx)]).toEqual(["[object OneshotSender]", "[object Receiver]"]);
  tx.send("payload");
  expect([Object.keys(tx), Object.keys(rx)]).toEqual([[], []]);
});

// 30, 115
test("a value of a oneshot is let go when the receiver is dropped or has received it", async () => {
  for (const leave of ["drop", "tryRecv"] as const) {
    const [tx, rx] = oneshot<object>();
    const value = (() => {
      const object = {};
      tx.send(object);
      return new WeakRef(object);
    })();
    rx[leave]();
    expect(await isCollected(value)).toBe(true);
    expect([tx, rx]).toHaveLength(2);
  }
});

// 111
test("a thenable passes through a oneshot as it is", async () => {
  let called = 0;
  // biome-ignore lint/suspicious/noThenProperty: a thenable payload is what is tested
  const thenable = { then: () => called++ };
  const [tx, rx] = oneshot<typeof thenable>();
  tx.send(thenable);
  expect(await rx.recv()).toHaveProperty("value", thenable);
  expect(called).toBe(0);
});
