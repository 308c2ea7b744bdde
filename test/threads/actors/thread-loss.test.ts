/** A thread that is lost costs the message it was at: whatever the cause, the queue survives in order. */
import type { ExitReason } from "@pneumatic/actors";
import { subscribe } from "@pneumatic/actors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaled } from "../../support/scale.ts";
import type { Harm } from "../../support/thread-worker.ts";
import { alone, failure, HEARTBEAT_MS, patient, threadSystem, worker } from "../../support/thread-worker.ts";

const losses: readonly (readonly [Harm, string])[] = [
  ["throw", "panicked"],
  ["reject", "panicked"],
  ["overflow", "panicked"],
  ["exit", "exit"],
  ["outOfMemory", "outOfMemory"],
  ["hang", "hung"],
  ["floatingRejection", "panicked"],
  ["timerThrow", "panicked"],
];

function nameOf(reason: ExitReason): string {
  return reason.kind === "crashed" ? reason.cause : reason.kind;
}

describe.each(losses)("an actor whose thread suffers %s", (how, name) => {
  const heartbeat = { threads: { heartbeatMs: how === "hang" ? HEARTBEAT_MS : 60_000 } };

  it("restarts, rejects the ask in flight with the cause, and handles what was queued in order", async () => {
    await using system = threadSystem(heartbeat);
    using address = system.spawn(worker, { ...alone, ...patient });
    const broken = failure(address.ask({ type: "harm", how }, { timeout: Number.POSITIVE_INFINITY }));
    const queued = Array.from({ length: 20 }, (_, n) =>
      address.ask({ type: "see", n }, { timeout: Number.POSITIVE_INFINITY }),
    );
    expect((await broken).name).toBe("ActorPanickedError");
    expect(await Promise.all(queued)).toEqual(queued.map((_, n) => ({ n, attempt: 1 })));
    expect(await address.ask({ type: "about" })).toMatchObject({ generation: 2 });
    expect(system.ledger()).toMatchObject({
      accepted: 22,
      handled: 21,
      panicked: 1,
      queued: 0,
      inFlight: 0,
      deadLettered: {},
    });
  });

  it("ends with that reason when it is not to be restarted", async () => {
    await using system = threadSystem(heartbeat);
    using address = system.spawn(worker, { ...alone, restart: "temporary" });
    address.tell({ type: "harm", how });
    expect(nameOf(await address.exited)).toBe(name);
    expect(system.lines.filter(({ level }) => level === 50)).toHaveLength(1);
  });
});

describe("actors that share a lost thread", () => {
  it("are hit but not to blame: what they were at is handled again, their queues are kept, no restart of theirs counts", async () => {
    await using system = threadSystem();
    const shared = Array.from({ length: 8 }, () =>
      system.spawn(worker, { intensity: { restarts: 0, withinMs: 60_000 } }),
    );
    using culprit = system.spawn(worker, patient);
    await Promise.all([culprit, ...shared].map((address) => address.started));
    const words = new Int32Array(new SharedArrayBuffer(4));
    const waiting = shared.map((address) => address.ask({ type: "waitAt", words }));
    const queued = shared.map((address, n) => address.ask({ type: "see", n }));
    expect((await failure(culprit.ask({ type: "harm", how: "exit" }))).cause).toMatchObject({ how: "exit" });
    Atomics.store(words, 0, 1);
    const attempts = await Promise.all(waiting);
    expect(new Set(attempts)).toEqual(new Set([1, 2]));
    expect((await Promise.all(queued)).map(({ n }) => n)).toEqual(shared.map((_, n) => n));
    expect(system.ledger()).toMatchObject({ panicked: 1, deadLettered: {} });
    for (const address of shared) address.drop();
  });

  it("lose nothing that was on its way to the thread, whatever becomes of what was in flight", async () => {
    await using system = threadSystem();
    using culprit = system.spawn(worker, patient);
    const neighbours = Array.from({ length: 8 }, () => system.spawn(worker, { ...patient, poison: "drop" }));
    await Promise.all([culprit, ...neighbours].map((address) => address.started));
    culprit.tell({ type: "harm", how: "exit" });
    const replies = neighbours.map((address, n) => address.ask({ type: "see", n }));
    expect(await Promise.all(replies)).toEqual(neighbours.map((_, n) => ({ n, attempt: 1 })));
    expect(system.ledger()).toMatchObject({ panicked: 1, deadLettered: {} });
    for (const address of neighbours) address.drop();
  });

  it("handle a message twice at most: a second loss is its last", async () => {
    await using system = threadSystem();
    const neighbours = Array.from({ length: 6 }, () => system.spawn(worker, patient));
    using culprits = system.spawn(worker, patient);
    using others = system.spawn(worker, patient);
    await Promise.all([culprits, others, ...neighbours].map((address) => address.started));
    const waiting = neighbours.map((address) =>
      address.ask({ type: "wait", ms: 60_000 }, { timeout: 30_000 }).catch((error) => error),
    );
    for (let round = 0; round < 4; round++) {
      for (const address of [culprits, others]) {
        await failure(address.ask({ type: "harm", how: "exit" }));
        await address.ask({ type: "seen" });
      }
      await Promise.all(neighbours.map((address) => address.started));
    }
    const hit = (await Promise.race([Promise.all(waiting), culprits.ask({ type: "wait", ms: 300 })])) as unknown;
    expect(hit === 1 || Array.isArray(hit)).toBe(true);
    const { accepted, handled, panicked, inFlight, queued } = system.ledger();
    expect(accepted).toBe(handled + panicked + inFlight + queued);
    for (const address of neighbours) await system.kill(address, { restart: false });
    for (const address of neighbours) address.drop();
  });
});

describe("a storm of losses", () => {
  it("is ended by the intensity, and what was queued is accounted for", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, {
      ...alone,
      backoff: { initialMs: 0 },
      intensity: { restarts: 2, withinMs: 60_000 },
    });
    for (let n = 0; n < 5; n++) address.tell({ type: "harm", how: "exit" });
    expect(nameOf(await address.exited)).toBe("exit");
    expect(system.ledger()).toMatchObject({ accepted: 5, panicked: 3, deadLettered: { intensityExceeded: 2 } });
  });

  it("costs one message each, whatever the order of harm and work", async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<Harm>("throw", "reject", "exit", "timerThrow") },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await using system = threadSystem();
        using address = system.spawn(worker, patient);
        const timeout = Number.POSITIVE_INFINITY;
        const replies = steps.map((how, n) =>
          how === undefined
            ? address.ask({ type: "see", n }, { timeout }).then(({ n }) => n)
            : address.ask({ type: "harm", how }, { timeout }).catch(() => "lost"),
        );
        expect(await Promise.all(replies)).toEqual(steps.map((how, n) => (how === undefined ? n : "lost")));
        const harmful = steps.filter((how) => how !== undefined).length;
        expect(system.ledger()).toMatchObject({
          accepted: steps.length,
          handled: steps.length - harmful,
          panicked: harmful,
        });
      }),
      { numRuns: scaled(8, 200) },
    );
  });
});

describe("the loss of a thread", () => {
  it("is told to those who subscribe: the thread, the cause, the culprit, and whom it has hit", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker, { ...alone, ...patient, name: "culprit" });
    await address.started;
    const [before] = (await system.inspect()).actors;
    const lost = new Promise((resolve) => {
      const subscription = subscribe("pneumatic:host:lost", (event) => {
        subscription[Symbol.dispose]();
        resolve(event);
      });
    });
    address.tell({ type: "harm", how: "exit" });
    const about = { system: system.name, path: "/culprit", id: 1, generation: 1 };
    expect(await lost).toEqual({ ...about, thread: before?.thread?.id, cause: "exit", hit: [] });
    expect(before?.thread?.id).toBeGreaterThan(0);
  });
});
