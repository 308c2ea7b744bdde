/** Every message does harm: the pauses between restarts grow, the intensity ends it, and no thread is made in between. */
import { onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import type { Harm, WorkerDefinition } from "../../support/thread-worker.ts";
import { threadSystem, worker } from "../../support/thread-worker.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** How many threads were made since. */
function countThreads(): Disposable & { readonly count: number } {
  let count = 0;
  const onWorker = (): void => void count++;
  process.on("worker", onWorker);
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]: () => void process.off("worker", onWorker),
  };
}

const macrotask = (): Promise<void> => new Promise(setImmediate);
const steady = { backoff: { initialMs: 100, jitter: 0 }, intensity: { restarts: 4, withinMs: 5000 } } as const;

/** Each with the number of threads that five incarnations take. */
const storms: readonly (readonly [Harm, number])[] = [
  ["throw", 1],
  ["timerThrow", 1],
  ["exit", 5],
];

describe.each(storms)("a storm of messages that each cause: %s", (how, threads) => {
  it("restarts after pauses that double, until the intensity is exceeded, and dead-letters what is queued", async () => {
    const clock = new VirtualClock();
    await using system = threadSystem({ clock });
    using made = countThreads();
    using address = system.spawn(worker, { thread: "dedicated", ...steady });
    for (let n = 0; n < 50; n++) address.tell({ type: "harm", how });
    const state = async () => (await system.inspect()).actors[0]?.state;
    for (const pause of [100, 200, 400]) {
      while ((await state()) !== "down") await macrotask();
      const before = made.count;
      clock.advance(pause - 1);
      for (let turn = 0; turn < 20; turn++) await macrotask();
      expect([await state(), made.count]).toEqual(["down", before]);
      clock.advance(1);
      while ((await state()) === "down") await macrotask();
    }
    await address.exited;
    expect(system.ledger()).toMatchObject({
      accepted: 50,
      handled: 0,
      panicked: 5,
      deadLettered: { intensityExceeded: 45 },
    });
    expect(made.count).toBe(threads);
    expect(system.lines.filter(({ level }) => level === 50)).toHaveLength(5);
  });
});

it("a storm of threads that die while their actor starts is ended by the intensity", async () => {
  await using system = threadSystem();
  using made = countThreads();
  const exits = onThread<WorkerDefinition>("data:text/javascript,process.exit(1)");
  using address = system.spawn(exits, {
    thread: "dedicated",
    intensity: { restarts: 4, withinMs: 600_000 },
    backoff: { initialMs: 0 },
  });
  for (let n = 0; n < 50; n++) address.tell({ type: "see", n });
  expect(await address.exited).toEqual({ kind: "crashed", cause: "exit" });
  expect(made.count).toBe(5);
  expect(system.ledger()).toMatchObject({
    accepted: 50,
    handled: 0,
    panicked: 0,
    deadLettered: { intensityExceeded: 50 },
  });
});
