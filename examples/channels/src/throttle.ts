/**
 * Requests go out at a steady pace, however fast they come in.
 *
 * `tick(ms)` is a receiver that time fills: to take a tick before each request is to wait for its turn. At most one tick
 * is kept, so a pause does not end in a burst. (After "Rate Limiting" of Go by Example.)
 */
import type { Receiver } from "@pneumatic/core";
import { channel, tick } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Handles each request, one every `intervalMs` at most. Returns how many there were. */
export async function throttle<T>(
  requests: Receiver<T>,
  intervalMs: number,
  handle: (request: T) => void,
): Promise<number> {
  using rx = requests;
  using pace = tick(intervalMs);
  let handled = 0;
  for await (const request of rx) {
    await pace.recv(); // its result holds the time; a tick neither fails nor ends
    handle(request);
    handled++;
  }
  return handled;
}

if (isMain(import.meta.url)) {
  const [tx, rx] = channel<number>();
  for (let n = 1; n <= 5; n++) tx.send(n);
  tx.drop();
  const start = performance.now();
  const stamp = (n: number) =>
    console.log(`request ${n} after about ${Math.round((performance.now() - start) / 20) * 20} ms`);
  await throttle(rx, 20, stamp);
}
