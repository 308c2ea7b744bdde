/** An object with an async method: what an ask costs without an actor. A floor. */
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { ask };

class Incrementing {
  async increment(value: number): Promise<number> {
    return value + 1;
  }
}

async function ask(plan: Plan): Promise<void> {
  const object = new Incrementing();
  async function asker(first: number): Promise<void> {
    for (let value = first; value < plan.total; value += plan.width) plan.reply(await object.increment(value));
  }
  await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
}
