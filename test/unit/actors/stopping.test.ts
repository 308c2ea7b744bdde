/** `ctx.stopping`: a handler at work learns that its actor is to stop, and may break off. */
import type { Context } from "@pneumatic/actors";
import { ActorStoppedError, actor, child, retry, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

type How = (context: Context<unknown, never>) => unknown;
const worker = actor({ on: { run: (context, { how }: { how: How }) => how(context as never) } });

/** Waits for the abort of `stopping`, and rejects with its reason. */
const untilStopping: How = ({ stopping }) =>
  new Promise((_, reject) => {
    const leave = (): void => reject(stopping.reason);
    if (stopping.aborted) leave();
    else stopping.addEventListener("abort", leave);
  });

describe("a handler that rejects because of ctx.stopping", () => {
  test("is no panic: its message is a dead letter, and its ask rejects with ActorStoppedError", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker, { name: "worker" });
    const asked = rejection(address.ask({ type: "run", how: untilStopping }));
    await quiet();
    expect(await system.stop(address)).toEqual({ kind: "shutdown" });
    const error = (await asked) as ActorStoppedError;
    expect(error).toBeInstanceOf(ActorStoppedError);
    expect(error.reason).toEqual({ kind: "shutdown" });
    expect(error.message).toContain("has broken off");
    expect(system.ledger()).toMatchObject({ accepted: 1, handled: 0, panicked: 0, deadLettered: { stopped: 1 } });
    expect(system.deadLetters()).toMatchObject([{ reason: "stopped", type: "run" }]);
    expect(system.logged.filter(({ message }) => message?.includes("panicked"))).toEqual([]);
  });

  const errors: Record<string, (reason: unknown) => unknown> = {
    "its reason": (reason) => reason,
    "an AbortError of another maker": () => Object.assign(new Error("aborted"), { name: "AbortError" }),
    "an error with its reason as the cause": (reason) => new Error("gone", { cause: reason }),
  };
  test.each(Object.entries(errors))("may throw %s, also at once", async (_, make) => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const opened = gate();
    address.tell({
      type: "run",
      how: async ({ stopping }) => {
        await opened.promise;
        throw make(stopping.aborted && stopping.reason);
      },
    });
    await quiet();
    const stopped = system.stop(address);
    opened.open();
    expect(await stopped).toEqual({ kind: "shutdown" });
    expect(system.ledger()).toMatchObject({ panicked: 0, deadLettered: { stopped: 1 } });
  });

  const panics: Record<string, How> = {
    "another error": ({ stopping }) => {
      if (stopping.aborted) throw new Error("other");
    },
    "an AbortError, and has not looked at it": () => {
      throw Object.assign(new Error("aborted"), { name: "AbortError" });
    },
    "a TimeoutError": ({ stopping }) => {
      if (stopping.aborted) throw Object.assign(new Error("late"), { name: "TimeoutError" });
    },
  };
  test.each(Object.entries(panics))("panics if it throws %s", async (_, how) => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const opened = gate();
    address.tell({ type: "run", how: (context) => opened.promise.then(() => how(context)) });
    await quiet();
    const stopped = system.stop(address);
    opened.open();
    await stopped;
    expect(system.ledger()).toMatchObject({ panicked: 1, deadLettered: {} });
  });

  test("panics if it throws an AbortError while nobody has asked the actor to stop", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    address.tell({
      type: "run",
      how: ({ stopping }) => {
        if (!stopping.aborted) throw Object.assign(new Error("aborted"), { name: "AbortError" });
      },
    });
    await quiet();
    expect(system.ledger()).toMatchObject({ panicked: 1 });
  });

  test("is not tried again under retry(n)", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker, { poison: retry(3) });
    address.tell({ type: "run", how: untilStopping });
    await quiet();
    await system.stop(address);
    expect(system.ledger()).toMatchObject({ accepted: 1, deadLettered: { stopped: 1 } });
  });
});

describe("ctx.stopping is aborted", () => {
  test("by a group restart, which loses the message in hand alone", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const noting = actor({
      on: {
        run: (context, { how }: { how: How }) => how(context as never),
        note: ({ generation }) => void seen.push(generation),
      },
    });
    using group = system.supervise(
      supervisor({ strategy: "one_for_all", children: { one: child(noting), two: child(noting) } }),
    );
    using one = group.child("one");
    using two = group.child("two");
    one.tell({ type: "run", how: untilStopping });
    one.tell({ type: "note" });
    await quiet();
    two.tell({ type: "run", how: () => Promise.reject(new Error("bad")) });
    await quiet();
    expect(seen).toEqual([2]);
    expect(system.ledger()).toMatchObject({ panicked: 1, handled: 1, deadLettered: { stopped: 1 } });
  });

  test("by the stop of its parent", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await address.ask({
      type: "run",
      how: ({ spawn, own }) => own(spawn(worker)).tell({ type: "run", how: untilStopping }),
    });
    await quiet();
    await system.stop(address);
    expect(system.ledger()).toMatchObject({ deadLettered: { stopped: 1 } });
  });

  test("by a shutdown for every actor at once, and from the start for messages begun later in it", async () => {
    await using system = new TestSystem();
    using first = system.spawn(worker, { name: "first" });
    using last = system.spawn(worker, { name: "last" });
    const held = gate();
    const seen: boolean[] = [];
    first.tell({ type: "run", how: untilStopping });
    first.tell({ type: "run", how: ({ stopping }) => void seen.push(stopping.aborted) });
    last.tell({ type: "run", how: () => held.promise });
    await quiet();
    const over = system.shutdown();
    await quiet();
    expect(system.ledger().deadLettered.stopped).toBe(1); // although /last, which drains first, is still at work
    held.open();
    await over;
    expect(seen).toEqual([true]);
  });

  test("when its incarnation has ended", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    let kept: AbortSignal | undefined;
    let context: Context<unknown, never> | undefined;
    await address.ask({
      type: "run",
      how: (given) => {
        context = given;
        kept = given.stopping;
        expect(given.stopping).toBe(kept);
      },
    });
    expect(kept?.aborted).toBe(false);
    await system.kill(address, { restart: false });
    expect(kept?.aborted).toBe(true);
    expect(context?.stopping.aborted).toBe(true);
  });
});

describe("ctx.stopping is not aborted", () => {
  const ends: Record<string, (system: TestSystem, address: { drop(): void } & object) => unknown> = {
    "by the last drop": (_, address) => address.drop(),
    "by a drain": (system, address) => void system.drain(address as never),
  };
  test.each(Object.entries(ends))("%s: what is queued has all the time", async (_, end) => {
    await using system = new TestSystem();
    const address = system.spawn(worker);
    const held = gate();
    const seen: boolean[] = [];
    const how: How = async ({ stopping }) => {
      await held.promise;
      seen.push(stopping.aborted);
    };
    for (let n = 0; n < 2; n++) address.tell({ type: "run", how });
    await quiet();
    end(system, address);
    held.open();
    await quiet();
    expect(seen).toEqual([false, false]);
    address.drop();
  });

  test("by ctx.stop(): the handler goes on", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const result = await address.ask({
      type: "run",
      how: async ({ stop, stopping }) => {
        stop();
        await undefined;
        return stopping.aborted;
      },
    });
    expect(result).toBe(false);
  });
});
