/**
 * Several producers, one consumer, and the line that everybody forgets once: `tx.drop()`.
 *
 * Each producer owns a clone of the sender and drops it when it is done. The original is a sender too. The consumer's loop
 * ends when all of them are gone and what they sent is received. (After the chapter on message passing of the Rust book.)
 */
import { setImmediate as pause } from "node:timers/promises";
import type { Receiver, Sender } from "@pneumatic/core";
import { channel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Every word of every producer, in the order they arrived. */
export async function multipleProducers(names: readonly string[], words: readonly string[]): Promise<string[]> {
  const [tx, rx] = channel<string>();
  const producers = names.map((name) => say(tx.clone(), name, words));
  tx.drop(); // the last use of the original; without it the consumer would wait for ever
  const [heard] = await Promise.all([listen(rx), ...producers]);
  return heard;
}

async function say(tx: Sender<string>, name: string, words: readonly string[]): Promise<void> {
  using out = tx; // dropped on every way out of this function
  for (const word of words) {
    out.send(`${name}: ${word}`);
    await pause(); // whatever takes time
  }
}

async function listen(rx: Receiver<string>): Promise<string[]> {
  const heard: string[] = [];
  for await (const message of rx) heard.push(message);
  return heard;
}

if (isMain(import.meta.url)) {
  for (const message of await multipleProducers(["ann", "bob"], ["hi", "from", "here"])) console.log(message);
}
