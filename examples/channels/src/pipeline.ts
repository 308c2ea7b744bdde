/**
 * Three stages, each a loop of its own: numbers, their squares, the even ones of those.
 *
 * A stage owns the receiver it reads and the sender it writes. It ends when its input ends, and by that ends the next; and
 * when the next one goes away, its sends fail and it goes away too. (After "Go Concurrency Patterns: Pipelines".)
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

const CAPACITY = 16;

/** The even squares of 1 to `last`. */
export async function evenSquares(last: number): Promise<number[]> {
  const [numbers, toSquare] = syncChannel<number>(CAPACITY);
  const [squares, toFilter] = syncChannel<number>(CAPACITY);
  const [, , even] = await Promise.all([count(last, numbers), square(toSquare, squares), keepEven(toFilter)]);
  return even;
}

async function count(last: number, numbers: SyncSender<number>): Promise<void> {
  using tx = numbers;
  for (let n = 1; n <= last; n++) if (!(await tx.send(n)).ok) return;
}

async function square(numbers: Receiver<number>, squares: SyncSender<number>): Promise<void> {
  using rx = numbers;
  using tx = squares;
  for await (const n of rx) if (!(await tx.send(n * n)).ok) return;
}

async function keepEven(squares: Receiver<number>): Promise<number[]> {
  using rx = squares;
  const even: number[] = [];
  for await (const n of rx) if (n % 2 === 0) even.push(n);
  return even;
}

if (isMain(import.meta.url)) {
  const even = await evenSquares(1000);
  console.log(`${even.length} even squares, the last ones ${even.slice(-3).join(", ")}`);
}
