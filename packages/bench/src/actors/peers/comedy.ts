/** `comedy`, with actors in memory. Its handlers are found by name at every message; a send resolves when it is handled. */
import { createSystem } from "comedy";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { tell, ask };

const QUIET = { error: silent, warn: silent, info: silent, debug: silent };

function silent(): void {
  // It greets on standard output otherwise.
}

async function tell(plan: Plan): Promise<void> {
  let count = 0;
  const system = createSystem({ log: QUIET });
  const root = await system.rootActor();
  const counter = await root.createChild({
    add(value: number) {
      plan.handle(value);
      count++;
    },
    count: () => count,
  });
  for (let sent = 0; sent < plan.total; ) {
    for (const end = sent + plan.width; sent < end; sent++) counter.send("add", sent);
    plan.reply(await counter.sendAndReceive("count"));
  }
  await system.destroy();
}

async function ask(plan: Plan): Promise<void> {
  const system = createSystem({ log: QUIET });
  const root = await system.rootActor();
  const incrementing = await root.createChild({ increment: (value: number) => value + 1 });
  async function asker(first: number): Promise<void> {
    for (let value = first; value < plan.total; value += plan.width) {
      plan.reply(await incrementing.sendAndReceive("increment", value));
    }
  }
  await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
  await system.destroy();
}
