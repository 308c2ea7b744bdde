/** The actor of `test/threads/actors/fixtures/gated-actor.mjs`: a test decides how far its thread goes, and sees how far it got. */
import { availableParallelism } from "node:os";
import type { ActorSystem, Address, Definition, SpawnOptions } from "@pneumatic/actors";
import { onThread } from "@pneumatic/actors";
import { fixtures, patient } from "./thread-worker.ts";

interface Protocol {
  mark(payload: { n: number }): void;
  marked(payload: { n: number }): number;
  toil(payload: { n: number }): void;
  block(payload: { n: number }): void;
  await(payload: { n: number }): void;
  stopLater(): void;
  failLater(): void;
  panic(): void;
}

type GatedActor = Definition<Protocol, ThreadGate["args"]>;
export const gatedActor = onThread<GatedActor>(new URL("gated-actor.mjs", fixtures));

const [GATE, REACHED] = [0, 1];

export class ThreadGate {
  readonly args = {
    words: new Int32Array(new SharedArrayBuffer(8)),
    order: new Int32Array(new SharedArrayBuffer(4 * 10_000)),
    attempts: new Int32Array(new SharedArrayBuffer(4 * 10_000)),
  };

  /** Waits until so many are at the gate, while this thread does other work. */
  async reached(count = 1): Promise<void> {
    while (Atomics.load(this.args.words, REACHED) < count) await new Promise(setImmediate);
  }

  /** The same, while this thread stands still: it hears nothing of what was said meanwhile. */
  reachedBlocking(count = 1): void {
    const { words } = this.args;
    for (let at = Atomics.load(words, REACHED); at < count; at = Atomics.load(words, REACHED))
      Atomics.wait(words, REACHED, at);
  }

  /** Waits until so many messages had their effect, while this thread stands still. */
  doneBlocking(count: number): void {
    while (Atomics.load(this.args.order, 0) < count);
  }

  open(): void {
    Atomics.store(this.args.words, GATE, 1);
    Atomics.notify(this.args.words, GATE);
  }

  /** Which messages had their effect, in order. */
  get effects(): number[] {
    const { order } = this.args;
    return [...order.subarray(1, 1 + Atomics.load(order, 0))];
  }
}

/** Two actors that share a thread: the first can keep it from going on with the second. */
export async function neighbours(system: ActorSystem, gate: ThreadGate, options: SpawnOptions = {}) {
  const spawn = () => system.spawn(gatedActor, { args: gate.args, ...patient, ...options });
  const addresses = Array.from({ length: availableParallelism() + 1 }, spawn);
  await Promise.all(addresses.map((address) => address.started));
  const { actors } = await system.inspect();
  const threads = actors.map(({ thread }) => thread?.id);
  const last = addresses.length - 1;
  const first = threads.indexOf(threads[last]);
  return [addresses[first], addresses[last]] as unknown as [Address<Protocol>, Address<Protocol>];
}
