/** Addresses inside messages, arguments and replies: what is done with them on another thread, and how long they count. */
import { availableParallelism } from "node:os";
import { ActorSystem, bounded, MessageNotCloneableError, onThread } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { gate } from "../../support/gate.ts";
import { gatedActor, ThreadGate } from "../../support/thread-gate.ts";
import type { RelayDefinition } from "../../support/thread-relay.ts";
import { relay, seer } from "../../support/thread-relay.ts";
import { alone, failure, fixtures, patient, threadSystem } from "../../support/thread-worker.ts";

const dedicated = { thread: "dedicated" } as const;

/** Resolves when `check` holds; what it waits for happens on another thread. */
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise(setImmediate);
}

/** What was logged of addresses that only the garbage collector has found. */
function leaks({ lines }: ReturnType<typeof threadSystem>): unknown[] {
  return lines.filter(({ msg }) => String(msg).includes("without drop()"));
}

describe("an address on another thread", () => {
  it("tells, and its messages come in order, from the arguments", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer, { name: "target" });
    using address = system.spawn(relay, { args: { to: target.clone() } });
    address.tell({ type: "flood", from: 0, count: 1000 });
    expect(await address.ask({ type: "about" })).toEqual({ path: "/target", isDisconnected: false });
    expect(await target.ask({ type: "seen" })).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  it("comes in a message, is owned, and tells from later messages", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer);
    using address = system.spawn(relay);
    address.tell({ type: "keep", to: target.clone() });
    address.tell({ type: "tell", n: 1 });
    address.tell({ type: "tell", n: 2 });
    await address.ask({ type: "seen" });
    expect(await target.ask({ type: "seen" })).toEqual([1, 2]);
  });

  it("asks: replies, panics, ends, deadlines and aborts come back as they are in one thread", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer, { ...patient, name: "target" });
    using address = system.spawn(relay, { args: { to: target.clone() } });
    const ask = (message: { type: string; [key: string]: unknown }, timeout?: number) =>
      address.ask({ type: "ask", message, ...(timeout !== undefined && { timeout }) });
    expect(await ask({ type: "see", n: 5 })).toEqual({ reply: { n: 5 } });
    expect(await ask({ type: "fail" })).toMatchObject({
      error: { name: "ActorPanickedError", code: "ERR_ACTOR_PANICKED", cause: "the seer failed" },
    });
    expect(await ask({ type: "hold" }, 20)).toMatchObject({ error: { code: "ERR_ACTOR_ASK_TIMEOUT" } });
    expect(await ask({ type: "nonsense" })).toMatchObject({ error: { code: "ERR_ACTOR_UNKNOWN_MESSAGE" } });
    expect(await ask({ type: "uncloneable" })).toMatchObject({ error: { code: "ERR_CHANNEL_MESSAGE_NOT_CLONEABLE" } });
    const held = ask({ type: "hold" });
    await until(async () => (await system.inspect()).actors[0]?.inFlight?.type === "hold");
    await system.kill(target, { restart: false });
    expect(await held).toMatchObject({ error: { code: "ERR_ACTOR_STOPPED" } });
    expect(await ask({ type: "see", n: 1 })).toMatchObject({ error: { code: "ERR_ACTOR_STOPPED" } });
    target.drop();
  });

  it("aborts the handler's signal, and keeps an ask that was given up in the queue from its handler", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer);
    using address = system.spawn(relay, { args: { to: target.clone() } });
    const inFlight = address.ask({ type: "ask", message: { type: "hold" }, timeout: 1000 });
    expect(await inFlight).toMatchObject({ error: { code: "ERR_ACTOR_ASK_TIMEOUT" } });
    await until(() => system.ledger(target).handled === 1); // it has seen the signal
    const { promise, open } = gate();
    target.tell({ type: "wait", until: promise });
    const queued = address.ask({ type: "ask", message: { type: "see", n: 9 }, timeout: 5 });
    expect(await queued).toMatchObject({ error: { code: "ERR_ACTOR_ASK_TIMEOUT" } });
    open();
    expect(await target.ask({ type: "seen" })).toEqual([]);
    expect(system.ledger(target).expired).toBe(1);
  });

  it("waits for room, is refused, times out and is aborted at a bounded mailbox, and gives the message back", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer, { mailbox: bounded(1) });
    using address = system.spawn(relay, { args: { to: target.clone() } });
    expect(await address.ask({ type: "send", n: 1 })).toBe("ok");
    await target.ask({ type: "seen" });
    const { promise, open } = gate();
    target.tell({ type: "wait", until: promise });
    await until(() => system.ledger(target).inFlight === 1);
    expect(await address.ask({ type: "send", n: 2 })).toBe("ok"); // the one that has a place
    expect(await address.ask({ type: "send", n: 3, timeout: 5 })).toEqual({
      kind: "timeout",
      value: { type: "see", n: 3 },
    });
    expect(await address.ask({ type: "try", n: 4 })).toEqual({ kind: "full", value: { type: "see", n: 4 } });
    expect(await address.ask({ type: "send", n: 5, abortMs: 5 })).toBe("TimeoutError");
    const last = address.ask({ type: "send", n: 6 });
    open();
    expect(await last).toBe("ok");
    expect(await target.ask({ type: "seen" })).toEqual([1, 2, 6]);
    expect(system.ledger(target).accepted).toBe(system.ledger(target).handled);
    await system.stop(target);
    expect(await address.ask({ type: "send", n: 7 })).toEqual({ kind: "disconnected", value: { type: "see", n: 7 } });
    expect(await address.ask({ type: "try", n: 8 })).toEqual({ kind: "disconnected", value: { type: "see", n: 8 } });
  });

  it("is given back in a reply, from there and to there", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer, { name: "target" });
    using address = system.spawn(relay, { args: { to: target.clone() } });
    using lent = await address.ask({ type: "lend" });
    expect(lent.path).toBe("/target");
    expect(await lent.ask({ type: "see", n: 1 })).toEqual({ n: 1 });
    const weak = await address.ask({ type: "introduce" });
    expect(await weak.ask({ type: "seen" })).toEqual([]);
    using other = system.spawn(relay, { ...dedicated, args: { to: address.clone() } });
    expect(await other.ask({ type: "ask", message: { type: "about" } })).toEqual({
      reply: { path: "/target", isDisconnected: false },
    });
  });

  it("goes from thread to thread, by message, and works there after the first thread is gone", async () => {
    await using system = threadSystem();
    using target = system.spawn(seer, { name: "target" });
    const first = system.spawn(relay, { ...dedicated, name: "first" });
    using second = system.spawn(relay, { ...dedicated, name: "second" });
    first.tell({ type: "keep", to: second.clone() });
    first.tell({ type: "give", to: target.clone() });
    await first.ask({ type: "seen" });
    await system.kill(first, { restart: false });
    first.drop();
    await second.ask({ type: "tell", n: 4 });
    expect(await target.ask({ type: "seen" })).toEqual([4]);
  });

  it("knows when its actor starts, closes and ends, and why", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, { args: { to: target.clone() } });
    expect(await address.ask({ type: "started" })).toBe("started");
    using other = system.spawn(relay, { ...dedicated, args: { to: target.clone() } });
    const exited = address.ask({ type: "exited" }, { timeout: 60_000 });
    const closed = other.ask({ type: "closed" }, { timeout: 60_000 });
    await system.drain(target);
    expect(await exited).toEqual({ kind: "shutdown" });
    expect(await closed).toBe("closed");
    expect(await other.ask({ type: "exited" })).toEqual({ kind: "shutdown" });
    expect(await other.ask({ type: "about" })).toMatchObject({ isDisconnected: true });
    target.drop();
    const failing = onThread<RelayDefinition>(new URL("missing.mjs", fixtures));
    using broken = system.spawn(failing);
    using third = system.spawn(relay, { args: { to: broken.clone() } });
    expect(await third.ask({ type: "started" })).toMatchObject({ name: "StartFailedError" });
  });

  it("is refused where it is a supervisor's", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    using group = system.supervise({ children: {} } as never);
    const tell = (): void => address.tell({ type: "keep", to: group } as never);
    expect(tell).toThrow(MessageNotCloneableError);
    expect(tell).toThrow(/the message\.to is the address of a supervisor/);
  });
});

describe("what an address on another thread counts", () => {
  it("keeps its actor alive until it is dropped there", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay);
    address.tell({ type: "keep", to: target.clone() });
    await address.ask({ type: "seen" });
    target.drop();
    await address.ask({ type: "tell", n: 1 });
    expect(await system.inspect()).toMatchObject({ living: 2 });
    await address.ask({ type: "release" });
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("counts for the message while that is queued, and no more when it is never handled", async () => {
    await using system = threadSystem({ deadLetters: { keep: 0 } });
    const target = system.spawn(seer);
    using address = system.spawn(relay);
    address.tell({ type: "wait", ms: 60_000 });
    address.tell({ type: "forget", to: target.clone() });
    target.drop();
    await until(() => system.ledger(address).inFlight === 1);
    expect((await system.inspect()).living).toBe(2);
    await system.kill(address, { restart: false });
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("counts in the arguments for the life of the actor, over restarts", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    const address = system.spawn(relay, { ...patient, args: { to: target.clone() } });
    target.drop();
    await failure(address.ask({ type: "fail" }));
    await address.ask({ type: "tell", n: 1 });
    await failure(address.ask({ type: "exit" }));
    await address.ask({ type: "tell", n: 2 });
    expect(await address.ask({ type: "ask", message: { type: "seen" } })).toEqual({ reply: [1, 2] });
    address.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("is released by a restart, if the incarnation owned it", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, patient);
    address.tell({ type: "keep", to: target.clone() });
    target.drop();
    await failure(address.ask({ type: "fail" }));
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it.each(["exit", "hang"] as const)("is released with its thread: %s", async (how) => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, { ...patient, ...alone });
    address.tell({ type: "keep", to: target.clone() });
    address.tell({ type: "flood", from: 0, count: 10 });
    target.drop();
    await failure(address.ask({ type: how }));
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(system.ledger(target)).toMatchObject({ accepted: 10, handled: 10 });
  });

  it("is released in a message that its handler panicked on", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, patient);
    address.tell({ type: "failHolding", to: target.clone() });
    target.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(system.ledger(target).handled).toBe(1);
  });

  it("is released in a message that was sent to the thread before its actor was killed, and is not started", async () => {
    await using system = threadSystem({ deadLetters: { keep: 0 } });
    const gate = new ThreadGate();
    const everywhere = Array.from({ length: availableParallelism() }, () =>
      system.spawn(gatedActor, { args: gate.args }),
    );
    using address = system.spawn(relay);
    await Promise.all([address, ...everywhere].map((each) => each.started));
    for (const each of everywhere) each.tell({ type: "block", n: 1 });
    await gate.reached(everywhere.length);
    const target = system.spawn(seer);
    const weak = target.downgrade();
    address.tell({ type: "forget", to: target.clone() });
    target.drop();
    await until(() => system.ledger(address).inFlight === 1);
    await system.kill(address, { restart: false });
    gate.open();
    await Promise.all(everywhere.map((each) => each.ask({ type: "marked", n: 2 }))); // each thread has heard of the kill
    await new Promise(setImmediate);
    expect(weak.upgrade()).toBe(undefined);
    for (const each of everywhere) each.drop();
  });

  it("is released in a message that was sent to the thread, whose caller has given up before it was started", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const target = system.spawn(seer);
    const caller = new AbortController();
    const words = new Int32Array(new SharedArrayBuffer(4));
    address.tell({ type: "waitAt", words });
    const asked = address.ask({ type: "forget", to: target.clone() }, { signal: caller.signal });
    target.drop();
    await until(() => system.ledger(address).inFlight === 1);
    caller.abort(new Error("given up"));
    expect((await failure(asked)).message).toBe("given up");
    Atomics.store(words, 0, 1);
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(leaks(system)).toEqual([]);
    expect(system.ledger(address).expired).toBe(1);
  });

  it("is released with the dead letter of a message whose handler was killed, or is quarantined", async () => {
    await using system = threadSystem({ deadLetters: { keep: 0 } });
    const killed = system.spawn(seer);
    const quarantined = system.spawn(seer);
    using address = system.spawn(relay, { ...patient, poison: "quarantine" });
    address.tell({ type: "waitHolding", ms: 60_000, to: killed.clone() });
    killed.drop();
    await until(() => system.ledger(killed).handled === 1);
    await system.kill(address);
    expect(await killed.exited).toEqual({ kind: "normal" });
    address.tell({ type: "failHolding", to: quarantined.clone() });
    quarantined.drop();
    expect(await quarantined.exited).toEqual({ kind: "normal" });
    expect(system.ledger(address).deadLettered).toEqual({ killed: 1 });
    expect(system.ledger(address).panicked).toBe(1);
  });

  it("does not count when it is weak, and can be made strong while the actor lives", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay);
    address.tell({ type: "keepWeak", to: target.downgrade() });
    await address.ask({ type: "tell", n: 1 });
    expect(await target.ask({ type: "seen" })).toEqual([1]);
    expect(await address.ask({ type: "upgrade" })).toBe(true);
    target.drop();
    await address.ask({ type: "tell", n: 2 });
    expect((await system.inspect()).living).toBe(2);
    await address.ask({ type: "release" });
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(system.ledger(target).handled).toBe(3);
  });

  it("ends a system of threads by itself when the last address is dropped", async () => {
    const system = new ActorSystem({ logLevel: "silent" });
    const target = system.spawn(seer);
    const first = system.spawn(relay, { args: { to: target.clone() } });
    const second = system.spawn(relay, { ...dedicated, args: { to: first.clone() } });
    target.drop();
    first.drop();
    second.tell({ type: "passOn", n: 3 });
    second.drop();
    await system.terminated;
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 2 });
  });
});
