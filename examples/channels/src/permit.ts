/**
 * What is expensive to make is made when it is sure that there is room for it, and somebody who wants it.
 *
 * `send(await make())` makes first and waits afterwards, with the result in its hands. `reserve` waits first; its permit
 * is a slot that is held. (After tokio's `Sender::reserve`.)
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Makes numbers 1, 2, ... and sends them until the receiver is gone. Returns how many it made. */
export async function makeOnDemand<T>(output: SyncSender<T>, make: (n: number) => Promise<T>): Promise<number> {
  using tx = output;
  for (let made = 0; ; made++) {
    const reserved = await tx.reserve();
    if (!reserved.ok) return made; // before the next one was begun
    using permit = reserved.value; // given back if make() throws; does nothing once it was used
    permit.send(await make(made + 1));
  }
}

/** Takes `count` values and leaves. */
export async function takeSome<T>(input: Receiver<T>, count: number): Promise<T[]> {
  using rx = input;
  const taken: T[] = [];
  for await (const value of rx) if (taken.push(value) === count) break;
  return taken;
}

if (isMain(import.meta.url)) {
  const [tx, rx] = syncChannel<string>(1);
  const render = async (n: number) => {
    console.log(`rendering page ${n}`);
    return `page ${n}`;
  };
  const [made, taken] = await Promise.all([makeOnDemand(tx, render), takeSome(rx, 3)]);
  console.log(`rendered ${made}, took ${taken.length}`);
}
