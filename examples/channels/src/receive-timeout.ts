/**
 * A watchdog: who does not hear from the other side for too long says so, and keeps listening.
 *
 * `recvTimeout` has three outcomes: a value, "timeout", "disconnected". One that timed out has taken nothing, so the value
 * that comes a moment later is received by the next call. (After `recv_timeout` of Rust's standard library.)
 */
import type { Receiver, Sender } from "@pneumatic/core";
import { after, channel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

/** Reports each heartbeat, and each `limitMs` without one, until the sender is gone. Returns how often it was late. */
export async function watchHeartbeats(
  heartbeats: Receiver<number>,
  limitMs: number,
  print: (line: string) => void,
): Promise<number> {
  using rx = heartbeats;
  for (let late = 0; ; ) {
    const received = await rx.recvTimeout(limitMs);
    if (received.ok) print(`heartbeat ${received.value}`);
    else if (received.error.kind === "timeout") print(`nothing for ${limitMs} ms (${++late})`);
    else {
      print("gone");
      return late;
    }
  }
}

/** Sends a heartbeat after each of these pauses, in milliseconds. */
export async function beat(tx: Sender<number>, pauses: readonly number[]): Promise<void> {
  using out = tx;
  for (const [n, ms] of pauses.entries()) {
    await after(ms).recv(); // a pause that a test can skip with useClock
    out.send(n + 1);
  }
}

if (isMain(import.meta.url)) {
  const [tx, rx] = channel<number>();
  await Promise.all([beat(tx, [10, 10, 150, 10]), watchHeartbeats(rx, 60, console.log)]);
}
