/** A capacity holds over all threads together: never more is accepted, and no slot is lost, whoever waits, goes or dies. */
import { syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers, sendAll } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

interface Tried {
  readonly accepted: number;
  readonly refusal: string;
}

describe.each([1, 3, 64])("capacity %i", (capacity) => {
  test("another thread that never waits gets in exactly as much as fits", async () => {
    const [outbox, rx] = syncChannel<number>(capacity);
    const thread = startThread("tryAll", { outbox });
    expect(await thread.told()).toEqual({ accepted: capacity, refusal: "full" });
    expect(unwrap(await rx.recv())).toBe(0);
    let more = 0;
    while (more === 0) {
      thread.worker.postMessage("again"); // may report full while the credit is on its way
      more = ((await thread.told()) as Tried).accepted;
    }
    expect(more).toBe(1);
    thread.worker.postMessage("drop");
    await thread.exited;
    expect(await collect(rx)).toHaveLength(capacity);
  });

  test("this thread and others together get in exactly as much as fits, and what they do not use is lent to who asks", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const threads = [1, 2].map(() => startThread("tryAll", { outbox: tx.clone() }));
    let accepted = 0;
    for (const thread of threads) accepted += ((await thread.told()) as Tried).accepted;
    while (accepted < capacity) {
      if (tx.trySend(accepted).ok) accepted++;
      else await flush();
    }
    for (const thread of threads) {
      thread.worker.postMessage("again");
      expect(await thread.told()).toEqual({ accepted: 0, refusal: "full" });
    }
    expect(tx.trySend(0).ok).toBe(false);
    for (const thread of threads) thread.worker.postMessage("drop");
    tx.drop();
    expect(await collect(rx)).toHaveLength(capacity);
  });

  test("a thread that only tries gets its turn although another one holds what is free", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const idle = startThread("tryAll", { outbox: tx.clone() }, { limit: 0 });
    await idle.told();
    const busy = startThread("tryAll", { outbox: tx });
    let { accepted } = (await busy.told()) as Tried;
    while (accepted < capacity) {
      busy.worker.postMessage("again");
      accepted += ((await busy.told()) as Tried).accepted;
    }
    expect(accepted).toBe(capacity);
    for (const thread of [busy, idle]) thread.worker.postMessage("drop");
    expect(await collect(rx)).toEqual(expect.arrayContaining([0]));
  });

  test("the slots of a thread that dies are free again", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    const thread = startThread("tryAll", { outbox: tx.clone() }, { limit: 0 });
    await thread.told();
    await thread.worker.terminate();
    const sent = numbers(capacity).map((n) => tx.send(n));
    for (const result of sent) expect(kindOf(await result)).toBe("ok");
    expect(rx.length).toBe(capacity);
    tx.drop();
  });

  test("the place in line of a thread that dies is nobody's", async () => {
    const [tx, rx] = syncChannel<unknown>(capacity);
    while (tx.trySend("queued").ok);
    const thread = startThread("sendThree", { outbox: tx.clone() });
    await thread.told();
    for (const _ of numbers(5)) await flush(); // its question has arrived
    const behind = tx.send("behind it");
    await thread.worker.terminate();
    for (const _ of numbers(capacity)) expect(unwrap(await rx.recv())).toBe("queued");
    expect(kindOf(await behind)).toBe("ok");
    expect(unwrap(await rx.recv())).toBe("behind it");
    for (const _ of numbers(capacity)) expect(kindOf(await tx.send("free"))).toBe("ok");
    tx.drop();
    expect(await collect(rx)).toHaveLength(capacity);
  });

  test("senders of two threads wait in one line, and all get through", async () => {
    const [tx, rx] = syncChannel<number>(capacity);
    startThread("count", { outbox: tx.clone() }, { count: 300, from: 1000 });
    startThread("count", { outbox: tx.clone() }, { count: 300, from: 2000 });
    const sent = sendAll(tx, numbers(300));
    const values = await collect(rx);
    await sent;
    expect(values).toHaveLength(900);
    expect(new Set(values).size).toBe(900);
  });
});

test("a reservation in another thread holds its slots, also when the receiver closes, until they are used", async () => {
  const [outbox, rx] = syncChannel<number>(4);
  const tx = outbox.clone();
  const thread = startThread("reserve", { outbox }, { slots: 3 });
  expect(await thread.told()).toBe(3);
  while (!tx.trySend(9).ok) await flush();
  expect(kindOf(tx.trySend(9))).toBe("full");
  tx.drop();
  rx.close();
  const all = collect(rx);
  expect(await isPending(all)).toBe(true);
  thread.worker.postMessage("go");
  expect(await all).toEqual([9, 0, 1, 2]);
});

test("a reservation for all slots is met although other threads hold some that they do not use", async () => {
  const [tx, rx] = syncChannel<number>(4);
  const idle = startThread("tryAll", { outbox: tx.clone() }, { limit: 0 });
  await idle.told();
  const thread = startThread("reserve", { outbox: tx }, { slots: 4 });
  expect(await thread.told()).toBe(4);
  for (const { worker } of [idle, thread]) worker.postMessage("drop");
  expect(await collect(rx)).toEqual(numbers(4));
});

test("sends that wait in another thread fail with their values when the receiver is dropped", async () => {
  const [outbox, rx] = syncChannel<object>(1);
  const thread = startThread("sendThree", { outbox });
  expect(await thread.told()).toBe("sent");
  rx.drop();
  expect(await thread.told()).toEqual(["ok", ["disconnected", { n: 1 }], ["disconnected", { n: 2 }]]);
});

test("a send that waits for a receiver elsewhere can be aborted and timed out, and is not sent then", async () => {
  const [tx, inbox] = syncChannel<number>(1);
  const [outbox, rx] = syncChannel<number[]>(1);
  const drip = startThread("drip", { inbox });
  await drip.told();
  expect(tx.trySend(0).ok).toBe(true);
  const controller = new AbortController();
  const aborted = tx.send(1, { signal: controller.signal });
  const timedOut = tx.sendTimeout(2, 0);
  const waits = tx.send(3);
  controller.abort();
  await expect(aborted).rejects.toBe(controller.signal.reason);
  expect(kindOf(await timedOut)).toBe("timeout");
  drip.worker.postMessage("recv");
  expect(await drip.told()).toMatchObject({ value: 0 });
  expect(kindOf(await waits)).toBe("ok");
  drip.worker.postMessage("recv");
  expect(await drip.told()).toMatchObject({ value: 3 });
  drip.worker.postMessage("drop");
  outbox.drop();
  rx.drop();
});
