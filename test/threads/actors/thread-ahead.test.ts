/** Messages that are prefetched: whatever ends the actor, those that were not started are as if they had never been sent. */
import type { Worker } from "node:worker_threads";
import { child, supervisor } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { gatedActor, neighbours, ThreadGate } from "../../support/thread-gate.ts";
import { failure, patient, threadSystem } from "../../support/thread-worker.ts";

const forever = { timeout: Number.POSITIVE_INFINITY };
const macrotask = (): Promise<void> => new Promise(setImmediate);

describe("an actor whose turn waits for a message that its thread has not started", () => {
  it("stops without it, when it is stopped", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const [first, second] = await neighbours(system, gate);
    first.tell({ type: "block", n: 1 });
    await gate.reached();
    second.tell({ type: "mark", n: 2 });
    await macrotask();
    const stopped = system.stop(second);
    await macrotask();
    gate.open();
    expect(await stopped).toEqual({ kind: "shutdown" });
    await first.ask({ type: "marked", n: 3 });
    expect(gate.effects).toEqual([1, 3]);
    expect(system.ledger()).toMatchObject({ handled: 2, deadLettered: { stopped: 1 } });
  });

  it("handles it in its next incarnation, when it is killed, for the first time", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const [first, second] = await neighbours(system, gate);
    first.tell({ type: "block", n: 1 });
    await gate.reached();
    second.tell({ type: "mark", n: 2 });
    await macrotask();
    void system.kill(second);
    gate.open();
    await second.ask({ type: "marked", n: 3 }, forever);
    expect(gate.effects).toEqual([1, 2, 3]);
    expect(gate.args.attempts[2]).toBe(1);
    expect(system.ledger()).toMatchObject({ handled: 3, panicked: 0, deadLettered: {} });
  });

  it("does not handle it once its caller has given up, when the thread is lost", async () => {
    const threads: Worker[] = [];
    const onWorker = (worker: Worker): void => void threads.push(worker);
    process.on("worker", onWorker);
    await using system = threadSystem();
    const gate = new ThreadGate();
    const caller = new AbortController();
    const [first, second] = await neighbours(system, gate);
    process.off("worker", onWorker);
    first.tell({ type: "block", n: 1 });
    await gate.reached();
    const asked = failure(second.ask({ type: "marked", n: 2 }, { signal: caller.signal }));
    await macrotask();
    caller.abort(new Error("given up"));
    await Promise.all(threads.map((thread) => thread.terminate()));
    expect((await asked).message).toBe("given up");
    await second.ask({ type: "marked", n: 3 }, forever);
    expect(gate.effects).toEqual([3]);
    expect(system.ledger(second)).toMatchObject({ handled: 1, expired: 1, deadLettered: {} });
  });

  it("handles it in its next incarnation, when it stopped itself before, and its queue is kept", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    using address = system.spawn(gatedActor, { args: gate.args, restart: "permanent", ...patient });
    await address.ask({ type: "stopLater" });
    for (let n = 0; n < 3; n++) await address.ask({ type: "marked", n: 100 }); // the next turn comes before the port's
    gate.open();
    gate.reachedBlocking();
    for (let n = 0; n < 10; n++) address.tell({ type: "mark", n });
    await address.ask({ type: "marked", n: 10 }, forever);
    expect(gate.effects).toEqual([100, 100, 100, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(system.ledger()).toMatchObject({ handled: 15, deadLettered: {} });
  });
});

describe("an actor that has stopped itself, which is not yet known", () => {
  it.each(["stop", "kill"] as const)("ends once, when somebody else asks for a %s", async (how) => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const address = system.spawn(gatedActor, { args: gate.args });
    await address.ask({ type: "stopLater" });
    gate.open();
    gate.reachedBlocking();
    await (how === "stop" ? system.stop(address) : system.kill(address, { restart: false }));
    expect((await address.exited).kind).toBe(how === "stop" ? "shutdown" : "killed");
    expect(system.ledger()).toMatchObject({ handled: 1, deadLettered: {} });
  });
});

describe("an ask that is given up while it is prefetched and not started", () => {
  it.each(["stop", "kill"] as const)("counts as expired, once, when the actor ends by a %s", async (how) => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const caller = new AbortController();
    const [first, second] = await neighbours(system, gate);
    first.tell({ type: "block", n: 1 });
    await gate.reached();
    const asks = [2, 3, 4, 5].map((n) => failure(second.ask({ type: "marked", n }, { signal: caller.signal })));
    second.tell({ type: "mark", n: 6 });
    await macrotask();
    caller.abort(new Error("given up"));
    expect((await Promise.all(asks)).map(({ message }) => message)).toEqual(asks.map(() => "given up"));
    const ended = how === "stop" ? system.stop(second) : system.kill(second, { restart: false });
    gate.open();
    await ended;
    expect(system.ledger(second)).toMatchObject({ accepted: 5, queued: 0, expired: 4, deadLettered: { stopped: 1 } });
    expect(system.lines.filter(({ level }) => level === 50 && how === "stop")).toEqual([]);
    await first.ask({ type: "marked", n: 7 });
    expect(gate.effects).toEqual([1, 7]);
  });
});

describe("what is known of a thread's work", () => {
  it("includes the messages before one that is awaited", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    using address = system.spawn(gatedActor, { args: gate.args });
    address.tell({ type: "mark", n: 1 });
    address.tell({ type: "mark", n: 2 });
    address.tell({ type: "await", n: 3 });
    address.tell({ type: "mark", n: 4 });
    while (system.ledger(address).queued > 1) await macrotask();
    expect(system.ledger(address)).toMatchObject({ handled: 2, inFlight: 1, queued: 1 });
    gate.open();
  });

  it("does not keep the neighbours waiting: each has its turn", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const [first, second] = await neighbours(system, gate);
    first.tell({ type: "block", n: 0 });
    for (let n = 1; n <= 12; n++) first.tell({ type: "toil", n });
    await gate.reached();
    second.tell({ type: "mark", n: 100 });
    await macrotask();
    gate.open();
    await first.ask({ type: "marked", n: 13 }, forever);
    expect(gate.effects.indexOf(100)).toBeLessThan(10);
  });
});

describe("a kill", () => {
  it("takes the thread along that is at a message whose turn has not come", async () => {
    await using system = threadSystem({ threads: { heartbeatMs: 60_000 } });
    const gate = new ThreadGate();
    let exited: Promise<unknown> | undefined;
    process.once("worker", (worker) => {
      exited = new Promise((resolve) => worker.once("exit", resolve));
    });
    using address = system.spawn(gatedActor, { args: gate.args, thread: "shared", restart: "permanent", ...patient });
    await address.started;
    const known = address.ask({ type: "marked", n: 1 });
    address.tell({ type: "block", n: 2 });
    await known.then(() => {
      gate.reachedBlocking();
      void system.kill(address);
    });
    await exited;
    expect(await address.ask({ type: "marked", n: 3 }, forever)).toBe(3);
    expect(gate.effects).toEqual([1, 3]);
    expect(system.ledger()).toMatchObject({ handled: 2, deadLettered: { killed: 1 } });
  });
});

describe("a supervisor that fails", () => {
  it("gives up the queued messages of a child on a thread, but not those started there", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const spec = child(gatedActor, { args: gate.args });
    const low = supervisor({ children: { good: spec, bad: spec }, intensity: { restarts: 0, withinMs: 60_000 } });
    using top = system.supervise(supervisor({ children: { low }, ...patient }));
    await top.started;
    using below = top.child("low");
    using good = below.child("good");
    using bad = below.child("bad");
    good.tell({ type: "await", n: 1 });
    for (let n = 2; n <= 30; n++) good.tell({ type: "toil", n });
    await gate.reached();
    gate.open();
    gate.doneBlocking(9);
    void system.kill(bad);
    await good.ask({ type: "marked", n: 31 }, forever).catch(() => good.ask({ type: "marked", n: 31 }, forever));
    const { handled, deadLettered } = system.ledger(good);
    expect(handled).toBeGreaterThan(9);
    expect(gate.effects).toEqual([...Array.from({ length: handled - 1 }, (_, at) => at + 1), 31]);
    expect(handled + (deadLettered.intensityExceeded ?? 0)).toBe(system.ledger(good).accepted);
  });
});
