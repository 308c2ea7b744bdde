/** What a receiver and a sender can do besides, they can do when the other end is in another thread. */
import { channel, select, syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";
import { installClock } from "../../support/virtual-clock.ts";

describe.each(FLAVORS)("$name", ({ open }) => {
  test("select takes each value once from receivers that are fed by threads, and sees each disconnect", async () => {
    const [first, one] = open<number>();
    const [second, two] = open<number>();
    startThread("count", { outbox: first }, { count: 100 });
    startThread("count", { outbox: second }, { count: 100 });
    const got: Record<"one" | "two", number[]> = { one: [], two: [] };
    for (const live = { one, two }; Object.keys(live).length > 0; ) {
      const { arm, result } = await select(live);
      if (result.ok) got[arm].push(result.value);
      else Reflect.deleteProperty(live, arm);
    }
    expect(got).toEqual({ one: numbers(100), two: numbers(100) });
  });

  test("recvMany, tryRecv and iteration with a break share what a thread sends", async () => {
    const [outbox, rx] = open<number>();
    startThread("count", { outbox }, { count: 100, burst: 10 });
    const got: number[] = [];
    while (got.length < 30) await rx.recvMany(got, 30 - got.length);
    for await (const value of rx) {
      got.push(value);
      if (got.length === 60) break;
    }
    for (let result = rx.tryRecv(); result.ok; result = rx.tryRecv()) got.push(result.value);
    expect(got.concat(await collect(rx))).toEqual(numbers(100));
  });

  test("an aborted and a timed-out receive take nothing of what a thread sends", async () => {
    const [outbox, rx] = open<number>();
    const thread = startThread("tryAll", { outbox }, { limit: 0 });
    await thread.told();
    const clock = installClock();
    const late = rx.recvTimeout(1000);
    await clock.advance(1000);
    expect(kindOf(await late)).toBe("timeout");
    clock[Symbol.dispose]();
    const controller = new AbortController();
    const aborted = rx.recv({ signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    thread.worker.postMessage("drop");
    expect(await collect(rx)).toEqual([]);
  });

  test("a weak sender upgrades while a thread holds a strong one, and not after", async () => {
    const [outbox, rx] = open<number>();
    const weak = outbox.downgrade();
    const thread = startThread("tryAll", { outbox }, { limit: 0 });
    await thread.told();
    const strong = weak.upgrade();
    strong?.drop();
    expect(strong).toBeDefined();
    thread.worker.postMessage("drop");
    expect(await collect(rx)).toEqual([]);
    expect(weak.upgrade()).toBeUndefined();
  });
});

test("many channels share one link, and each keeps its order and its end", async () => {
  const pairs = numbers(20).map((n) => (n % 2 === 0 ? channel<number>() : syncChannel<number>(n)));
  const [tx, inbox] = channel<unknown>();
  const [outbox, replies] = channel<unknown>();
  startThread("echo", { inbox, outbox });
  for (const [sender] of pairs) unwrap(tx.send({ sender, list: [1, 2, 3] }));
  const senders = [];
  for (const _ of pairs) senders.push((unwrap(await replies.recv()) as { sender: (typeof pairs)[number][0] }).sender);
  const sent = senders.map(async (sender) => {
    for (const value of numbers(50)) await sender.send(value);
    sender.drop();
  });
  for (const [, rx] of pairs) expect(await collect(rx)).toEqual(numbers(50));
  await Promise.all(sent);
  tx.drop();
  expect(await collect(replies)).toEqual([]);
});
