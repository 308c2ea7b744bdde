/** A restart keeps the mailbox, its order and every address; only the message that was being handled is not handled. */
import type { Address, ProtocolOf } from "@pneumatic/actors";
import { ActorPanickedError, actor, bounded, unbounded } from "@pneumatic/actors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Job {
  readonly n: number;
  readonly poison: boolean;
}

const BAD = new Error("poison");
const OFTEN = { restarts: 1000, withinMs: 1 };

/** Puts what it handles into `done`; throws and rejects at a poison. */
function worker(done: number[]) {
  const handle = ({ n, poison }: Job): number => {
    if (poison) throw BAD;
    done.push(n);
    return n;
  };
  return actor({
    on: {
      now: (_, job: Job) => handle(job),
      later: async (_, job: Job) => {
        await Promise.resolve();
        return handle(job);
      },
    },
  });
}

type Worker = ProtocolOf<ReturnType<typeof worker>>;

interface Sending extends Omit<Job, "n"> {
  readonly type: "now" | "later";
  readonly by: "tell" | "ask" | "send";
  readonly from: number;
}

const sending: fc.Arbitrary<Sending> = fc.record({
  type: fc.constantFrom("now" as const, "later" as const),
  by: fc.constantFrom("tell" as const, "ask" as const, "send" as const),
  from: fc.nat(2),
  poison: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const mailbox = fc.oneof(
  fc.constant({ ...unbounded() }),
  fc.nat(3).map((capacity) => bounded(capacity)),
);

/** Sends through `address`; a bounded mailbox gets no tells, which do not wait. */
function put(address: Address<Worker>, n: number, { type, by, poison }: Sending, waits: boolean): Promise<unknown> {
  const message = { type, n, poison };
  if (by === "ask")
    return address.ask(message as typeof message & { type: "now" }, { timeout: Number.POSITIVE_INFINITY });
  if (by === "send" || waits) return address.send(message);
  address.tell(message);
  return Promise.resolve();
}

test("a restarted actor handles everything but the poisons, in order, wherever they are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sending, { maxLength: 40 }),
      mailbox,
      fc.constantFrom(0, 100),
      fc.boolean(),
      async (sendings, spec, initialMs, early) => {
        await using system = new TestSystem();
        const done: number[] = [];
        const first = system.spawn(worker(done), { mailbox: spec, intensity: OFTEN, backoff: { initialMs } });
        const addresses = [first, first.clone(), first.clone()];
        if (early) await quiet();
        const waits = spec.capacity < Number.POSITIVE_INFINITY;
        const outcomes = sendings.map((each, n) =>
          put(addresses[each.from] as Address<Worker>, n, each, waits).catch((error: unknown) => error),
        );
        for (let wait = 0; wait < sendings.length; wait++) await system.advance(60_000);
        for (const address of addresses) address.drop();

        expect(done).toEqual(numbers(sendings.length).filter((n) => sendings[n]?.poison === false));
        for (const [n, { by, poison }] of sendings.entries()) {
          const outcome = await outcomes[n];
          if (by !== "ask") continue;
          if (poison) expect(outcome).toBeInstanceOf(ActorPanickedError);
          else expect(outcome).toBe(n);
        }
        const poisons = sendings.filter(({ poison }) => poison).length;
        expect(system.ledger()).toMatchObject({ handled: done.length, panicked: poisons, deadLettered: {} });
        expect(system.deadLetters()).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

describe("a restart", () => {
  test("leaves every address valid, strong and weak", async () => {
    await using system = new TestSystem();
    const done: number[] = [];
    using address = system.spawn(worker(done));
    using clone = address.clone();
    const weak = address.downgrade();
    await rejection(address.ask({ type: "now", n: 0, poison: true }));
    clone.tell({ type: "now", n: 1, poison: false });
    weak.tell({ type: "now", n: 2, poison: false });
    using upgraded = weak.upgrade();
    expect(await upgraded?.ask({ type: "now", n: 3, poison: false })).toBe(3);
    expect(done).toEqual([1, 2, 3]);
  });

  test("answers the asks that were queued behind the poison", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker([]));
    const asks = numbers(5).map((n) => address.ask({ type: "later", n, poison: n === 2 }));
    const outcomes = await Promise.allSettled(asks);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
  });

  test("keeps what arrives during the backoff", async () => {
    await using system = new TestSystem();
    const done: number[] = [];
    using address = system.spawn(worker(done), { backoff: { initialMs: 100, jitter: 0 } });
    address.tell({ type: "now", n: 0, poison: true });
    address.tell({ type: "now", n: 1, poison: true });
    await quiet();
    address.tell({ type: "now", n: 2, poison: false });
    const asked = address.ask({ type: "now", n: 3, poison: false });
    await system.advance(99);
    expect(done).toEqual([]);
    expect(system.ledger(address).queued).toBe(2);
    await system.advance(1);
    expect(done).toEqual([2, 3]);
    expect(await asked).toBe(3);
  });

  test("makes a new state from the same args and begins a new generation", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const args = { start: 5 };
    const counter = actor({
      state: (given: { start: number }, { generation }) => {
        seen.push([given, generation]);
        return { count: given.start };
      },
      on: {
        add: ({ state }) => ++state.count,
        fail: () => {
          throw BAD;
        },
        generation: (context) => context.generation,
      },
    });
    using address = system.spawn(counter, { args });
    expect(await address.ask({ type: "add" })).toBe(6);
    address.tell({ type: "fail" });
    expect(await address.ask({ type: "add" })).toBe(6);
    expect(await address.ask({ type: "generation" })).toBe(2);
    expect(seen).toEqual([
      [args, 1],
      [args, 2],
    ]);
    expect((seen[1] as [object])[0]).toBe(args);
  });

  test("runs the `stopped` hook of the old incarnation before the `state` of the new one", async () => {
    await using system = new TestSystem();
    const steps: unknown[] = [];
    const hook = gate();
    const recorder = actor({
      state: (_: undefined, { generation }) => {
        steps.push(`state ${generation}`);
        return generation;
      },
      on: {
        fail: () => {
          throw BAD;
        },
        next: ({ state }) => steps.push(`next ${state}`),
      },
      stopped: async ({ state }, reason) => {
        steps.push(`stopping ${state}`, reason);
        await hook.promise;
        steps.push(`stopped ${state}`);
      },
    });
    using address = system.spawn(recorder);
    const poison = { type: "fail" } as const;
    address.tell(poison);
    address.tell({ type: "next" });
    await quiet();
    expect(steps).toEqual(["state 1", "stopping 1", { kind: "panicked", error: BAD, message: poison }]);
    hook.open();
    await quiet();
    expect(steps.slice(3)).toEqual(["stopped 1", "state 2", "next 2"]);
  });

  test("stops the children of the old incarnation before its `stopped` hook", async () => {
    await using system = new TestSystem();
    const steps: string[] = [];
    const child = actor({
      on: {},
      stopped: (_, reason) => {
        steps.push(`child ${reason.kind}`);
      },
    });
    const parent = actor({
      state: (_: undefined, context) => context.own(context.spawn(child, { name: `child-of-${context.generation}` })),
      on: {
        fail: () => {
          throw BAD;
        },
        child: ({ state }) => state.path,
      },
      stopped: (_, reason) => {
        steps.push(`parent ${reason.kind}`);
      },
    });
    using address = system.spawn(parent, { name: "parent" });
    address.tell({ type: "fail" });
    expect(await address.ask({ type: "child" })).toBe("/parent/child-of-2");
    expect(steps).toEqual(["child shutdown", "parent panicked"]);
    expect(system.lookup("/parent/child-of-1")).toBeUndefined();
  });

  test("keeps the messages that wait for room, in their order", async () => {
    await using system = new TestSystem();
    const done: number[] = [];
    using address = system.spawn(worker(done), { mailbox: bounded(1) });
    const sent = numbers(6).map((n) => address.send({ type: "now", n, poison: n === 1 }));
    const results = await Promise.all(sent);
    await quiet();
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(done).toEqual([0, 2, 3, 4, 5]);
  });

  test("does not settle `exited`", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker([]));
    let exited = false;
    void address.exited.then(() => {
      exited = true;
    });
    await rejection(address.ask({ type: "now", n: 0, poison: true }));
    await quiet();
    expect(exited).toBe(false);
  });

  test("begins the message after the poison for the first time", async () => {
    await using system = new TestSystem();
    const attempts: number[] = [];
    const counter = actor({
      on: {
        put: ({ attempt }, { bad }: { bad: boolean }) => {
          attempts.push(attempt);
          if (bad) throw BAD;
        },
      },
    });
    using address = system.spawn(counter);
    for (const bad of [true, false]) address.tell({ type: "put", bad });
    await quiet();
    expect(attempts).toEqual([1, 1]);
  });
});
