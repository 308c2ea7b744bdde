/** `EventEmitter`: `emit` is a synchronous call, not a queue; `events.on` queues without a bound. References, both. */
import { EventEmitter, on } from "node:events";
import type { Peer, Plan } from "../plan.ts";

export const peer: Peer = { burst, iterate };

function burst(plan: Plan): void {
  const emitter = new EventEmitter();
  emitter.on("value", plan.receive);
  for (let value = 0; value < plan.each; value++) emitter.emit("value", value);
}

async function iterate(plan: Plan): Promise<void> {
  const emitter = new EventEmitter();
  const values: AsyncIterableIterator<number[]> = on(emitter, "value");
  for (let value = 0; value < plan.each; value++) emitter.emit("value", value);
  let left = plan.each;
  for await (const [value] of values) {
    plan.receive(value ?? Number.NaN);
    if (--left === 0) break;
  }
}
