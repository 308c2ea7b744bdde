/** `p-queue`: a queue of tasks, one at a time. An `add` resolves when its task is done, so it compares with a rendezvous. */
import PQueue from "p-queue";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { flow };

async function flow(plan: Plan): Promise<void> {
  const queue = new PQueue({ concurrency: 1 });
  for (let value = 0; value < plan.each; value++) await queue.add(() => plan.receive(value));
}
