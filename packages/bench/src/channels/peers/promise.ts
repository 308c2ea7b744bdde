/** A plain promise: what the language has for one value, once. A reference. */
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { once };

async function once(plan: Plan): Promise<void> {
  for (let value = 0; value < plan.each; value++) {
    let send: ((value: number) => void) | undefined;
    const received = new Promise<number>((resolve) => {
      send = resolve;
    });
    send?.(value);
    plan.receive(await received);
  }
}
