/**
 * A fast producer waits for a slow consumer, so that the queue stays short whatever their speeds.
 *
 * `await tx.send(value)` on a bounded channel goes on when the value is in the queue. No sleep, no retry, no limit to
 * tune but the capacity. (After `sync_channel` of Rust's standard library.)
 */
import { setImmediate as pause } from "node:timers/promises";
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Sends 1 to `count` through a queue of `capacity`; returns what was received. */
export async function boundedProducer(
  count: number,
  capacity: number,
  print: (line: string) => void,
): Promise<number[]> {
  const [tx, rx] = syncChannel<number>(capacity);
  const [, received] = await Promise.all([produce(tx, count, print), consume(rx, print)]);
  return received;
}

async function produce(tx: SyncSender<number>, count: number, print: (line: string) => void): Promise<void> {
  using out = tx;
  for (let n = 1; n <= count; n++) {
    if (out.available === 0) print(`${n} waits`);
    const sent = await out.send(n);
    if (!sent.ok) return print(`${n} is not wanted any more`); // the consumer is gone
    print(`${n} is queued`);
  }
}

async function consume(rx: Receiver<number>, print: (line: string) => void): Promise<number[]> {
  using values = rx; // dropped when this function throws, too, so that the producer does not wait for ever
  const received: number[] = [];
  for await (const n of values) {
    await pause(); // slow
    received.push(n);
    print(`     ${n} is done, ${values.length} in the queue`);
  }
  return received;
}

if (isMain(import.meta.url)) await boundedProducer(6, 2, console.log);
