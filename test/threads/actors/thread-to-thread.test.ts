/** Messages from an actor on one thread to an actor on another, while either thread is terminated, or both in either order. */
import type { Worker } from "node:worker_threads";
import type { ActorSystem, Address, AnyAddress, Definition, SpawnOptions } from "@pneumatic/actors";
import { onThread, retry } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { scaled } from "../../support/scale.ts";
import { fixtures, patient, threadSystem } from "../../support/thread-worker.ts";

interface Keeper {
  mark(payload: { n: number }): void;
}
interface Forwarder {
  pass(payload: { n: number }): void;
}
/** In memory that outlives the threads: how often each message was sent on, how often it came, and the order in which they came. */
interface Marks {
  readonly sent: Int32Array;
  readonly counts: Int32Array;
  readonly order: Int32Array;
}
type Victim = "sender" | "receiver" | "both, the sender first" | "both, the receiver first";

const module = new URL("forwarder.mjs", fixtures);
const keeper = onThread<Definition<Keeper, Marks>>(module, "keeper");
const forwarder = onThread<Definition<Forwarder, { to: Address<Keeper>; sent: Int32Array }>>(module, "forwarder");
const MESSAGES = 10_000;
const KILLS = scaled(50, 1000);
const VICTIMS: readonly Victim[] = ["sender", "receiver", "both, the sender first", "both, the receiver first"];
const KILLS_PER_RUN = 7;
const RUNS = Math.ceil(KILLS / VICTIMS.length / 2 / KILLS_PER_RUN);

const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));

/** The threads of the system by their numbers; those of others too, which are not asked for. */
function watchThreads(): Disposable & { readonly byId: Map<number, Worker> } {
  const byId = new Map<number, Worker>();
  const onWorker = (worker: Worker): void => void byId.set(worker.threadId, worker);
  process.on("worker", onWorker);
  return { byId, [Symbol.dispose]: () => void process.off("worker", onWorker) };
}

async function threadOf(system: ActorSystem, { path }: AnyAddress): Promise<number | undefined> {
  return (await system.inspect()).actors.find((actor) => actor.path === path)?.thread?.id;
}

interface Outcome extends Marks {
  readonly senderPanicked: number;
  readonly receiverPanicked: number;
  readonly kills: { sender: number; receiver: number };
}

async function underFire(victim: Victim, options: SpawnOptions): Promise<Outcome> {
  const marks = { sent: words(MESSAGES), counts: words(MESSAGES), order: words(2 * MESSAGES + 1) };
  using threads = watchThreads();
  await using system = threadSystem();
  const dedicated = { ...patient, ...options, thread: "dedicated" } as const;
  const receiver = system.spawn(keeper, { ...dedicated, args: marks });
  const sender = system.spawn(forwarder, { ...dedicated, args: { to: receiver.clone(), sent: marks.sent } });
  await Promise.all([sender.started, receiver.started]);
  const kills = { sender: 0, receiver: 0 };
  const kill = async (who: "sender" | "receiver"): Promise<void> => {
    const id = await threadOf(system, who === "sender" ? sender : receiver);
    const thread = id === undefined ? undefined : threads.byId.get(id);
    if (thread === undefined) return; // not begun again yet
    kills[who]++;
    void thread.terminate();
  };
  const wholeIsBalanced = (): void => {
    for (const address of [sender, receiver]) {
      const { accepted, deadLettered, ...others } = system.ledger(address);
      expect(deadLettered).toEqual({});
      expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(accepted);
    }
  };
  for (let n = 0; n < MESSAGES; n++) sender.tell({ type: "pass", n });
  for (let round = 0; round < KILLS_PER_RUN; round++) {
    const goal = ((round + Math.random()) * MESSAGES) / KILLS_PER_RUN;
    const done = victim === "sender" ? marks.sent : marks.counts;
    while (Atomics.load(done, Math.trunc(goal)) === 0 && Atomics.load(done, MESSAGES - 1) === 0) {
      await new Promise(setImmediate);
      wholeIsBalanced();
      const { handled, panicked } = system.ledger(victim === "sender" ? sender : receiver);
      if (handled + panicked > goal) break; // that one was lost
    }
    if (victim !== "receiver" && victim !== "both, the receiver first") await kill("sender");
    if (victim !== "sender") await kill("receiver");
    if (victim === "both, the receiver first") await kill("sender");
  }
  sender.drop();
  receiver.drop();
  await sender.exited;
  await receiver.exited; // the address in the arguments of the sender was its last
  wholeIsBalanced();
  expect(kills.sender + kills.receiver).toBeGreaterThan(KILLS_PER_RUN / 2);
  const { panicked: senderPanicked, accepted } = system.ledger(sender);
  expect(accepted).toBe(MESSAGES);
  return { ...marks, senderPanicked, receiverPanicked: system.ledger(receiver).panicked, kills };
}

describe.each(VICTIMS)("messages from thread to thread, while these are terminated: %s", (victim) => {
  it("come exactly once and in order, but for at most one in flight at each kill", async () => {
    for (let run = 0; run < RUNS; run++) {
      const { sent, counts, order, kills, senderPanicked, receiverPanicked } = await underFire(victim, {});
      expect(senderPanicked).toBeLessThanOrEqual(kills.sender);
      expect(receiverPanicked).toBeLessThanOrEqual(kills.receiver);
      const came = [...order.subarray(1, 1 + Atomics.load(order, 0))];
      expect(came).toEqual(came.toSorted((a, b) => a - b));
      expect(counts.filter((count) => count > 1)).toHaveLength(0);
      const unsent = sent.filter((count) => count === 0).length;
      expect(unsent).toBeLessThanOrEqual(senderPanicked);
      const lost = counts.filter((count, n) => count === 0 && sent[n] === 1).length;
      expect(lost).toBeLessThanOrEqual(receiverPanicked);
    }
  });

  it("are all there when what was in flight is retried, and twice at most those that were", async () => {
    for (let run = 0; run < RUNS; run++) {
      const { counts, order, kills, senderPanicked, receiverPanicked } = await underFire(victim, { poison: retry(1) });
      const missing = counts.filter((count) => count === 0).length;
      expect(missing).toBeLessThanOrEqual(senderPanicked + receiverPanicked); // those that were hit twice
      expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(kills.sender + kills.receiver);
      const came = [...order.subarray(1, 1 + Atomics.load(order, 0))];
      expect(came).toEqual(came.toSorted((a, b) => a - b));
    }
  });
});
