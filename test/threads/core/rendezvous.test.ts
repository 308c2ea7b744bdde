/** A rendezvous between threads: a value is handed over or it is not, whoever tries, gives up or dies, and never twice. */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { mpmc, select, syncChannel, trySelect, unwrap } from "@pneumatic/core";
import { fromPort, toPort } from "@pneumatic/core/threads";
import { describe, expect, test } from "vitest";
import { flush, isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

/** Both ends in this thread, with a link between them, so that what is known to each can be told apart. */
function linked(): { sender: SyncSender<number>; receiver: Receiver<number> } {
  const [tx, receiver] = syncChannel<number>(0);
  return { sender: fromPort(toPort(tx)), receiver };
}

/** As many turns as a record takes, and more. */
async function turns(): Promise<void> {
  for (const _ of numbers(10)) await flush();
}

/** Takes without waiting, as soon as there is something. */
async function poll<T>(receiver: Receiver<T>): Promise<T> {
  for (;;) {
    const result = receiver.tryRecv();
    if (result.ok) return result.value;
    expect(result.error.kind).toBe("empty");
    await flush();
  }
}

describe("send", () => {
  // 52
  test("a send to another thread is complete when its value was taken there, and not before", async () => {
    const [tx, inbox] = syncChannel<number>(0);
    const thread = startThread("drip", { inbox });
    await thread.told();
    const sent = tx.send(7);
    await turns();
    expect(await isPending(sent)).toBe(true);
    thread.worker.postMessage("recv");
    expect(await thread.told()).toMatchObject({ ok: true, value: 7 });
    expect(kindOf(await sent)).toBe("ok");
    thread.worker.postMessage("drop");
    await tx.closed();
    tx.drop();
  });

  // 51, 53
  test("tryRecv takes from a sender that waits in another thread, and completes its send", async () => {
    const { sender, receiver } = linked();
    const sent = sender.send(1);
    expect(await poll(receiver)).toBe(1);
    expect([receiver.length, sender.length]).toEqual([0, 0]);
    expect(kindOf(await sent)).toBe("ok");
    expect(kindOf(receiver.tryRecv())).toBe("empty");
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  // 41
  test("sends of one thread that wait are taken in their order, and those of others between them", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const sender = fromPort(toPort(tx.clone()));
    const sent = [sender.send(1), tx.send(10), sender.send(2), tx.send(20), sender.send(3)];
    sender.drop();
    tx.drop();
    const got = await collect(receiver);
    expect(got.filter((value) => value < 10)).toEqual([1, 2, 3]);
    expect(got.filter((value) => value >= 10)).toEqual([10, 20]);
    for (const result of sent) expect(kindOf(await result)).toBe("ok");
  });

  // 68
  test("drain takes from all who wait and are known", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const senders = numbers(3).map(() => fromPort(toPort(tx.clone())));
    tx.drop();
    const sent = senders.map((sender, n) => sender.send(n));
    await turns();
    const withdrawn = senders[1]?.sendTimeout(9, 0);
    expect(kindOf(await (withdrawn as NonNullable<typeof withdrawn>))).toBe("timeout");
    expect(receiver.drain().sort()).toEqual([0, 1, 2]);
    for (const result of sent) expect(kindOf(await result)).toBe("ok");
    for (const sender of senders) sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });
});

describe("trySend", () => {
  // 50, 51
  test("trySend to another thread succeeds while a receive waits there, once for each", async () => {
    const { sender, receiver } = linked();
    expect(kindOf(sender.trySend(1))).toBe("full");
    for (const n of numbers(3)) {
      const received = receiver.recv();
      expect(kindOf(sender.trySend(n))).toBe("ok");
      expect(kindOf(sender.trySend(99))).toBe("full");
      expect(unwrap(await received)).toBe(n);
      expect(kindOf(sender.trySend(99))).toBe("full");
    }
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  test("a receive that waits when the first sender moves is known there", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const received = receiver.recv();
    const sender = fromPort(toPort(tx));
    expect(kindOf(sender.trySend(1))).toBe("ok");
    expect(unwrap(await received)).toBe(1);
    sender.drop();
    receiver.drop();
  });

  // 54, 73
  test("a cancelled receive is no partner any more, and has taken nothing", async () => {
    const { sender, receiver } = linked();
    const controller = new AbortController();
    const received = receiver.recv({ signal: controller.signal });
    controller.abort();
    expect(kindOf(sender.trySend(1))).toBe("full");
    await expect(received).rejects.toBe(controller.signal.reason);
    const iterated = receiver.iter();
    const next = iterated.next();
    await iterated.return?.();
    expect((await next).done).toBe(true);
    expect(kindOf(sender.trySend(2))).toBe("full");
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  test("what met a receive that was cancelled in that moment is received by the next, and nothing more is accepted", async () => {
    const { sender, receiver } = linked();
    const controller = new AbortController();
    const received = receiver.recv({ signal: controller.signal });
    expect(kindOf(sender.trySend(1))).toBe("ok");
    controller.abort();
    await expect(received).rejects.toBe(controller.signal.reason);
    const again = receiver.recv({ signal: AbortSignal.any([]) });
    expect(kindOf(sender.trySend(2))).toBe("full");
    expect(unwrap(await again)).toBe(1);
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  test("what met a receive is received although the receiver was closed in that moment", async () => {
    const { sender, receiver } = linked();
    const received = receiver.recv();
    expect(kindOf(sender.trySend(1))).toBe("ok");
    receiver.close();
    expect(unwrap(await received)).toBe(1);
    expect(kindOf(await receiver.recv())).toBe("disconnected");
    await sender.closed();
    expect(kindOf(sender.trySend(2))).toBe("disconnected");
    sender.drop();
  });

  test("a send of this thread meets a receive that another thread might have met, but not one that it has", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const sender = fromPort(toPort(tx.clone()));
    const first = receiver.recv();
    expect(kindOf(tx.trySend(1))).toBe("ok");
    expect(kindOf(sender.trySend(9))).toBe("full");
    expect(unwrap(await first)).toBe(1);
    const second = receiver.recv();
    expect(kindOf(sender.trySend(2))).toBe("ok");
    expect(kindOf(tx.trySend(9))).toBe("full");
    const waits = tx.send(3);
    expect(unwrap(await second)).toBe(2);
    expect(unwrap(await receiver.recv())).toBe(3);
    expect(kindOf(await waits)).toBe("ok");
    tx.drop();
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  test("a message that cannot be cloned is refused, and the receive still waits for another", async () => {
    const [tx, receiver] = syncChannel<unknown>(0);
    const sender = fromPort(toPort(tx));
    const received = receiver.recv();
    expect(() => sender.trySend({ callback: () => {} })).toThrow("message.callback");
    await expect(sender.send({ callback: () => {} })).rejects.toThrow("message.callback");
    expect(kindOf(sender.trySend({ fine: true }))).toBe("ok");
    expect(unwrap(await received)).toEqual({ fine: true });
    sender.drop();
    receiver.drop();
  });

  test("threads that only try get in exactly one value for a receive", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const threads = numbers(3).map(() => startThread("tryAll", { outbox: tx.clone() }));
    tx.drop();
    let accepted = 0;
    const all = async (): Promise<number> => {
      for (const thread of threads) accepted += ((await thread.told()) as { accepted: number }).accepted;
      return accepted;
    };
    expect(await all()).toBe(0);
    for (const round of numbers(20)) {
      const received = receiver.recv();
      for (const { worker } of threads) worker.postMessage("again");
      expect(await all()).toBe(round + 1);
      expect(kindOf(await received)).toBe("ok");
    }
    for (const { worker } of threads) worker.postMessage("drop");
    expect(await collect(receiver)).toEqual([]);
  });

  // 91
  test("a receiver that blocks its thread is met by trySend", async () => {
    const [tx, inbox] = syncChannel<number>(0);
    const [outbox, results] = syncChannel<unknown[]>(1);
    startThread("block", { inbox, outbox });
    for (const n of numbers(50)) while (!tx.trySend(n).ok) await flush();
    tx.drop();
    expect(await collect(results)).toEqual([[...numbers(50), "disconnected"]]);
  });
});

describe("cancelled", () => {
  // 54, 74
  test("a send that is aborted or timed out before it was taken has sent nothing", async () => {
    const { sender, receiver } = linked();
    const controller = new AbortController();
    const aborted = sender.send(1, { signal: controller.signal });
    const behind = sender.send(2);
    await turns(); // the offer has arrived
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    expect(unwrap(await receiver.recv())).toBe(2);
    expect(kindOf(await behind)).toBe("ok");
    expect(kindOf(await sender.sendTimeout(3, 0))).toBe("timeout");
    expect(kindOf(receiver.tryRecv())).toBe("empty");
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  // 95
  test("an offer that was withdrawn is not ready for a select, nor drained, before its record has come", async () => {
    const { sender, receiver } = linked();
    const offer = async (): Promise<AbortController> => {
      const controller = new AbortController();
      sender.send(1, { signal: controller.signal }).catch(() => {});
      await turns();
      return controller;
    };
    (await offer()).abort();
    expect(trySelect({ receiver })).toBeUndefined();
    (await offer()).abort();
    expect(receiver.drain()).toEqual([]);
    (await offer()).abort();
    const selected = select({ receiver });
    const sent = sender.send(2);
    expect(await selected).toEqual({ arm: "receiver", result: { ok: true, value: 2 } });
    expect(kindOf(await sent)).toBe("ok");
    (await offer()).abort();
    expect((await select({ receiver }, { timeout: 0 })).arm).toBeUndefined();
    sender.drop();
    expect(await collect(receiver)).toEqual([]);
  });

  test("a send whose value was taken already was sent, although it is aborted before it knows", async () => {
    const { sender, receiver } = linked();
    const controller = new AbortController();
    const sent = sender.send(1, { signal: controller.signal });
    await turns();
    expect(unwrap(receiver.tryRecv())).toBe(1);
    controller.abort();
    expect(kindOf(await sent)).toBe("ok");
    sender.drop();
    receiver.drop();
  });

  // 107
  test("the arm that loses a select has taken nothing", async () => {
    const one = linked();
    const two = linked();
    const selected = select({ one: one.receiver, two: two.receiver });
    expect(kindOf(two.sender.trySend(2))).toBe("ok");
    expect((await selected).arm).toBe("two");
    expect(kindOf(one.sender.trySend(1))).toBe("full");
    for (const { sender, receiver } of [one, two]) {
      sender.drop();
      expect(await collect(receiver)).toEqual([]);
    }
  });

  // 73, 74
  test.each([1, 3])("through %i thread(s): what was sent and what was received are the same", async (count) => {
    const [tx, rx] = syncChannel<number>(0);
    const threads = numbers(count).map((n) =>
      startThread("hesitate", { outbox: tx.clone() }, { count: 300, from: n * 1000, seed: n + 1 }),
    );
    // Moved there and back, so that all passes through that thread.
    const [inbox, forwarded] = syncChannel<object>(1);
    const [outbox, replies] = syncChannel<SyncSender<number>>(1);
    startThread("echo", { inbox: forwarded, outbox });
    await inbox.send(tx);
    const through = unwrap(await replies.recv());
    through.drop();
    inbox.drop();
    const got: number[] = [];
    for (let round = 0; !rx.isClosed; round++) {
      const controller = new AbortController();
      const received = rx.recv({ signal: controller.signal });
      for (let n = round % 4; n > 0; n--) await flush();
      if (round % 5 !== 0) controller.abort();
      const result = await received.catch(() => undefined);
      if (result?.ok) got.push(result.value);
      else if (result !== undefined) break;
    }
    const sent = await Promise.all(threads.map((thread) => thread.told() as Promise<number[]>));
    expect(sent.flat().length).toBeGreaterThan(0);
    for (const [n, values] of sent.entries()) {
      expect(got.filter((value) => Math.floor(value / 1000) === n)).toEqual(values);
    }
    expect(await collect(replies)).toEqual([]);
  });
});

describe("death", () => {
  test("what a thread that dies had offered is nobody's, and what it had handed over is received", async () => {
    const [tx, receiver] = syncChannel<number>(0);
    const sender = fromPort(toPort(tx));
    const port = toPort(sender); // through this thread
    const last = fromPort(port);
    const sent = last.send(1);
    await turns();
    const received = receiver.recv();
    expect(unwrap(await received)).toBe(1);
    expect(kindOf(await sent)).toBe("ok");
    const lost = last.send(2);
    await turns();
    port.close();
    expect(await lost).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
    expect(await collect(receiver)).toEqual([]);
  });

  // 28
  test("a value that was taken before the receiver's thread died was sent, and no other", async () => {
    const [tx, rx] = syncChannel<number>(0);
    const port = toPort(rx);
    const receiver = fromPort(port);
    const sent = [tx.send(1), tx.send(2)];
    expect(await poll(receiver)).toBe(1);
    port.close(); // before anything is said of it
    const [first, second] = await Promise.all(sent);
    expect(first?.ok).toBe(true);
    expect(second).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
    tx.drop();
    receiver.drop();
  });

  test.each(["flood", "floodTry"])(
    "a thread that plays %s is killed at any moment, and the others go on",
    async (role) => {
      const [tx, receiver] = syncChannel<{ n: number }>(0);
      for (const round of numbers(10)) {
        const thread = startThread(role, { outbox: tx.clone() });
        let first = unwrap(await receiver.recv());
        if (first.n > 0) first = unwrap(await receiver.recv()); // what the one before had handed over, or was offering
        expect(first).toEqual({ n: 0 });
        for (const n of numbers(5 + round)) expect(unwrap(await receiver.recv())).toEqual({ n: n + 1 });
        const waiting = receiver.recv();
        await thread.worker.terminate();
        const sent = tx.send({ n: -1 });
        let last = unwrap(await waiting);
        while (last.n >= 0) last = unwrap(await receiver.recv()); // it may have sent more before it died
        expect(kindOf(await sent)).toBe("ok");
      }
      tx.drop();
      expect((await collect(receiver)).length).toBeLessThan(2);
    },
  );
});

// 51
test("an mpmc sender moves as any sender, and each of the receives that wait meets one value", async () => {
  const [tx, first] = mpmc.syncChannel<number>(0);
  const second = first.clone();
  const sender = fromPort(toPort(tx));
  const received = [first.recv(), second.recv()];
  expect(kindOf(sender.trySend(1))).toBe("ok");
  while (!sender.trySend(2).ok) await flush();
  expect((await Promise.all(received)).map(unwrap)).toEqual([1, 2]);
  sender.drop();
  expect(kindOf(await first.recv())).toBe("disconnected");
  first.drop();
  second.drop();
});

test("senders come and go without an end, but no more than 1,023 are in other threads at a time", async () => {
  const [tx, receiver] = syncChannel<number>(0);
  const senders: SyncSender<number>[] = [];
  for (const n of numbers(1100)) {
    const sender = fromPort(toPort(tx.clone()));
    expect(kindOf(sender.trySend(1))).toBe("full");
    sender.drop();
    if (n % 100 === 0) await turns();
  }
  await turns();
  for (const _ of numbers(1023)) {
    const sender = fromPort(toPort(tx.clone()));
    expect(kindOf(sender.trySend(1))).toBe("full");
    senders.push(sender);
  }
  expect(() => toPort(tx.clone())).toThrow("too many threads");
  for (const sender of senders) sender.drop();
  tx.drop();
  receiver.drop();
});
