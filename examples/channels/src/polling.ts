/**
 * A loop with work of its own looks into its inbox between two steps, and never waits for it.
 *
 * `tryRecv` answers at once: a value, "empty" (go on), or "disconnected" (no message can come any more). Work that is
 * synchronous must let others run between two steps, or nobody could send. (After `try_recv` of Rust's standard library.)
 */
import { setImmediate as pause } from "node:timers/promises";
import type { Receiver } from "@pneumatic/core";
import { channel } from "@pneumatic/core";
import { isMain } from "./is-main.ts";

export interface Polled {
  readonly messages: readonly string[];
  /** Steps of work done while the inbox was empty. */
  readonly steps: number;
}

/** Works, a `step` at a time, until the inbox is disconnected. */
export async function pollWhileWorking(inbox: Receiver<string>, step: () => Promise<void>): Promise<Polled> {
  using rx = inbox;
  const messages: string[] = [];
  for (let steps = 0; ; ) {
    const received = rx.tryRecv();
    if (received.ok) messages.push(received.value);
    else if (received.error.kind === "disconnected") return { messages, steps };
    else {
      await step();
      steps++;
    }
  }
}

if (isMain(import.meta.url)) {
  const [tx, rx] = channel<string>();
  let step = 0;
  const { messages, steps } = await pollWhileWorking(rx, async () => {
    step++;
    if (step % 3 === 0) tx.send(`message after step ${step}`);
    if (step === 9) tx.drop();
    await pause();
  });
  for (const message of messages) console.log(message);
  console.log(`${steps} steps of work`);
}
