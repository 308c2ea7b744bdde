/** An aborted operation has taken nothing, sent nothing and holds no place. */
import { ok } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { BOUNDED_FLAVORS, FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const ABORTED = AbortSignal.abort("aborted before");

describe.each(FLAVORS)("$name", ({ open }) => {
  // 73
  test("an aborted receive rejects with the reason and takes nothing", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const received = rx.recv({ signal: controller.signal });
    expect(await isPending(received)).toBe(true);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(received).rejects.toBe(reason);
    const sent = tx.send(1);
    expect(await rx.recv()).toStrictEqual(ok(1));
    expect((await sent).ok).toBe(true);
  });

  // 73
  test("an aborted receive steals no wake-up from the next one", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const cancelled = rx.recv({ signal: controller.signal });
    controller.abort("changed my mind");
    const next = rx.recv();
    tx.send(1);
    await expect(cancelled).rejects.toBe("changed my mind");
    expect(await next).toStrictEqual(ok(1));
  });

  // 73
  test("a receive that has its value keeps it when the signal aborts in the same breath", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const received = rx.recv({ signal: controller.signal });
    tx.send(1);
    controller.abort("too late");
    expect(await received).toStrictEqual(ok(1));
    expect(kindOf(rx.tryRecv())).toBe("empty");
  });

  // 73
  test("a channel survives when every other receive is aborted", async () => {
    const [tx, rx] = open<number>();
    const received: number[] = [];
    for (const n of numbers(100)) {
      const controller = new AbortController();
      const result = rx.recv({ signal: controller.signal });
      if (n % 2) controller.abort("odd");
      const sent = tx.send(n);
      if (n % 2) await expect(result).rejects.toBe("odd");
      const taken = await (n % 2 ? rx.recv() : result);
      if (taken.ok) received.push(taken.value);
      await sent;
    }
    expect(received).toEqual(numbers(100));
  });

  // 73
  test("an operation whose signal is aborted already touches nothing", async () => {
    const [tx, rx] = open<number>();
    const sent = numbers(2).map((n) => tx.send(n));
    const length = rx.length;
    await expect(rx.recv({ signal: ABORTED })).rejects.toBe("aborted before");
    await expect(rx.recv({ signal: ABORTED, timeout: 0 })).rejects.toBe("aborted before");
    await expect(rx.iter({ signal: ABORTED }).next()).rejects.toBe("aborted before");
    await expect(collect(rx.iter({ signal: ABORTED }))).rejects.toBe("aborted before");
    await expect(tx.closed({ signal: ABORTED })).rejects.toBe("aborted before");
    expect(rx.length).toBe(length);
    expect([...rx.tryIter()]).toEqual([0, 1]);
    await Promise.all(sent);
    tx.drop();
    await expect(rx.recv({ signal: ABORTED })).rejects.toBe("aborted before");
  });

  // 73
  test("an aborted wait for the receiver's end leaves the other waits alone", async () => {
    const [tx, rx] = open<number>();
    const controller = new AbortController();
    const aborted = tx.closed({ signal: controller.signal });
    const others = [tx.closed(), tx.clone().closed({ signal: new AbortController().signal })];
    controller.abort("changed my mind");
    await expect(aborted).rejects.toBe("changed my mind");
    for (const other of others) expect(await isPending(other)).toBe(true);
    rx.close();
    expect(await Promise.all(others)).toEqual([undefined, undefined]);
  });

  // 73
  test("one signal ends the receives of many channels when it aborts", async () => {
    const controller = new AbortController();
    const channels = numbers(50).map(() => open<number>());
    const received = channels.map(([, rx]) => rx.recv({ signal: controller.signal }));
    const settled = Promise.allSettled(received);
    controller.abort("all of you");
    for (const result of await settled) expect(result).toEqual({ status: "rejected", reason: "all of you" });
    for (const [n, [tx, rx]] of channels.entries()) {
      tx.send(n);
      expect(rx.tryRecv()).toStrictEqual(ok(n));
    }
  });

  // 75
  test("a discarded receive takes a value since only an abort cancels it", async () => {
    const [tx, rx] = open<number>();
    void rx.recv();
    const sent = [tx.send(1), tx.send(2)];
    expect(await rx.recv()).toStrictEqual(ok(2));
    await Promise.all(sent);
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 74
  test("an aborted send rejects with the reason and never arrives", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const controller = new AbortController();
    const sent = tx.send(99, { signal: controller.signal });
    expect(await isPending(sent)).toBe(true);
    controller.abort("changed my mind");
    await expect(sent).rejects.toBe("changed my mind");
    tx.drop();
    expect(await collect(rx)).toEqual(numbers(room));
  });

  // 74
  test("a send whose signal is aborted already touches nothing", async () => {
    const [tx, rx] = open<number>();
    const received = rx.recv();
    await expect(tx.send(1, { signal: ABORTED })).rejects.toBe("aborted before");
    expect(await isPending(received)).toBe(true);
    tx.trySend(2);
    expect(await received).toStrictEqual(ok(2));
    await expect(tx.send(3, { signal: ABORTED })).rejects.toBe("aborted before");
    expect(kindOf(rx.tryRecv())).toBe("empty");
  });

  // 74
  test("a send is either aborted or received when signal, timeout and receiver race", async () => {
    using clock = installClock();
    for (const order of ["abort first", "timeout first", "receive first"]) {
      const [tx, rx] = open<number>();
      for (const n of numbers(room)) tx.trySend(n);
      const controller = new AbortController();
      const sent = tx.send(99, { signal: controller.signal, timeout: 10 });
      const outcome = sent.then(kindOf, (reason) => reason);
      if (order === "timeout first") clock.advance(10);
      const early = order === "receive first" ? [...rx.tryIter()] : [];
      controller.abort("aborted");
      clock.advance(10);
      const arrived = [...early, ...rx.tryIter()].includes(99);
      expect([order, await outcome, arrived]).toEqual([
        order,
        { "abort first": "aborted", "timeout first": "timeout", "receive first": "ok" }[order],
        order === "receive first",
      ]);
    }
  });

  // 113, 74
  test("an aborted send lets the channel disconnect when it was the last thing left", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const controller = new AbortController();
    const sent = tx.send(99, { signal: controller.signal });
    tx.drop();
    controller.abort("changed my mind");
    await expect(sent).rejects.toBe("changed my mind");
    expect([...rx.tryIter()]).toEqual(numbers(room));
    expect(kindOf(rx.tryRecv())).toBe("disconnected");
  });
});

describe.each(BOUNDED_FLAVORS)("$name", ({ open, room }) => {
  // 76
  test("a place goes to the next send when the first in line was aborted", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const controller = new AbortController();
    const first = tx.send(98, { signal: controller.signal });
    const second = tx.send(99);
    controller.abort("changed my mind");
    rx.tryRecv();
    await expect(first).rejects.toBe("changed my mind");
    expect(await isPending(second)).toBe(false);
    expect([...rx.tryIter()].at(-1)).toBe(99);
  });

  // 76
  test("a send that was given its place keeps it when its signal aborts afterwards", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const controller = new AbortController();
    const sent = tx.send(99, { signal: controller.signal });
    rx.tryRecv();
    controller.abort("too late");
    expect((await sent).ok).toBe(true);
    expect([...rx.tryIter()].at(-1)).toBe(99);
  });
});
