/**
 * `@thi.ng/csp`. A write resolves when its value is read, not when it is buffered. No rendezvous: the smallest buffer is 1; at
 * most 1024 writes may wait beyond the buffer.
 */
import type { Channel } from "@thi.ng/csp";
import { channel, select } from "@thi.ng/csp";
import type { TryOps } from "../drivers.ts";
import { awaiting, iterating, produce, trying } from "../drivers.ts";
import type { Peer, Plan } from "../plan.ts";

const ops: TryOps<Channel<number>, Channel<number>, number | undefined> = {
  open: (capacity) => {
    const opened = channel<number>(capacity);
    return [opened, opened];
  },
  send: (opened, value) => opened.write(value),
  receive: (opened) => opened.read(),
  value: (received) => received ?? Number.NaN,
  trySend: (opened, value) => opened.offer(value),
  tryReceive: (opened) => opened.poll(),
};

export const peer: Peer = { ...awaiting(ops), ...trying(ops), ...iterating(ops), select: selectOf };

async function selectOf(plan: Plan): Promise<void> {
  const channels = Array.from({ length: plan.senders }, () => channel<number>(plan.capacity));
  const [first, ...rest] = channels;
  const tasks = channels.map((opened, index) => produce(ops, opened, index, plan));
  for (let left = plan.senders * plan.each; left > 0; left--) {
    const [value] = await select(first!, ...rest);
    plan.receive(value ?? Number.NaN);
  }
  await Promise.all(tasks);
}
