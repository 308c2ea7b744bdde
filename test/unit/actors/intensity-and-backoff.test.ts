/** How many restarts are too many, and how long each one waits. */
import type { Backoff, Intensity } from "@pneumatic/actors";
import { actor, child, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");
const AT_ONCE: Partial<Backoff> = { initialMs: 0 };
const STEADY: Partial<Backoff> = { jitter: 0 };
const GENEROUS: Intensity = { restarts: 1000, withinMs: 1_000_000_000 };

/** Notes when it starts. */
function fragile(system: TestSystem, starts: number[] = []) {
  return actor({
    started: () => {
      starts.push(system.clock.now());
    },
    on: {
      fail: () => {
        throw BAD;
      },
      get: () => "alive",
    },
  });
}

const FAIL = { type: "fail" } as const;

describe("the intensity", () => {
  test.each([0, 1, 3])("allows %i restarts and not one more within its time", async (restarts) => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts, withinMs: 1000 }, backoff: AT_ONCE });
    for (const _ of numbers(restarts)) await rejection(address.ask(FAIL));
    expect(await address.ask({ type: "get" })).toBe("alive");
    address.tell(FAIL);
    expect(await address.exited).toEqual({ kind: "panicked", error: BAD, message: FAIL });
  });

  test.each([
    { elapsed: 999, counts: "counts", alive: false },
    { elapsed: 1000, counts: "does not count", alive: true },
    { elapsed: 1001, counts: "does not count", alive: true },
  ])("of 1 in 1,000 ms $counts a restart $elapsed ms ago", async ({ elapsed, alive }) => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts: 1, withinMs: 1000 }, backoff: AT_ONCE });
    await rejection(address.ask(FAIL));
    await system.advance(elapsed);
    await rejection(address.ask(FAIL));
    await quiet();
    expect(await isPending(address.exited)).toBe(alive);
  });

  describe.each([2, 3, 5])("of %i failed starts in a row, however far apart,", (restarts) => {
    /** Panics once, then fails as many starts as it is told to. */
    function failing(failures: number) {
      let starts = 0;
      return actor({
        state: () => {
          starts++;
          if (starts > 1 && starts <= 1 + failures) throw BAD;
        },
        on: {
          fail: () => {
            throw BAD;
          },
          get: () => starts,
        },
      });
    }
    const options = { intensity: { restarts, withinMs: 1000 }, backoff: { initialMs: 5000, maxMs: 5000, jitter: 0 } };

    test("allows as many, of an actor that is supervised alone", async () => {
      await using system = new TestSystem();
      using address = system.spawn(failing(restarts), options);
      address.tell(FAIL);
      for (const _ of numbers(restarts + 1)) await system.advance(5000);
      expect(await address.ask({ type: "get" })).toBe(restarts + 2);
    });

    test("does not allow one more, of an actor that is supervised alone", async () => {
      await using system = new TestSystem();
      using address = system.spawn(failing(restarts + 1), options);
      address.tell(FAIL);
      for (const _ of numbers(restarts + 2)) await system.advance(5000);
      expect(await isPending(address.exited)).toBe(false);
    });

    test.each(["one_for_one", "one_for_all", "rest_for_one"] as const)(
      "does not allow one more, under %s",
      async (strategy) => {
        await using system = new TestSystem();
        const { intensity, backoff } = options;
        using group = system.supervise(
          supervisor({ strategy, intensity, children: { child: child(failing(restarts + 1), { backoff }) } }),
        );
        using address = group.child("child");
        await quiet();
        address.tell(FAIL);
        for (const _ of numbers(restarts + 2)) await system.advance(5000);
        expect(await isPending(group.exited)).toBe(false);
      },
    );

    test("forgets them with a start that succeeds", async () => {
      await using system = new TestSystem();
      let starts = 0;
      const flaky = actor({
        state: () => {
          starts++;
          if (starts % 2 === 0) throw BAD;
        },
        on: {
          fail: () => {
            throw BAD;
          },
        },
      });
      using address = system.spawn(flaky, { ...options, intensity: { restarts: 2, withinMs: 1000 } });
      for (const _ of numbers(6)) {
        address.tell(FAIL);
        for (const __ of numbers(3)) await system.advance(5000);
      }
      expect(await isPending(address.exited)).toBe(true);
    });
  });

  test("slides: each restart leaves the window by itself", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts: 2, withinMs: 1000 }, backoff: AT_ONCE });
    for (const _ of numbers(10)) {
      await rejection(address.ask(FAIL));
      await system.advance(500);
    }
    expect(await address.ask({ type: "get" })).toBe("alive");
    await rejection(address.ask(FAIL));
    await rejection(address.ask(FAIL));
    expect((await address.exited).kind).toBe("panicked");
  });

  test("is 3 restarts in 5,000 ms when left out", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { backoff: AT_ONCE });
    for (const _ of numbers(3)) await rejection(address.ask(FAIL));
    await system.advance(4999);
    address.tell(FAIL);
    expect((await address.exited).kind).toBe("panicked");
  });

  test("exceeded makes dead letters of the queue, each with that reason, and rejects its asks", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts: 0, withinMs: 1000 } });
    address.tell(FAIL);
    address.tell({ type: "get" });
    const asked = address.ask({ type: "get" });
    expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind: "panicked" } });
    expect(system.deadLetters().map(({ reason }) => reason)).toEqual(["intensityExceeded", "intensityExceeded"]);
    expect(system.ledger().deadLettered).toEqual({ intensityExceeded: 2 });
  });

  test("exceeded ends that actor and no other", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts: 0, withinMs: 1000 } });
    using neighbour = system.spawn(fragile(system));
    address.tell(FAIL);
    await address.exited;
    expect(await neighbour.ask({ type: "get" })).toBe("alive");
  });

  test("is not used up by ends without a restart, nor by kills of the dead", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { intensity: { restarts: 1, withinMs: 1000 }, restart: "temporary" });
    address.tell(FAIL);
    await address.exited;
    await system.kill(address);
    expect(system.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  });
});

/** Lets the actor panic at once after each of `count` starts, and says how long each restart took. */
async function delays(count: number, backoff: Partial<Backoff>, random?: () => number): Promise<number[]> {
  await using system = new TestSystem(random && { random });
  const starts: number[] = [];
  const address = system.spawn(fragile(system, starts), { intensity: GENEROUS, backoff });
  for (const _ of numbers(count)) address.tell(FAIL);
  address.tell({ type: "get" });
  for (let step = 0; step < 5000 && starts.length <= count; step++) await advanceToNext(system);
  address.drop();
  return starts.slice(1).map((at, index) => at - (starts[index] as number));
}

/** Time stands still while anything runs, so a start is noted at the time it was due. */
async function advanceToNext(system: TestSystem): Promise<void> {
  const { nextDeadline } = system.clock;
  await system.advance(Number.isFinite(nextDeadline) ? nextDeadline - system.clock.now() : 0);
}

describe("the backoff", () => {
  test("is nothing, then 100 ms doubling up to 30,000 ms, when left out", async () => {
    expect(await delays(12, STEADY)).toEqual([0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  test("begins and ends where it is told", async () => {
    expect(await delays(6, { initialMs: 10, maxMs: 50, jitter: 0 })).toEqual([0, 10, 20, 40, 50, 50]);
  });

  test("stays at its longest when that is shorter than the first", async () => {
    expect(await delays(4, { initialMs: 100, maxMs: 30, jitter: 0 })).toEqual([0, 30, 30, 30]);
  });

  test.each([
    { random: 0, factor: 0.8 },
    { random: 0.25, factor: 0.9 },
    { random: 0.5, factor: 1 },
    { random: 0.75, factor: 1.1 },
  ])("is $factor times as long at a chance of $random when left out", async ({ random, factor }) => {
    const took = await delays(4, {}, () => random);
    expect(took).toEqual([0, 100, 200, 400].map((ms) => Math.ceil(ms * factor)));
  });

  test("never exceeds its longest, whatever the jitter", async () => {
    const took = await delays(4, { initialMs: 100, maxMs: 200, jitter: 1 }, () => 0.999);
    expect(Math.max(...took)).toBe(200);
  });

  test("draws anew for each restart", async () => {
    const draws = [0.5, 0, 0.5, 0.999];
    const took = await delays(3, { initialMs: 1000 }, () => draws.shift() as number);
    expect(took).toEqual([0, 800, 2000]);
  });

  test("begins anew after the actor has run for the whole time of the intensity", async () => {
    await using system = new TestSystem();
    const starts: number[] = [];
    using address = system.spawn(fragile(system, starts), {
      intensity: { restarts: 100, withinMs: 5000 },
      backoff: STEADY,
    });
    for (const _ of numbers(3)) address.tell(FAIL);
    for (const _ of numbers(3)) await advanceToNext(system);
    expect(starts).toEqual([0, 0, 100, 300]);
    await system.advance(4999);
    address.tell(FAIL);
    await quiet();
    expect(starts).toHaveLength(4);
    await system.advance(400);
    expect(starts).toHaveLength(5);
    await system.advance(5000);
    address.tell(FAIL);
    await quiet();
    expect(starts).toHaveLength(6);
  });

  test("waits for the whole delay", async () => {
    await using system = new TestSystem();
    const starts: number[] = [];
    using address = system.spawn(fragile(system, starts), { backoff: STEADY });
    for (const _ of numbers(2)) address.tell(FAIL);
    await quiet();
    await system.advance(99);
    expect(starts).toHaveLength(2);
    await system.advance(1);
    expect(starts).toEqual([0, 0, 100]);
  });

  test("leaves no timer when the actor is stopped meanwhile", async () => {
    await using system = new TestSystem();
    using address = system.spawn(fragile(system), { backoff: STEADY });
    for (const _ of numbers(2)) address.tell(FAIL);
    await quiet();
    expect(system.clock.pending).toBe(1);
    await system.stop(address);
    expect(system.clock.pending).toBe(0);
  });
});

describe("a child with an intensity of its own", () => {
  const NONE: Intensity = { restarts: 0, withinMs: 1000 };
  const ONE: Intensity = { restarts: 1, withinMs: 1000 };

  test.each(["one_for_one", "one_for_all", "rest_for_one"] as const)(
    "under %s counts for itself, and past it ends alone",
    async (strategy) => {
      await using system = new TestSystem();
      const definition = fragile(system);
      const children = { own: child(definition, { intensity: ONE, backoff: AT_ONCE }), other: child(definition) };
      using group = system.supervise(supervisor({ strategy, intensity: NONE, children }));
      using own = group.child("own");
      using other = group.child("other");
      await quiet();
      await rejection(own.ask(FAIL));
      await quiet();
      expect(await own.ask({ type: "get" })).toBe("alive");
      await rejection(own.ask(FAIL));
      expect(await own.exited).toMatchObject({ kind: "panicked" });
      await quiet();
      expect(await other.ask({ type: "get" })).toBe("alive");
      expect(group.children().map(({ id, alive }) => [id, alive])).toEqual([
        ["own", false],
        ["other", true],
      ]);
      await rejection(other.ask(FAIL));
      expect(await group.exited).toMatchObject({ kind: "panicked" }); // which counts as ever
    },
  );

  test("begins anew with its supervisor", async () => {
    await using system = new TestSystem();
    const definition = fragile(system);
    const inner = supervisor({
      intensity: NONE,
      children: { own: child(definition, { intensity: ONE, backoff: AT_ONCE }), other: child(definition) },
    });
    using outer = system.supervise(supervisor({ children: { inner } }));
    using own = outer.child("inner").child("own");
    using other = outer.child("inner").child("other");
    await quiet();
    await rejection(own.ask(FAIL));
    await rejection(other.ask(FAIL)); // the inner supervisor is restarted
    await quiet();
    await rejection(own.ask(FAIL));
    await quiet();
    expect(await own.ask({ type: "get" })).toBe("alive");
  });
});

describe("backoff.resetAfterMs", () => {
  test.each([
    { lasted: 299, delay: 100 },
    { lasted: 300, delay: 0 },
  ])("of 300 makes the restart of one that lasted $lasted ms wait $delay ms", async ({ lasted, delay }) => {
    await using system = new TestSystem();
    const starts: number[] = [];
    const backoff = { initialMs: 100, jitter: 0, resetAfterMs: 300 };
    using address = system.spawn(fragile(system, starts), { intensity: GENEROUS, backoff });
    await rejection(address.ask(FAIL));
    await quiet();
    await system.advance(lasted);
    await rejection(address.ask(FAIL));
    await quiet();
    expect(starts).toHaveLength(delay === 0 ? 3 : 2);
    await system.advance(delay);
    expect(starts).toHaveLength(3);
  });
});
