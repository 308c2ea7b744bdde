/** Whatever happens to actors that share threads, in whatever order: each message has its effect at most once, in its order. */
import type { Worker } from "node:worker_threads";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scaled } from "../../support/scale.ts";
import { gatedActor, ThreadGate } from "../../support/thread-gate.ts";
import { patient, threadSystem } from "../../support/thread-worker.ts";

type Step =
  | { readonly kind: "tell" | "slow" | "ask"; readonly to: number; readonly count: number }
  | { readonly kind: "panic" | "stopLater" | "kill"; readonly to: number }
  | { readonly kind: "abort" | "terminate" | "macrotask" };

const ACTORS = 4;
const to = fc.nat(ACTORS - 1);
const count = fc.integer({ min: 1, max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("tell", "slow", "ask"), to, count }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("panic", "stopLater", "kill"), to }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("abort", "terminate", "macrotask") }) },
);
const forever = { timeout: Number.POSITIVE_INFINITY };
const ignore = (): void => {};

async function run(steps: readonly Step[]) {
  const threads = new Set<Worker>();
  const onWorker = (worker: Worker): void => {
    threads.add(worker);
    worker.once("exit", () => threads.delete(worker));
  };
  process.on("worker", onWorker);
  await using system = threadSystem();
  const actors = Array.from({ length: ACTORS }, () => {
    const gate = new ThreadGate();
    gate.open();
    const options = { args: gate.args, restart: "permanent", poison: "drop", ...patient } as const;
    return { gate, sent: 0, address: system.spawn(gatedActor, options) };
  });
  const asks: Promise<unknown>[] = [];
  let caller = new AbortController();
  for (const step of steps) {
    if ("count" in step) {
      const actor = actors[step.to] as (typeof actors)[number];
      for (let left = step.count; left > 0; left--) {
        const n = actor.sent++;
        if (step.kind === "tell") actor.address.tell({ type: "mark", n });
        else if (step.kind === "slow") actor.address.tell({ type: "await", n });
        else asks.push(actor.address.ask({ type: "marked", n }, { ...forever, signal: caller.signal }).catch(ignore));
      }
    } else if ("to" in step) {
      const { address } = actors[step.to] as (typeof actors)[number];
      if (step.kind === "kill") void system.kill(address);
      else address.tell({ type: step.kind });
    } else if (step.kind === "macrotask") {
      await new Promise(setImmediate);
    } else if (step.kind === "abort") {
      caller.abort();
      caller = new AbortController();
    } else {
      for (const thread of [...threads].slice(0, 1)) void thread.terminate();
    }
  }
  await Promise.all(asks);
  for (const { address } of actors) address.drop();
  await Promise.all(actors.map(({ address }) => address.exited));
  process.off("worker", onWorker);
  return { ledger: system.ledger(), actors };
}

it("keeps account and order of what is told, asked, given up, killed, stopped and lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { ledger, actors } = await run(steps);
      const { accepted, handled, panicked, expired, deadLettered, queued, inFlight } = ledger;
      const { killed = 0, ...otherLetters } = deadLettered;
      expect({ queued, inFlight, otherLetters }).toEqual({ queued: 0, inFlight: 0, otherLetters: {} });
      expect(handled + panicked + expired + killed).toBe(accepted);
      let effects = 0;
      for (const { gate, sent } of actors) {
        expect(gate.effects).toEqual([...new Set(gate.effects)].toSorted((a, b) => a - b));
        expect(gate.effects.every((n) => n < sent)).toBe(true);
        effects += gate.effects.length;
      }
      const losses = steps.filter(({ kind }) => kind === "kill" || kind === "terminate").length;
      const others = steps.filter(({ kind }) => kind === "stopLater").length;
      expect(effects).toBeGreaterThanOrEqual(handled - others);
      expect(effects).toBeLessThanOrEqual(handled + losses * ACTORS);
    }),
    { numRuns: scaled(25, 1000), endOnFailure: true },
  );
});
