/** Threads that are terminated at any moment: nothing is lost but what they were at, and nothing is handled twice. */
import type { Worker } from "node:worker_threads";
import type { ActorSystem, AnyAddress, Definition, SpawnOptions } from "@pneumatic/actors";
import { onThread, retry } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { scaled } from "../../support/scale.ts";
import { fixtures, patient, threadSystem } from "../../support/thread-worker.ts";

interface Marker {
  markSlowly(payload: { n: number }): void;
  stopAt(payload: { n: number }): void;
  mark(payload: { n: number }): void;
  marked(payload: { n: number }): number;
}

/** How often each message had its effect, and in which order: in memory that no thread takes with it. */
interface Marks {
  readonly counts: Int32Array;
  /** The number of effects, then the messages that had them. */
  readonly order: Int32Array;
  /** Which incarnation handled each message last. */
  readonly generations: Int32Array;
}

const marker = onThread<Definition<Marker, Marks>>(new URL("marker.mjs", fixtures));
const MESSAGES = 10_000;
const KILLS = scaled(15, 100);

function marksFor(messages: number): Marks {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  return { counts: words(messages), order: words(2 * messages + 1), generations: words(messages) };
}

/** Terminates the thread again and again, each time when it has done a bit more. */
function killer(marks: Marks): Disposable & { readonly kills: number } {
  let kills = 0;
  let thread: Worker | undefined;
  let goal = Math.random() * 50;
  const onWorker = (worker: Worker): void => {
    thread = worker;
  };
  process.on("worker", onWorker);
  const timer = setInterval(() => {
    if (thread === undefined || kills === KILLS || Atomics.load(marks.order, 0) < goal) return;
    goal = Atomics.load(marks.order, 0) + Math.random() * ((2 * MESSAGES) / KILLS);
    void thread.terminate();
    thread = undefined;
    kills++;
  }, 0);
  return {
    get kills() {
      return kills;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      process.off("worker", onWorker);
    },
  };
}

async function underFire(options: SpawnOptions, send: "tell" | "ask") {
  const marks = marksFor(MESSAGES);
  await using system = threadSystem();
  using address = system.spawn(marker, { args: marks, ...patient, ...options });
  using fire = killer(marks);
  const replies: Promise<unknown>[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    if (n % 500 === 0) await new Promise(setImmediate);
    if (send === "tell") address.tell({ type: "mark", n });
    else replies.push(address.ask({ type: "marked", n }, { timeout: Number.POSITIVE_INFINITY }).catch(() => "lost"));
  }
  address.drop();
  await address.exited;
  const { handled, panicked, deadLettered } = system.ledger();
  expect({ accounted: handled + panicked, deadLettered }).toEqual({ accounted: MESSAGES, deadLettered: {} });
  const effects = [...marks.order.subarray(1, 1 + Atomics.load(marks.order, 0))];
  return { counts: [...marks.counts], effects, panicked, kills: fire.kills, replies: await Promise.all(replies) };
}

it("costs at most the message in flight each time, and keeps the order of all others", async () => {
  const { counts, effects, panicked, kills } = await underFire({}, "tell");
  expect(kills).toBeGreaterThan(KILLS / 4);
  expect(panicked).toBeLessThanOrEqual(kills);
  expect(counts.filter((count) => count > 1)).toEqual([]);
  expect(counts.filter((count) => count === 0).length).toBeLessThanOrEqual(panicked);
  expect(effects).toEqual(effects.toSorted((a, b) => a - b));
});

it("loses none that is retried, and handles none twice but what was in flight", async () => {
  const { counts, effects, kills, panicked } = await underFire({ poison: retry(1) }, "tell");
  expect(kills).toBeGreaterThan(KILLS / 4);
  expect(counts.filter((count) => count === 0).length).toBeLessThanOrEqual(panicked); // one that was hit twice
  expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(kills);
  expect(effects).toEqual(effects.toSorted((a, b) => a - b));
});

it("answers each ask that had its effect, but for those in flight", async () => {
  const { counts, panicked, replies } = await underFire({}, "ask");
  expect(counts.filter((count) => count > 1)).toEqual([]);
  expect(replies.filter((reply) => reply === "lost").length).toBe(panicked);
  for (const [n, reply] of replies.entries()) if (reply !== "lost") expect(reply).toBe(n);
});

const ends: readonly (readonly [string, (system: ActorSystem, address: AnyAddress) => Promise<unknown>, number])[] = [
  ["stopped", (system, address) => system.stop(address), 0],
  ["killed", (system, address) => system.kill(address, { restart: false }), 1],
];

describe.each(ends)("an actor on a thread that is %s in the middle of its queue", (_, end, inFlight) => {
  it.each(["mark", "markSlowly"] as const)(
    "has handled what its ledger says, with a handler that is %s",
    async (type) => {
      for (let round = 0; round < 4; round++) {
        const marks = marksFor(5000);
        await using system = threadSystem();
        using address = system.spawn(marker, { args: marks });
        await address.started;
        for (let n = 0; n < 5000; n++) address.tell({ type, n });
        const enough = round * 250;
        while (Atomics.load(marks.order, 0) < enough) await new Promise(setImmediate);
        await end(system, address);
        const { handled, deadLettered, inFlight: still } = system.ledger();
        expect(still).toBe(0);
        expect(handled + (deadLettered.stopped ?? 0) + (deadLettered.killed ?? 0)).toBe(5000);
        await system.shutdown();
        const effects = Atomics.load(marks.order, 0);
        expect(effects).toBeGreaterThanOrEqual(handled);
        expect(effects).toBeLessThanOrEqual(handled + inFlight);
      }
    },
  );
});

it("an actor on a thread that stops itself has begun nothing after that message, and its queue is kept", async () => {
  const marks = marksFor(1000);
  await using system = threadSystem();
  using address = system.spawn(marker, { args: marks, restart: "permanent", ...patient });
  for (let n = 0; n < 1000; n++) address.tell({ type: n % 100 === 50 ? "stopAt" : "mark", n });
  expect(await address.ask({ type: "marked", n: 0 }, { timeout: Number.POSITIVE_INFINITY })).toBe(0);
  expect([...marks.order.subarray(1, 1001)]).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  expect([...marks.generations.subarray(1)]).toEqual(
    Array.from({ length: 999 }, (_, at) => Math.ceil((at + 51) / 100)),
  );
  expect(system.ledger(address)).toMatchObject({ handled: 1001, panicked: 0, deadLettered: {} });
});

it("an ask given up while it waits behind others on the thread is never begun, and counts as expired", async () => {
  const marks = marksFor(3000);
  await using system = threadSystem();
  using address = system.spawn(marker, { args: marks });
  await address.started;
  const caller = new AbortController();
  for (let n = 0; n < 1000; n++) address.tell({ type: "markSlowly", n });
  const given = Array.from({ length: 100 }, (_, n) =>
    address.ask({ type: "marked", n: 1000 + n }, { signal: caller.signal }).catch(() => "given up"),
  );
  for (let n = 2000; n < 3000; n++) address.tell({ type: "mark", n });
  caller.abort();
  expect(new Set(await Promise.all(given))).toEqual(new Set(["given up"]));
  await address.ask({ type: "marked", n: 0 }, { timeout: Number.POSITIVE_INFINITY });
  const begun = marks.counts.subarray(1000, 2000).filter((count) => count > 0).length;
  expect(system.ledger(address)).toMatchObject({ accepted: 2101, handled: 2001 + begun, expired: 100 - begun });
  expect(begun).toBe(0);
});
