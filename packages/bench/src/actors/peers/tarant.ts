/**
 * `tarant`: an actor is an object whose methods are called through a proxy. A timer takes one message from each mailbox at each
 * tick, so this measures the timer.
 */
import tarant from "tarant";
import type { Peer, Plan } from "../plan.ts";

const { Actor, ActorSystem } = tarant;

export const peer: Peer = { tell, ask };

class Counter extends Actor {
  readonly #plan: Plan;
  #count = 0;

  constructor(plan: Plan) {
    super();
    this.#plan = plan;
  }

  async add(value: number): Promise<void> {
    this.#plan.handle(value);
    this.#count++;
  }

  async count(): Promise<number> {
    return this.#count;
  }

  async increment(value: number): Promise<number> {
    return value + 1;
  }
}

async function tell(plan: Plan): Promise<void> {
  const system = ActorSystem.default();
  const counter = system.actorOf(Counter, [plan]);
  for (let sent = 0; sent < plan.total; ) {
    for (const end = sent + plan.width; sent < end; sent++) void counter.add(sent);
    plan.reply(await counter.count());
  }
  system.free();
}

async function ask(plan: Plan): Promise<void> {
  const system = ActorSystem.default();
  const counter = system.actorOf(Counter, [plan]);
  async function asker(first: number): Promise<void> {
    for (let value = first; value < plan.total; value += plan.width) plan.reply(await counter.increment(value));
  }
  await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
  system.free();
}
