/**
 * Hooks that never settle: a start fails after `startTimeoutMs`, a `stopped` hook is given up after `shutdownMs`.
 *
 * What can go wrong: the actor starts or ends for ever; nobody is told; a late outcome reaches the next incarnation, or ends
 * the process; a start in time is failed by an old limit; a timer is left.
 */
import type { ExitReason } from "@pneumatic/actors";
import {
  actor,
  child,
  InvalidDefinitionError,
  StartFailedError,
  StartTimeoutError,
  supervisor,
} from "@pneumatic/actors";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const forEver = (): Promise<never> => new Promise(() => {});
const boom = (): never => {
  throw new Error("boom");
};

/** A system in which a rejection that nobody handles fails the test. */
function newSystem(): TestSystem {
  const unhandled: unknown[] = [];
  const note = (error: unknown): number => unhandled.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => {
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
  return new TestSystem();
}

const warnings = ({ logged }: TestSystem): unknown[] =>
  logged
    .filter(({ level, message }) => level === "warn" && message?.startsWith("the stopped hook was given up"))
    .map(({ fields }) => fields["actor"]);

describe("a stopped hook that does not settle", () => {
  const stuck = actor({ on: { boom, get: ({ generation }) => generation }, stopped: forEver });
  const options = { name: "stuck", shutdownMs: 300, restart: "permanent", backoff: { initialMs: 0 } } as const;

  test.each(["panic", "kill"] as const)("is given up after shutdownMs, and the restart goes on: %s", async (how) => {
    await using system = newSystem();
    using address = system.spawn(stuck, options);
    await address.started;
    address.tell({ type: "boom" });
    const answer = address.ask({ type: "get" });
    await quiet();
    await system.advance(299);
    expect(await isPending(answer)).toBe(true);
    expect((await system.inspect()).actors).toMatchObject([{ state: "ending" }]);
    expect(warnings(system)).toEqual([]);
    if (how === "kill") void system.kill(address);
    else await system.advance(1);
    expect(await answer).toBe(2);
    expect(warnings(system)).toEqual(["/stuck"]);
    void system.kill(address, { restart: false });
  });

  test.each([
    ["drop", "killed"],
    ["drain", "killed"],
    ["stop", "killed"],
    ["panic", "panicked"],
  ] as const)("is given up after shutdownMs, and the actor has ended: %s", async (how, kind) => {
    await using system = newSystem();
    const address = system.spawn(stuck, { ...options, restart: "temporary" });
    await address.started;
    if (how === "drop") address.drop();
    else if (how === "panic") address.tell({ type: "boom" });
    else void system[how](address);
    await quiet();
    await system.advance(299);
    expect(await isPending(address.exited)).toBe(true);
    await system.advance(1);
    expect(await address.exited).toMatchObject({ kind });
    expect(warnings(system)).toEqual(["/stuck"]);
    expect((await system.inspect()).living).toBe(0);
  });

  it.each(["one_for_one", "one_for_all", "rest_for_one"] as const)("holds up no %s restart", async (strategy) => {
    await using system = newSystem();
    const children = { a: child(stuck, { shutdownMs: 300 }), b: child(stuck, { shutdownMs: 300 }) };
    using tree = system.supervise(supervisor({ strategy, children }));
    await tree.started;
    using a = tree.child("a");
    a.tell({ type: "boom" });
    const answer = a.ask({ type: "get" }, { timeout: Number.POSITIVE_INFINITY });
    await quiet();
    await system.advance(300);
    await system.advance(300);
    await system.advance(300);
    expect(await answer).toBe(2);
    expect(tree.children().map(({ alive }) => alive)).toEqual([true, true]);
    expect(warnings(system)).toHaveLength(strategy === "one_for_one" ? 1 : 2);
    const over = system.shutdown();
    await quiet();
    await system.advance(300);
    await system.advance(300);
    await over;
  });

  it("does nothing when it settles after all, and its rejection is one line in the log", async () => {
    for (const settle of ["open", "fail"] as const) {
      await using system = newSystem();
      const late = gate<void>();
      const ends: ExitReason[] = [];
      const definition = actor({
        on: { boom, get: ({ generation }) => generation },
        stopped: (_, reason) => {
          ends.push(reason);
          return ends.length === 1 ? late.promise : undefined;
        },
      });
      using address = system.spawn(definition, options);
      address.tell({ type: "boom" });
      await quiet();
      await system.advance(300);
      late[settle](new Error("late") as never);
      await quiet();
      expect(await address.ask({ type: "get" })).toBe(2);
      const errors = system.logged.filter(({ message }) => message?.startsWith("the stopped hook panicked"));
      expect(errors).toHaveLength(settle === "fail" ? 1 : 0);
    }
  });
});

describe("a start that does not settle", () => {
  const starts = {
    state: actor({ state: forEver, on: { get: () => 1 } }),
    started: actor({ started: forEver, on: { get: () => 1 } }),
  };

  test.each(["state", "started"] as const)("fails after startTimeoutMs: %s", async (hook) => {
    await using system = newSystem();
    using address = system.spawn(starts[hook], { startTimeoutMs: 200, restart: "temporary" });
    const start = rejection(address.started);
    const answer = rejection(address.ask({ type: "get" }));
    await quiet();
    await system.advance(199);
    expect(await isPending(start)).toBe(true);
    await system.advance(1);
    expect(await start).toBeInstanceOf(StartFailedError);
    expect(((await start) as Error).cause).toBeInstanceOf(StartTimeoutError);
    expect(await answer).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind: "startFailed" } });
    expect(await address.exited).toMatchObject({ kind: "startFailed", error: { code: "ERR_ACTOR_START_TIMEOUT" } });
  });

  it("fails after 30 seconds by default", async () => {
    await using system = newSystem();
    using address = system.spawn(starts.state, { restart: "temporary" });
    await quiet();
    await system.advance(29_999);
    expect(await isPending(address.exited)).toBe(true);
    await system.advance(1);
    expect(await address.exited).toMatchObject({ kind: "startFailed" });
  });

  it("has one limit for `state` and `started` together, its signal is aborted, and its outcome is ignored", async () => {
    await using system = newSystem();
    const late = gate<void>();
    const signals: AbortSignal[] = [];
    const slow = actor({
      state: (_: undefined, { sleep, generation }) => (generation === 2 ? sleep(150) : undefined),
      started: ({ generation, signal }) => {
        if (generation !== 2) return undefined;
        signals.push(signal);
        return late.promise;
      },
      on: { boom, get: ({ generation }) => generation },
    });
    using address = system.spawn(slow, { startTimeoutMs: 200, restart: "permanent", backoff: { initialMs: 0 } });
    await address.started;
    address.tell({ type: "boom" });
    const answer = address.ask({ type: "get" });
    await quiet();
    await system.advance(150);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await system.advance(50);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    late.open();
    expect(await answer).toBe(3);
    await system.advance(1000); // no limit is left over
    expect(await address.ask({ type: "get" })).toBe(3);
  });

  test.each([0, -1, Number.NaN, "1s", null])("its limit is a number of milliseconds above 0, not %s", async (ms) => {
    await using system = newSystem();
    const spawn = (): unknown => system.spawn(starts.state, { startTimeoutMs: ms as number });
    expect(spawn).toThrow(InvalidDefinitionError);
    expect(() => child(starts.state, { startTimeoutMs: ms as number })).toThrow(/startTimeoutMs/);
  });

  it("has no limit with Infinity", async () => {
    await using system = newSystem();
    using address = system.spawn(starts.started, { startTimeoutMs: Number.POSITIVE_INFINITY });
    await quiet();
    await system.advance(1e9);
    expect(await isPending(address.started)).toBe(true);
    void system.kill(address, { restart: false });
  });
});

describe("a second shutdown", () => {
  const stuck = actor({ on: { wait: forEver } });

  it("hurries the first if its deadline is earlier, and changes nothing otherwise", async () => {
    await using system = newSystem();
    using address = system.spawn(stuck);
    address.tell({ type: "wait" });
    await quiet();
    const first = system.shutdown({ timeoutMs: 1000 });
    await system.advance(500);
    const later = system.shutdown({ timeoutMs: 600 });
    const earlier = system.shutdown({ timeoutMs: 100 });
    await system.advance(99);
    expect(await isPending(first)).toBe(true);
    await system.advance(1);
    await Promise.all([first, later, earlier]);
    expect(await address.exited).toEqual({ kind: "killed" });
    await system.shutdown({ timeoutMs: 0 });
    expect(system.clock.pending).toBe(0);
  });
});
