/** An ask settles once, for one of few reasons, and leaves nothing behind. */
import { getEventListeners } from "node:events";
import type { Address, ProtocolOf } from "@pneumatic/actors";
import {
  ActorPanickedError,
  ActorStoppedError,
  AskTimeoutError,
  actor,
  bounded,
  MailboxFullError,
  UnknownMessageError,
} from "@pneumatic/actors";
import { err, ok } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");

/** What the handlers of one actor have seen, and what they wait for. */
class Desk {
  readonly open = gate<unknown>();
  readonly seen: string[] = [];
  readonly signals: AbortSignal[] = [];

  readonly definition = actor({
    on: {
      wait: (context) => {
        this.seen.push("wait");
        this.signals.push(context.signal);
        return this.open.promise;
      },
      get: (_, { n = 0 }: { n?: number }) => {
        this.seen.push(`get ${n}`);
        return n;
      },
      fail: () => {
        throw BAD;
      },
      stopSelf: (context) => context.stop(),
    },
  });
}

type DeskAddress = Address<ProtocolOf<Desk["definition"]>>;

/** A system with an actor that is busy until `desk.open` is. */
async function busyDesk(options: object = {}) {
  const system = new TestSystem();
  const desk = new Desk();
  const address: DeskAddress = system.spawn(desk.definition, { name: "desk", ...options });
  const first = address.ask({ type: "wait" }, { timeout: Number.POSITIVE_INFINITY });
  first.catch(() => {});
  await quiet();
  return { system, desk, address, first };
}

describe("the reply", () => {
  const error = new Error("a value like any other");
  test.each([
    ["a value", () => 1, 1],
    ["nothing", () => {}, undefined],
    ["a promise", async () => "later", "later"],
    ["an ok result", () => ok(1), ok(1)],
    ["an err result", () => err("no"), err("no")],
    ["an error that is returned", () => error, error],
  ])("is what the handler returns: %s", async (_, get, expected) => {
    await using system = new TestSystem();
    using address = system.spawn(actor({ on: { get } }));
    expect(await address.ask({ type: "get" })).toEqual(expected);
  });

  test("goes to the ask it belongs to", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition);
    const asks = numbers(100).map((n) => address.ask({ type: "get", n }));
    expect(await Promise.all(asks)).toEqual(numbers(100));
  });
});

describe("the timeout", () => {
  test("rejects an ask whose handler takes too long, and aborts its signal", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition, { name: "desk" });
    const asked = address.ask({ type: "wait" }, { timeout: 50 });
    await quiet();
    await system.advance(49);
    expect(await isPending(asked)).toBe(true);
    expect(desk.signals[0]?.aborted).toBe(false);
    await system.advance(1);
    const error = await rejection(asked);
    expect(error).toBeInstanceOf(AskTimeoutError);
    expect(error).toMatchObject({
      code: "ERR_ACTOR_ASK_TIMEOUT",
      message: 'Actor "/desk" did not reply to "wait" within 50 ms. ask(message, { timeout }) waits longer',
    });
    expect(desk.signals[0]?.aborted).toBe(true);
    expect(desk.signals[0]?.reason).toBe(error);
    desk.open.open(0);
    await quiet();
    expect(system.ledger(address)).toMatchObject({ handled: 1, expired: 0 });
  });

  test("of an ask that is queued keeps its handler from running", async () => {
    const { system, desk, address } = await busyDesk();
    await using _ = system;
    const asked = address.ask({ type: "get", n: 1 }, { timeout: 50 });
    const after = address.ask({ type: "get", n: 2 });
    await system.advance(50);
    expect(await rejection(asked)).toBeInstanceOf(AskTimeoutError);
    expect(system.ledger(address)).toMatchObject({ queued: 1, expired: 1 });
    desk.open.open(0);
    expect(await after).toBe(2);
    expect(desk.seen).toEqual(["wait", "get 2"]);
  });

  test("is 5,000 ms when left out", async () => {
    const { system, address } = await busyDesk();
    await using _ = system;
    const asked = address.ask({ type: "get" });
    await system.advance(4999);
    expect(await isPending(asked)).toBe(true);
    await system.advance(1);
    expect(await rejection(asked)).toMatchObject({ message: expect.stringMatching(/within 5000 ms/) });
  });

  test("never comes when it is Infinity", async () => {
    const { system, desk, address } = await busyDesk();
    await using _ = system;
    const asked = address.ask({ type: "get", n: 3 }, { timeout: Number.POSITIVE_INFINITY });
    await system.advance(2 ** 40);
    expect(await isPending(asked)).toBe(true);
    desk.open.open(0);
    expect(await asked).toBe(3);
  });

  test("of no time at all rejects as soon as time is told", async () => {
    const { system, address } = await busyDesk();
    await using _ = system;
    const asked = address.ask({ type: "get" }, { timeout: 0 });
    await system.advance(1);
    expect(await rejection(asked)).toBeInstanceOf(AskTimeoutError);
  });

  test("of each of many asks is kept, in whatever order they settle", async () => {
    const { system, desk, address } = await busyDesk();
    await using _ = system;
    const late: number[] = [];
    const timeouts = [30, 10, 20, 10, 30, 20, 10];
    const asks = timeouts.map((timeout, n) =>
      address.ask({ type: "get", n }, { timeout }).then(
        (reply) => reply,
        () => late.push(n),
      ),
    );
    await system.advance(5);
    const second = address.ask({ type: "get", n: 7 }, { timeout: 10 });
    await system.advance(5);
    expect(late).toEqual([1, 3, 6]);
    await system.advance(4);
    expect(await isPending(second)).toBe(true);
    await system.advance(1);
    expect(await rejection(second)).toBeInstanceOf(AskTimeoutError);
    await system.advance(5);
    expect(late).toEqual([1, 3, 6, 2, 5]);
    desk.open.open(0);
    expect((await Promise.all(asks)).slice(0, 1)).toEqual([0]);
  });

  test("that has passed leaves the reply of the handler to nobody", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition);
    const asked = address.ask({ type: "wait" }, { timeout: 1 });
    await quiet();
    await system.advance(1);
    desk.open.open("late");
    expect(await rejection(asked)).toBeInstanceOf(AskTimeoutError);
    expect(await address.ask({ type: "get", n: 1 })).toBe(1);
  });
});

describe("the signal", () => {
  test("aborted before the message is dequeued keeps its handler from running and frees its slot", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const controller = new AbortController();
    const asked = address.ask({ type: "get", n: 1 }, { signal: controller.signal });
    expect(address.trySend({ type: "get", n: 2 }).ok).toBe(false);
    controller.abort("enough");
    expect(await rejection(asked)).toBe("enough");
    expect(address.trySend({ type: "get", n: 3 }).ok).toBe(true);
    expect(system.ledger(address)).toMatchObject({ accepted: 3, queued: 1, expired: 1 });
    desk.open.open(0);
    await quiet();
    expect(desk.seen).toEqual(["wait", "get 3"]);
  });

  test("aborted before the message is dequeued gives its slot to the oldest that waits", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const controller = new AbortController();
    const asked = address.ask({ type: "get", n: 1 }, { signal: controller.signal });
    const sent = [2, 3].map((n) => address.send({ type: "get", n }));
    controller.abort();
    await rejection(asked);
    expect((await sent[0])?.ok).toBe(true);
    expect(await isPending(sent[1] as Promise<unknown>)).toBe(true);
    desk.open.open(0);
    await quiet();
    expect(desk.seen).toEqual(["wait", "get 2", "get 3"]);
  });

  test("aborted while the handler runs aborts ctx.signal with the same reason", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition);
    const controller = new AbortController();
    const asked = address.ask({ type: "wait" }, { signal: controller.signal });
    await quiet();
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await rejection(asked)).toBe(reason);
    expect(desk.signals[0]?.reason).toBe(reason);
    expect(system.ledger(address)).toMatchObject({ inFlight: 1, expired: 0 });
    desk.open.open(0);
    await quiet();
    expect(system.ledger(address)).toMatchObject({ inFlight: 0, handled: 1 });
  });

  test("aborted while the handler runs is seen by a handler that asks for ctx.signal later", async () => {
    await using system = new TestSystem();
    const open = gate();
    let aborted: boolean | undefined;
    const slow = actor({
      on: {
        wait: async (context) => {
          await open.promise;
          aborted = context.signal.aborted;
        },
      },
    });
    using address = system.spawn(slow);
    const controller = new AbortController();
    const asked = address.ask({ type: "wait" }, { signal: controller.signal });
    await quiet();
    controller.abort();
    await rejection(asked);
    open.open();
    await quiet();
    expect(aborted).toBe(true);
  });

  test("aborted in advance touches nothing", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition);
    await quiet();
    const reason = new Error("enough");
    const asked = address.ask({ type: "get" }, { signal: AbortSignal.abort(reason) });
    expect(await rejection(asked)).toBe(reason);
    await quiet();
    expect(desk.seen).toEqual([]);
    expect(system.ledger().accepted).toBe(0);
    expect(system.clock.pending).toBe(0);
  });

  test("aborted after the reply changes nothing", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition);
    const controller = new AbortController();
    expect(await address.ask({ type: "get", n: 1 }, { signal: controller.signal })).toBe(1);
    controller.abort();
    expect(await address.ask({ type: "get", n: 2 })).toBe(2);
  });

  test("shared by many asks ends all that are still pending", async () => {
    const { system, desk, address } = await busyDesk();
    await using _ = system;
    const { signal } = new AbortController();
    const controller = new AbortController();
    const asks = numbers(5).map((n) => address.ask({ type: "get", n }, { signal: n % 2 ? signal : controller.signal }));
    controller.abort("enough");
    desk.open.open(0);
    const outcomes = await Promise.allSettled(asks);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([false, true, false, true, false]);
    expect(desk.seen).toEqual(["wait", "get 1", "get 3"]);
  });

  test("of a tell, and of an ask whose caller still waits, is not aborted", async () => {
    await using system = new TestSystem();
    const desk = new Desk();
    using address = system.spawn(desk.definition);
    address.tell({ type: "wait" });
    const asked = address.ask({ type: "wait" });
    desk.open.open(0);
    await asked;
    expect(desk.signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  test("of the handler is aborted when the actor is killed", async () => {
    const { system, desk, address, first } = await busyDesk();
    await using _ = system;
    await system.kill(address);
    expect(await rejection(first)).toBeInstanceOf(ActorStoppedError);
    expect(desk.signals[0]?.reason).toBeInstanceOf(ActorStoppedError);
  });

  test("of the handler is aborted when it panics, for what it left behind", async () => {
    await using system = new TestSystem();
    let signal: AbortSignal | undefined;
    const failing = actor({
      on: {
        fail: (context) => {
          ({ signal } = context);
          throw BAD;
        },
      },
    });
    using address = system.spawn(failing);
    for (const send of [() => address.ask({ type: "fail" }), () => address.tell({ type: "fail" })]) {
      await Promise.resolve(send()).catch(() => {});
      await quiet();
      expect(signal?.aborted).toBe(true);
    }
  });
});

describe("an ask is rejected at once", () => {
  test("when its handler throws, with the cause", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition, { name: "desk" });
    const error = await rejection(address.ask({ type: "fail" }));
    expect(error).toBeInstanceOf(ActorPanickedError);
    expect(error).toMatchObject({
      code: "ERR_ACTOR_PANICKED",
      message: 'Actor "/desk" panicked while handling "fail": Error: bad',
    });
    expect((error as Error).cause).toBe(BAD);
  });

  test.each([
    { end: "kill", final: {}, kind: "killed" },
    { end: "kill for good", final: { restart: false }, kind: "killed" },
  ])("when its actor is killed while it handles it: $end", async ({ final, kind }) => {
    const { system, address, first } = await busyDesk();
    await using _ = system;
    await system.kill(address, final);
    const error = await rejection(first);
    expect(error).toBeInstanceOf(ActorStoppedError);
    expect(error).toMatchObject({
      code: "ERR_ACTOR_STOPPED",
      message: expect.stringMatching(
        final?.restart === false
          ? /^Actor "\/desk" has stopped \(killed\) and takes no messages\. Spawn it anew/
          : /^Actor "\/desk" has ended \(killed\) before .* starts again under the same address\. Repeat/,
      ),
      reason: { kind },
    });
  });

  test.each([
    { end: "stop", kind: "shutdown", mailbox: bounded(100) },
    { end: "stop", kind: "shutdown", mailbox: bounded(1) },
    { end: "kill", kind: "killed", mailbox: bounded(1) },
  ] as const)("when its actor ends by $end while it is queued or waits", async ({ end, kind, mailbox }) => {
    const { system, desk, address } = await busyDesk({ mailbox });
    await using _ = system;
    const asks = numbers(4).map((n) => address.ask({ type: "get", n }));
    await quiet();
    if (end === "kill") void system.kill(address, { restart: false });
    else void system.stop(address);
    desk.open.open(0);
    for (const asked of asks) {
      expect(await rejection(asked)).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind } });
    }
  });

  test("when its actor stops itself before it, or has ended already", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition);
    address.tell({ type: "stopSelf" });
    const queued = address.ask({ type: "get" });
    expect(await rejection(queued)).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind: "normal" } });
    await address.exited;
    expect(await rejection(address.ask({ type: "get" }))).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(system.clock.pending).toBeLessThanOrEqual(1);
  });

  test("when its actor drains and it waits for room or comes too late", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const [queued, waits] = [1, 2].map((n) => address.ask({ type: "get", n }));
    void system.drain(address);
    const late = address.ask({ type: "get", n: 3 });
    for (const asked of [waits, late]) {
      expect(await rejection(asked as Promise<unknown>)).toMatchObject({
        code: "ERR_ACTOR_STOPPED",
        reason: { kind: "shutdown" },
      });
    }
    desk.open.open(0);
    expect(await queued).toBe(1);
  });

  test("when nobody can reach its actor any more, with the reason it will end for", async () => {
    const { system, desk, address } = await busyDesk({ backoff: { initialMs: 0 } });
    await using _ = system;
    await system.kill(address);
    await quiet();
    address.tell({ type: "wait" });
    await quiet();
    const weak = address.downgrade();
    address.drop();
    expect(await rejection(weak.ask({ type: "get" }))).toMatchObject({
      code: "ERR_ACTOR_STOPPED",
      reason: { kind: "normal" },
    });
    desk.open.open(0);
    expect(await address.exited).toEqual({ kind: "normal" });
  });

  test("when there is no handler of its name", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition, { name: "desk" });
    const untyped = address as unknown as { ask(message: { type: string }): Promise<unknown> };
    const error = await rejection(untyped.ask({ type: "dance" }));
    expect(error).toBeInstanceOf(UnknownMessageError);
    expect(error).toMatchObject({
      code: "ERR_ACTOR_UNKNOWN_MESSAGE",
      message: expect.stringMatching(/^Actor "\/desk" has no handler for "dance"; it has \w+/),
    });
    expect(await address.ask({ type: "get", n: 1 })).toBe(1);
  });

  test("when its actor cannot start", async () => {
    await using system = new TestSystem();
    const failing = actor({
      state: () => {
        throw BAD;
      },
      on: { get: () => 1 },
    });
    using address = system.spawn(failing);
    expect(await rejection(address.ask({ type: "get" }))).toMatchObject({
      code: "ERR_ACTOR_STOPPED",
      reason: { kind: "startFailed", error: BAD },
    });
  });
});

describe("an ask that waits for room", () => {
  test("is handled in its turn among everything that waits", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const asks = numbers(6).map((n) => {
      const message = { type: "get", n } as const;
      return n % 2 ? address.ask(message) : address.send(message);
    });
    desk.open.open(0);
    await Promise.all(asks);
    await quiet();
    expect(desk.seen).toEqual(["wait", ...numbers(6).map((n) => `get ${n}`)]);
  });

  test.each(["timeout", "signal"])("given up by its %s was never accepted", async (by) => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    address.tell({ type: "get", n: 1 });
    const controller = new AbortController();
    const asked = address.ask(
      { type: "get", n: 2 },
      by === "timeout" ? { timeout: 10 } : { signal: controller.signal },
    );
    const after = address.ask({ type: "get", n: 3 });
    controller.abort(BAD);
    await system.advance(10);
    const error = await rejection(asked);
    expect(error).toEqual(by === "timeout" ? expect.any(AskTimeoutError) : BAD);
    expect(system.ledger(address)).toMatchObject({ accepted: 2, expired: 0 });
    desk.open.open(0);
    expect(await after).toBe(3);
    expect(desk.seen).toEqual(["wait", "get 1", "get 3"]);
  });

  test("given up after it got its room is expired like any other", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const first = new AbortController();
    const second = new AbortController();
    const asks = [first, second].map(({ signal }, n) => address.ask({ type: "get", n }, { signal }));
    first.abort(BAD);
    second.abort(BAD);
    for (const asked of asks) expect(await rejection(asked)).toBe(BAD);
    expect(system.ledger(address)).toMatchObject({ accepted: 3, queued: 0, expired: 2 });
    desk.open.open(0);
    await quiet();
    expect(desk.seen).toEqual(["wait"]);
  });
});

describe("an ask that nobody observes", () => {
  test("ends nothing when it rejects, for whatever reason", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on("unhandledRejection", note);
    try {
      const { system, address } = await busyDesk({ mailbox: bounded(1) });
      await using _ = system;
      using full = system.spawn(new Desk().definition, { mailbox: bounded(0, { overflow: "reject" }) });
      using failing = system.spawn(new Desk().definition);
      void full.ask({ type: "get" });
      void failing.ask({ type: "fail" });
      void failing.ask({ type: "dance" } as never);
      void address.ask({ type: "get" }, { signal: AbortSignal.abort() });
      void address.ask({ type: "get" }, { timeout: 1 });
      void address.ask({ type: "get" });
      await system.advance(1);
      await system.kill(address, { restart: false });
      void address.ask({ type: "get" });
      await quiet();
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unhandled).toEqual([]);
  });
});

describe("a settled ask", () => {
  test("leaves no listener at its signal", async () => {
    const { system, desk, address } = await busyDesk({ mailbox: bounded(1) });
    await using _ = system;
    const { signal } = new AbortController();
    const asks = [
      address.ask({ type: "get" }, { signal }),
      address.ask({ type: "get" }, { signal, timeout: 1 }),
      address.ask({ type: "fail" }, { signal }),
    ];
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await system.advance(1);
    desk.open.open(0);
    await Promise.allSettled(asks);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("leaves no timer of its own: one for each timeout, until it is due", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition);
    for (const n of numbers(100)) expect(await address.ask({ type: "get", n })).toBe(n);
    expect(system.clock.pending).toBe(1);
    await system.advance(4000);
    expect(await address.ask({ type: "get", n: 1 })).toBe(1);
    expect(await address.ask({ type: "get", n: 2 }, { timeout: 6000 })).toBe(2);
    expect(system.clock.pending).toBe(2);
    await system.advance(6000);
    expect(system.clock.pending).toBe(0);
  });

  test("leaves few timers though every timeout differs", async () => {
    await using system = new TestSystem();
    using address = system.spawn(new Desk().definition);
    for (const n of numbers(1000)) expect(await address.ask({ type: "get", n }, { timeout: 1000 + n })).toBe(n);
    expect(system.clock.pending).toBeLessThan(20);
    const hanging = address.ask({ type: "wait" }, { timeout: 3000 });
    await system.advance(3000);
    expect(await rejection(hanging)).toBeInstanceOf(AskTimeoutError);
    expect(system.clock.pending).toBe(0);
    await system.kill(address, { restart: false });
  });
});

test("an ask is rejected with MailboxFullError where the mailbox refuses it", async () => {
  const { system, address } = await busyDesk({ mailbox: bounded(1, { overflow: "reject" }) });
  await using _ = system;
  address.tell({ type: "get" });
  const error = await rejection(address.ask({ type: "get" }));
  expect(error).toBeInstanceOf(MailboxFullError);
  expect(error).toMatchObject({
    code: "ERR_ACTOR_MAILBOX_FULL",
    message: expect.stringMatching(/^Cannot send to actor "\/desk": mailbox is full at 1\. Try again later/),
  });
  expect(system.clock.pending).toBeLessThanOrEqual(1);
  await system.kill(address, { restart: false });
});
