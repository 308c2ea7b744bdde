/** A channel whose ends are in two threads is a channel: everything arrives once, in order, and both sides learn of the end. */
import { channel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { flush } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

describe.each(FLAVORS)("$name", ({ open, room }) => {
  test("a receiver in another thread gets what is sent here, and the replies come back", async () => {
    const [tx, inbox] = open<number>();
    const [outbox, rx] = open<number>();
    const { exited } = startThread("echo", { inbox, outbox });
    const sent = sendAll(tx, numbers(3000));
    expect(await collect(rx)).toEqual(numbers(3000));
    await sent;
    expect(await exited).toBe(0);
  });

  test("what was queued before the receiver moved goes with it, and what waited for room comes after it", async () => {
    const [tx, inbox] = open<number>();
    const [outbox, rx] = channel<number[]>();
    const sent = numbers(6).map((n) => tx.send(n));
    await flush();
    expect(inbox.length).toBe(Math.min(room, 6));
    startThread("collect", { inbox, outbox });
    tx.drop();
    expect(await collect(rx)).toEqual([numbers(6)]);
    for (const result of sent) expect((await result).ok).toBe(true);
  });

  test("values of three threads and of this one come in the order of each", async () => {
    const [tx, rx] = open<number>();
    for (const thread of [1, 2, 3]) startThread("count", { outbox: tx.clone() }, { count: 500, from: thread * 1000 });
    const sent = sendAll(tx, numbers(500));
    const values = await collect(rx);
    await sent;
    for (const thread of [0, 1, 2, 3]) {
      const own = values.filter((value) => Math.floor(value / 1000) === thread);
      expect(own).toEqual(numbers(500).map((n) => thread * 1000 + n));
    }
  });

  test("a dropped receiver fails what is sent in the other thread, and resolves closed()", async () => {
    const [outbox, rx] = open<number>();
    const thread = startThread("watch", { outbox });
    expect(await thread.told()).toBe(false);
    rx.drop();
    expect(await thread.told()).toEqual([true, "disconnected"]);
  });

  test("a receiver that another thread drops fails what is sent here, and resolves closed()", async () => {
    const [tx, inbox] = open<number>();
    const thread = startThread("drip", { inbox });
    expect(await thread.told()).toBe("ready");
    thread.worker.postMessage("drop");
    await tx.closed();
    expect(tx.isDisconnected).toBe(true);
    const failed = await tx.send(1);
    expect([kindOf(failed), !failed.ok && failed.error.value]).toEqual(["disconnected", 1]);
  });

  test("a receiver that was closed gets what was sent before its sender knew", async () => {
    const [tx, inbox] = open<number>();
    const thread = startThread("drip", { inbox });
    await thread.told();
    if (room === 0) thread.worker.postMessage("recv"); // to meet the value
    while (!tx.trySend(7).ok) await flush();
    thread.worker.postMessage("close");
    await tx.closed();
    expect(kindOf(tx.trySend(8))).toBe("disconnected");
    if (room > 0) thread.worker.postMessage("recv");
    const told = [await thread.told(), await thread.told()];
    expect(told).toContain("close");
    expect(told).toContainEqual({ ok: true, value: 7 });
    thread.worker.postMessage("recv");
    expect(await thread.told()).toMatchObject({ ok: false });
    thread.worker.postMessage("drop");
  });

  test("values that need structured clone keep their place among those that do not", async () => {
    const [tx, inbox] = open<unknown>();
    const [outbox, rx] = open<unknown>();
    startThread("echo", { inbox, outbox });
    const values = numbers(200).map(
      (n) => [n, new Map([[n, new Date(n)]]), "x".repeat(n * 200), { n }, new Set([n])][n % 5],
    );
    const sent = sendAll(tx, values);
    expect(await collect(rx)).toEqual(values);
    await sent;
  });

  test.each([0, 1])("a moved end that was disconnected with %i sent already says so there", async (count) => {
    const [tx, inbox] = open<number>();
    const [outbox, rx] = channel<number[]>();
    const queued = numbers(Math.min(count, room));
    for (const n of queued) expect(tx.trySend(n).ok).toBe(true);
    tx.drop();
    startThread("collect", { inbox, outbox });
    expect(await collect(rx)).toEqual([queued]);
    const [late, gone] = open<number>();
    gone.drop();
    const thread = startThread("watch", { outbox: late });
    expect(await thread.told()).toBe(true);
    expect(await thread.told()).toEqual([true, "disconnected"]);
  });
});

test.each(["echo", "collect"])(
  "a burst that is larger than the ring arrives whole at a thread that plays %s",
  async (role) => {
    const [tx, inbox] = channel<unknown>();
    const [outbox, rx] = channel<unknown>();
    startThread(role, { inbox, outbox });
    const values = numbers(40_000).map((n) => ({ n, text: "x".repeat(n % 50) }));
    for (const value of values) unwrap(tx.send(value));
    tx.drop();
    expect((await collect(rx)).flat()).toEqual(values);
  },
);
