/** `recvSync` blocks a worker thread until something comes, and refuses where nobody could wake the thread. */
import type { MessagePort } from "node:worker_threads";
import { channel, syncChannel, unwrap } from "@pneumatic/core";
import { CannotBlockError, recvSync } from "@pneumatic/core/threads";
import { expect, test } from "vitest";
import { FLAVORS } from "../../support/flavors.ts";
import { collect, numbers, sendAll } from "../../support/sequence.ts";
import { startThread } from "../../support/threads.ts";

// 91
test.each(FLAVORS)("a blocked thread gets everything, then disconnected: $name", async ({ open }) => {
  const [tx, inbox] = open<unknown>();
  const [outbox, rx] = channel<unknown[]>();
  startThread("block", { inbox, outbox });
  const values = numbers(100).map((n) => [n, new Map([[n, n]]), "x".repeat(n * 500), { n }][n % 4]);
  const sent = sendAll(tx, values);
  expect(await collect(rx)).toEqual([[...values, "disconnected"]]);
  await sent;
});

test("a blocked thread wakes for values that come one by one", async () => {
  const [tx, inbox] = channel<number>();
  const [outbox, rx] = channel<number[]>();
  const [pong, pongs] = syncChannel<number>(1);
  startThread("block", { inbox, outbox });
  startThread("echo", { inbox: pongs, outbox: tx.clone() });
  for (const n of numbers(200)) await pong.send(n);
  pong.drop();
  tx.drop();
  expect(await collect(rx)).toEqual([[...numbers(200), "disconnected"]]);
});

test("a blocked thread learns of the death of the thread that was to send", async () => {
  const [tx, inbox] = channel<number>();
  const [outbox, rx] = channel<number[]>();
  const [start, started] = channel<number>();
  const thread = startThread("echo", { inbox: started, outbox: tx });
  startThread("block", { inbox, outbox });
  start.send(1);
  await thread.worker.terminate();
  const [got] = await collect(rx);
  expect(got?.at(-1)).toBe("disconnected");
  start.drop();
});

test.each(["end", "exit", "throw", "terminate", "outOfMemory"])(
  "a thread that sleeps learns of the %s of a thread that it has a port to, though no other knows of it",
  async (death) => {
    const [unused, nothing] = channel<never>();
    const [outbox, rx] = channel<unknown>();
    const sender = startThread("giveAway", { outbox: unused }, {}, { resourceLimits: { maxOldGenerationSizeMb: 20 } });
    const port = (await sender.told()) as MessagePort;
    const sleeper = startThread("blockOn", { outbox });
    sleeper.worker.postMessage(port, [port]);
    expect(unwrap(await rx.recv())).toBe("last");
    if (death === "terminate") void sender.worker.terminate();
    else if (death === "end") sender.worker.postMessage("close");
    else sender.worker.postMessage(death);
    expect(await collect(rx)).toEqual(["disconnected"]);
    nothing.drop();
  },
);

test("a timeout ends the wait and leaves the channel as it was", async () => {
  const [tx, inbox] = channel<number>();
  const [outbox, rx] = channel<unknown[]>();
  startThread("block", { inbox, outbox }, { timeout: 1 });
  expect(await collect(rx)).toEqual([["timeout"]]);
  await tx.closed();
  tx.drop();
});

test("a thread that only it could wake is not blocked", async () => {
  const [outbox, rx] = channel<string>();
  startThread("blockAlone", { outbox });
  expect(await collect(rx)).toEqual(["ERR_CHANNEL_CANNOT_BLOCK"]);
});

test("the main thread is never blocked", () => {
  const [tx, rx] = channel<number>();
  expect(() => recvSync(rx)).toThrow(CannotBlockError);
  expect(() => recvSync(rx, -1)).toThrow(RangeError);
  tx.drop();
  rx.drop();
  expect(() => recvSync(rx)).toThrow(/dropped/);
});
