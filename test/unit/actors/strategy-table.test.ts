/**
 * Who restarts, who stops and who vanishes when a child of a group ends: every strategy, kind of restart and way to end.
 * What is expected is written out by hand, from the documentation of OTP's `supervisor`. Two departures are settled in the
 * design: what was ended on purpose (`terminateChild`, `system.stop`, `system.drain`) is not brought back by its group, and
 * a `shutdown` is never an end of the child's own.
 */
import type { Restart, Strategy } from "@pneumatic/actors";
import { child, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { delayBefore } from "../../../packages/actors/src/supervisor/backoff.ts";
import { countRestart } from "../../../packages/actors/src/supervisor/intensity.ts";
import { firstAffected } from "../../../packages/actors/src/supervisor/restart-policy.ts";
import type { RecordedChild } from "../../support/child-recorder.ts";
import { BAD, ChildRecorder, recordedChild } from "../../support/child-recorder.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem, unaccounted } from "../../support/test-system.ts";

type End = "normal" | "panicked" | "killed" | "killed for good" | "stopped" | "terminated" | "drained";
type Fate = "restarts" | "stays dead" | "vanishes";

/** What becomes of the child itself, whatever the strategy. */
const OWN: readonly (readonly [End, Restart, Fate])[] = [
  ["normal", "permanent", "restarts"],
  ["normal", "transient", "stays dead"],
  ["normal", "temporary", "vanishes"],
  ["panicked", "permanent", "restarts"],
  ["panicked", "transient", "restarts"],
  ["panicked", "temporary", "vanishes"],
  ["killed", "permanent", "restarts"],
  ["killed", "transient", "restarts"],
  ["killed", "temporary", "vanishes"],
  ["killed for good", "permanent", "stays dead"],
  ["killed for good", "transient", "stays dead"],
  ["killed for good", "temporary", "vanishes"],
  ["stopped", "permanent", "stays dead"],
  ["stopped", "transient", "stays dead"],
  ["stopped", "temporary", "vanishes"],
  ["terminated", "permanent", "stays dead"],
  ["terminated", "transient", "stays dead"],
  ["terminated", "temporary", "vanishes"],
  ["drained", "permanent", "stays dead"],
  ["drained", "transient", "stays dead"],
  ["drained", "temporary", "vanishes"],
];

/** The others: `p`ermanent, `t`ransient and `m` (temporary) before it, `q`, `u` and `n` after it; and the steps they take. */
const OTHERS: Readonly<Record<Strategy, { listed: string; dead: string; stops: string; starts: string }>> = {
  one_for_one: { listed: "p t m x q u n", dead: "", stops: "", starts: "x" },
  one_for_all: { listed: "p t x q u", dead: "m n", stops: "n u q m t p", starts: "p t x q u" },
  rest_for_one: { listed: "p t m x q u", dead: "n", stops: "n u q", starts: "x q u" },
};

const REASON: Readonly<Record<End, string>> = {
  normal: "normal",
  panicked: "panicked",
  killed: "killed",
  "killed for good": "killed",
  stopped: "shutdown",
  terminated: "shutdown",
  drained: "shutdown",
};

const EVERYBODY = ["p", "t", "m", "x", "q", "u", "n"] as const;
const KIND: Readonly<Record<string, Restart>> = { t: "transient", u: "transient", m: "temporary", n: "temporary" };

/** A started group of `x` among others of every kind. */
async function family(strategy: Strategy, restart: Restart) {
  const system = new TestSystem();
  const recorder = new ChildRecorder();
  const kind = (id: string): Restart => (id === "x" ? restart : (KIND[id] ?? "permanent"));
  const entries = EVERYBODY.map((id) => [id, child(recorder.definition(id), { restart: kind(id) })] as const);
  const top = system.supervise(supervisor({ strategy, children: Object.fromEntries(entries) }));
  await top.started;
  await quiet();
  const players = new Map(EVERYBODY.map((id) => [id as string, recordedChild(top, id)]));
  recorder.takeSteps();
  return { system, stage: recorder, top, players, player: (id: string) => players.get(id) as RecordedChild };
}

const words = (list: string): string[] => list.split(" ").filter((word) => word !== "");

describe.each(["one_for_one", "one_for_all", "rest_for_one"] as const)("under %s", (strategy) => {
  describe.each(OWN)("a child that is %s and %s", (end, restart, fate) => {
    test(fate, async () => {
      const { system, stage: recorder, top, players, player } = await family(strategy, restart);
      await using _ = system;
      // Everybody is in the middle of a message, and has three more queued.
      for (const id of EVERYBODY) {
        player(id).tell({ type: "hold" });
        if (id === "x" && end === "normal") player(id).tell({ type: "end" });
        if (id === "x" && end === "panicked") player(id).tell({ type: "fail" });
        for (const n of numbers(3)) player(id).tell({ type: "put", n });
      }
      await quiet();
      if (end === "killed" || end === "killed for good") void system.kill(player("x"), { restart: end === "killed" });
      else if (end === "terminated") void top.terminateChild("x");
      else if (end === "stopped") void system.stop(player("x"));
      else if (end === "drained") void system.drain(player("x"));
      recorder.waitOf("x").open();
      await quiet();
      // Siblings are asked one after the other, the last first, and each finishes its message.
      const holding: readonly string[] = fate === "restarts" ? words(OTHERS[strategy].stops) : [];
      for (const id of holding) {
        expect(recorder.done().filter((step) => !/ x( |$)/.test(step))).toEqual(
          id === holding[0] ? [] : expect.any(Array),
        );
        recorder.waitOf(id).open();
        await quiet();
      }
      const steps = recorder.takeSteps();
      for (const id of EVERYBODY) recorder.waitOf(id).open();
      await quiet();
      steps.push(...recorder.takeSteps());

      const restarts = fate === "restarts";
      const others = OTHERS[strategy];
      const { starts } = others;
      const dead = restarts ? words(others.dead) : [];
      expect(steps.filter((step) => step.startsWith("started")).map((step) => step.slice(8))).toEqual(
        restarts ? words(starts) : [],
      );
      const ids = restarts ? words(others.listed) : EVERYBODY.filter((id) => id !== "x" || fate === "stays dead");
      expect(top.children().map(({ id, alive }) => `${id} ${alive}`)).toEqual(
        ids.map((id) => `${id} ${id !== "x" || restarts}`),
      );
      for (const id of dead) expect((await player(id).exited).kind).toBe("shutdown");
      if (!restarts) expect((await player("x").exited).kind).toBe(REASON[end]);

      const xHandles = restarts || end === "drained";
      for (const id of EVERYBODY) {
        const handles = id === "x" ? xHandles : !dead.includes(id);
        const puts = steps.filter((step) => step.startsWith(`put ${id} `));
        expect([id, puts]).toEqual([id, handles ? numbers(3).map((n) => `put ${id} ${n}`) : []]);
      }
      const ledger = system.ledger();
      expect(unaccounted(ledger)).toBe(0);
      const killed = end === "killed" || end === "killed for good" ? 1 : 0;
      const stopped = 3 * (dead.length + (xHandles ? 0 : 1));
      expect(ledger.panicked).toBe(end === "panicked" ? 1 : 0);
      expect(ledger.deadLettered).toEqual({ ...(killed > 0 && { killed }), ...(stopped > 0 && { stopped }) });
      for (const [id, address] of players) {
        if (!dead.includes(id) && (id !== "x" || restarts)) {
          const isAgain = restarts && words(starts).includes(id);
          expect(await address.ask({ type: "get" })).toBe(isAgain ? 2 : 1);
        }
        address.drop();
      }
      top.drop();
    });
  });
});

describe("the order in which a group stops and starts", () => {
  test.each(["one_for_all", "rest_for_one"] as const)(
    "of %s is reverse, one at a time, then forward",
    async (strategy) => {
      const { system, stage: recorder, top, player } = await family(strategy, "permanent");
      await using _ = system;
      player("x").tell({ type: "fail" });
      await quiet();
      const { stops, starts } = OTHERS[strategy];
      expect(recorder.takeSteps()).toEqual([
        "stopping x panicked",
        // The hook of the one that failed and of the last sibling run at the same time, since that one is down already.
        expect.any(String),
        expect.any(String),
        ...words(stops)
          .slice(0, 1)
          .map((id) => `stopped ${id}`),
        ...words(stops)
          .slice(1)
          .flatMap((id) => [`stopping ${id} shutdown`, `stopped ${id}`]),
        ...words(starts).flatMap((id) => [`start ${id}`, `started ${id}`]),
      ]);
      top.drop();
    },
  );
});

describe("a restart whose start fails", () => {
  test.each([
    ["one_for_one", "start b, start b, start b, started b"],
    [
      "one_for_all",
      "start a, started a, start b, stopped a, start a, started a, start b, stopped a, start a, started a, start b, started b, start c, started c",
    ],
    ["rest_for_one", "start b, start b, start b, started b, start c, started c"],
  ] as const)("under %s is tried again", async (strategy, expected) => {
    await using system = new TestSystem();
    const recorder = new ChildRecorder();
    const one = (name: string) => child(recorder.definition(name), { backoff: { initialMs: 0 } });
    const intensity = { restarts: 3, withinMs: 1000 };
    using top = system.supervise(
      supervisor({ strategy, intensity, children: { a: one("a"), b: one("b"), c: one("c") } }),
    );
    await top.started;
    using b = recordedChild(top, "b");
    recorder.failing.set("b", 2);
    recorder.takeSteps();
    b.tell({ type: "fail" });
    await quiet();
    const steps = recorder.takeSteps().filter((step) => !step.startsWith("stopping"));
    expect(steps.slice(steps.findIndex((step) => step.startsWith("start"))).join(", ")).toBe(expected);
    b.tell({ type: "fail" }); // the fourth within the time
    expect(await top.exited).toEqual({ kind: "panicked", error: BAD, message: { type: "fail" } });
  });
});

describe("the pure functions", () => {
  test.each([
    ["one_for_all", 0, 0],
    ["one_for_all", 3, 0],
    ["rest_for_one", 0, 0],
    ["rest_for_one", 3, 3],
  ] as const)("firstAffected of %s at %i is %i", (strategy, failed, first) => {
    expect(firstAffected(strategy, failed)).toBe(first);
  });

  test.each([
    { earlier: [], restarts: 0, left: undefined },
    { earlier: [], restarts: 1, left: [1000] },
    { earlier: [900], restarts: 1, left: undefined },
    { earlier: [901], restarts: 1, left: undefined },
    { earlier: [0, 900], restarts: 2, left: [900, 1000] },
    { earlier: [899, 900, 901], restarts: 3, left: undefined },
  ])("countRestart at 1,000 after $earlier of $restarts in 500 ms is $left", ({ earlier, restarts, left }) => {
    expect(countRestart(earlier, 1000, { restarts, withinMs: 500 })).toEqual(left);
  });

  test.each([
    [500, undefined],
    [499, [1000]],
  ] as const)("countRestart of one at %i, 500 ms before or more, is %o", (at, left) => {
    expect(countRestart([at + 1], 1000, { restarts: 1, withinMs: 500 })).toEqual(
      left === undefined ? undefined : [1000],
    );
  });

  test.each([
    [0, 0.5, 0],
    [1, 0.5, 100],
    [2, 0.5, 200],
    [1, 0, 80],
    [1, 0.75, 110],
    [9, 0.5, 25_600],
    [10, 0.5, 30_000],
    [10, 0.99, 30_000],
    [2000, 0.5, 30_000],
  ])("delayBefore %i at a chance of %d is %d", (attempt, random, ms) => {
    expect(delayBefore(attempt, { initialMs: 100, maxMs: 30_000, jitter: 0.2 }, random)).toBeCloseTo(ms, 6);
  });
});
