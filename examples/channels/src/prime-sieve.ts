/**
 * Eratosthenes' sieve as a chain of filters, one for each prime, that grows at its end.
 *
 *     2, 3, 4, 5, ... ─► not by 2 ─► not by 3 ─► not by 5 ─► next prime
 *
 * Every channel is a rendezvous, so no stage runs ahead. The generator has no end; to drop the last receiver is enough:
 * the filter before it cannot send, leaves and drops its own, and so on up to the generator. (After Go's `sieve.go`,
 * which leaks all of them.)
 */
import type { Receiver, SyncSender } from "@pneumatic/core";
import { syncChannel, unwrap } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** The first `count` primes. */
export async function firstPrimes(count: number): Promise<number[]> {
  const primes: number[] = [];
  const [numbers, all] = syncChannel<number>(0);
  const stages = [generate(numbers)];
  let candidates = all;
  while (primes.length < count) {
    const prime = unwrap(await candidates.recv());
    primes.push(prime);
    const [remaining, next] = syncChannel<number>(0);
    stages.push(sift(candidates, remaining, prime));
    candidates = next;
  }
  candidates.drop();
  await Promise.all(stages); // all of them have ended
  return primes;
}

async function generate(numbers: SyncSender<number>): Promise<void> {
  using tx = numbers;
  for (let n = 2; (await tx.send(n)).ok; n++);
}

async function sift(input: Receiver<number>, output: SyncSender<number>, prime: number): Promise<void> {
  using rx = input;
  using tx = output;
  for await (const n of rx) if (n % prime !== 0 && !(await tx.send(n)).ok) return;
}

if (isMain(import.meta.url)) console.log((await firstPrimes(20)).join(" "));
