/**
 * Channels without a queue: whoever sends and whoever receives meet, and both know that they have met.
 *
 * OCaml's `Event.sync (Event.send channel value)` is `await tx.send(value)` with capacity 0. Here two runners hand a baton
 * to and fro over two such channels; at any moment one of them has it. (After OCaml's `Event`, and Concurrent ML.)
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Runs `laps`, ann the odd ones and bob the even ones. */
export async function relay(laps: number, print: (line: string) => void): Promise<void> {
  const [toBob, fromAnn] = syncChannel<number>(0);
  const [toAnn, fromBob] = syncChannel<number>(0);
  const race = Promise.all([run("ann", fromBob, toBob, laps, print), run("bob", fromAnn, toAnn, laps, print)]);
  const start = toAnn.clone();
  await start.send(1);
  start.drop();
  await race;
}

async function run(
  name: string,
  before: Receiver<number>,
  after: SyncSender<number>,
  laps: number,
  print: (line: string) => void,
): Promise<void> {
  using rx = before;
  using tx = after;
  for await (const lap of rx) {
    print(`${name} runs lap ${lap}`);
    if (lap === laps) return; // both ends are dropped: the other runner's loop ends
    await tx.send(lap + 1); // done when the other one has it
  }
}

if (isMain(import.meta.url)) await relay(5, console.log);
