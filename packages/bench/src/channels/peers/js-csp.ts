/** `js-csp`: goroutines are generators with a scheduler of their own. `chan(0)` is its rendezvous. */

import { createRequire } from "node:module";
import type { Peer, Plan } from "../plan.ts";

/** What a goroutine yields, to be resumed with its outcome. */
interface Operation {
  readonly _operation: unique symbol;
}

interface Channel {
  readonly _channel: unique symbol;
}

interface Csp {
  chan(capacity: number): Channel;
  go(body: () => Generator<Operation, void, never>): Channel;
  put(channel: Channel, value: number): Operation;
  take(channel: Channel): Operation;
  alts(channels: readonly Channel[]): Operation;
  offer(channel: Channel, value: number): boolean;
  poll(channel: Channel): unknown;
  readonly NO_VALUE: unknown;
}

/** It comes without types, and as CommonJS. */
const csp: Csp = createRequire(import.meta.url)("js-csp");

type Goroutine = Generator<Operation, void, number>;

export const peer: Peer = { flow, burst, pingPong, pipeline, select };

/** Runs a goroutine; resolves at its end. */
function go(body: () => Goroutine): Promise<void> {
  return new Promise((resolve, reject) => {
    csp.go(function* () {
      try {
        yield* body();
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}

function* produce(channel: Channel, first: number, { senders, each }: Plan): Goroutine {
  const end = first + senders * each;
  for (let value = first; value < end; value += senders) yield csp.put(channel, value);
}

function* consume(channel: Channel, count: number, plan: Plan): Goroutine {
  for (let left = count; left > 0; left--) plan.receive(yield csp.take(channel));
}

async function flow(plan: Plan): Promise<void> {
  const channel = csp.chan(plan.capacity);
  const tasks = Array.from({ length: plan.senders }, (_, first) => go(() => produce(channel, first, plan)));
  await Promise.all([go(() => consume(channel, plan.senders * plan.each, plan)), ...tasks]);
}

function burst(plan: Plan): void {
  const channel = csp.chan(plan.capacity);
  for (let value = 0; value < plan.each; value++) csp.offer(channel, value);
  for (let value = csp.poll(channel); value !== csp.NO_VALUE; value = csp.poll(channel)) plan.receive(Number(value));
}

async function pingPong(plan: Plan): Promise<void> {
  const there = csp.chan(plan.capacity);
  const back = csp.chan(plan.capacity);
  const echoing = go(function* () {
    for (let left = plan.each; left > 0; left--) yield csp.put(back, yield csp.take(there));
  });
  await go(function* () {
    for (let value = 0; value < plan.each; value++) {
      yield csp.put(there, value);
      plan.receive(yield csp.take(back));
    }
  });
  await echoing;
}

async function pipeline(plan: Plan): Promise<void> {
  const first = csp.chan(plan.capacity);
  const tasks = [go(() => produce(first, 0, plan))];
  let input = first;
  for (let stage = 0; stage < plan.stages; stage++) {
    const from = input;
    const output = csp.chan(plan.capacity);
    tasks.push(
      go(function* () {
        for (let left = plan.each; left > 0; left--) yield csp.put(output, yield csp.take(from));
      }),
    );
    input = output;
  }
  await Promise.all([go(() => consume(input, plan.each, plan)), ...tasks]);
}

async function select(plan: Plan): Promise<void> {
  const channels = Array.from({ length: plan.senders }, () => csp.chan(plan.capacity));
  const tasks = channels.map((channel, first) => go(() => produce(channel, first, plan)));
  const selecting = new Promise<void>((resolve, reject) => {
    csp.go(function* (): Generator<Operation, void, { readonly value: number }> {
      try {
        for (let left = plan.senders * plan.each; left > 0; left--) plan.receive((yield csp.alts(channels)).value);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
  await Promise.all([selecting, ...tasks]);
}
