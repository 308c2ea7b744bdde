/** What crosses between two threads and finds nobody there, or not in time: it counts for nobody, and nobody waits for it. */
import { bounded } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { addressOwner, listener } from "../../support/address-owner.ts";
import { ThreadGate } from "../../support/thread-gate.ts";
import { failure, patient, threadSystem } from "../../support/thread-worker.ts";

const forever = { timeout: Number.POSITIVE_INFINITY };
const macrotask = (): Promise<void> => new Promise(setImmediate);

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await macrotask();
}

describe("an address in a message that was sent to a thread and is not started", () => {
  it("counts once, when its actor stops itself before, and its queue is kept", async () => {
    await using system = threadSystem();
    const target = system.spawn(listener);
    using address = system.spawn(addressOwner, { restart: "permanent", ...patient });
    await address.started;
    address.tell({ type: "stop" });
    address.tell({ type: "forget", to: target });
    expect(await address.ask({ type: "generation" }, forever)).toBe(2);
    expect(await target.exited).toEqual({ kind: "normal" });
  });

  it("counts no more, when its caller has given up", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const target = system.spawn(listener);
    using address = system.spawn(addressOwner, { args: { words: gate.args.words } });
    await address.started;
    const caller = new AbortController();
    address.tell({ type: "block" });
    for (let n = 0; n < 3; n++) address.tell({ type: "toil", n }); // so that its cancel is heard before its turn
    const asked = failure(address.ask({ type: "forget", to: target }, { signal: caller.signal }));
    await gate.reached();
    caller.abort();
    await asked;
    gate.open();
    expect(await target.exited).toEqual({ kind: "normal" });
    expect(system.ledger(address)).toMatchObject({ expired: 1 });
  });
});

describe("an address in a reply", () => {
  it("counts no more, when its caller has given up", async () => {
    await using system = threadSystem();
    const target = system.spawn(listener);
    using address = system.spawn(addressOwner);
    await address.ask({ type: "keep", to: target });
    await failure(address.ask({ type: "lendLate" }, { timeout: 20 }));
    await address.ask({ type: "release" });
    expect(await target.exited).toEqual({ kind: "normal" });
  });
});

describe("an address in an ask from a thread", () => {
  it("counts no more, when the actor that is asked has ended", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener);
    const third = system.spawn(listener);
    using address = system.spawn(addressOwner, { args: { to: target.clone() } });
    await system.stop(target);
    expect(await address.ask({ type: "askWith", third })).toBe("ERR_ACTOR_STOPPED");
    expect(await third.exited).toEqual({ kind: "normal" });
  });

  it.each(["reject", "wait"] as const)("counts no more, when there is no room for it: %s", async (overflow) => {
    await using system = threadSystem();
    using target = system.spawn(listener, { mailbox: bounded(1, { overflow }) });
    const third = system.spawn(listener);
    using address = system.spawn(addressOwner, { args: { to: target.clone() } });
    await target.started;
    const gate = new ThreadGate();
    target.tell({ type: "hold", words: gate.args.words });
    await until(() => system.ledger(target).inFlight === 1);
    target.tell({ type: "see", n: 1 });
    const [timeout, code] = overflow === "wait" ? [20, "ERR_ACTOR_ASK_TIMEOUT"] : [60_000, "ERR_ACTOR_MAILBOX_FULL"];
    expect(await address.ask({ type: "askWith", third, timeout }, forever)).toBe(code);
    expect(await third.exited).toEqual({ kind: "normal" });
    gate.open();
  });

  it("belongs to the actor that has handled it", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener);
    const third = system.spawn(listener);
    using address = system.spawn(addressOwner, { args: { to: target.clone() } });
    expect(await address.ask({ type: "askWith", third })).toBe("done");
    expect((await system.inspect()).living).toBe(3);
    await system.stop(target);
    expect(await third.exited).toEqual({ kind: "normal" });
  });
});

describe("an address in a message that an actor on a thread has asked for itself", () => {
  it("arrives", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener);
    using address = system.spawn(addressOwner, { ...patient, args: { to: target.clone() } });
    await address.ask({ type: "pipeAddress" });
    await address.ask({ type: "seen" });
    await address.ask({ type: "seen" });
    await address.ask({ type: "tell", n: 1 });
    expect(await target.ask({ type: "seen" })).toEqual([1]);
    expect(await address.ask({ type: "generation" })).toBe(1);
  });
});

describe("an address of another system", () => {
  it("leads to its own actor, whatever number that has", async () => {
    await using system = threadSystem();
    await using other = threadSystem();
    using near = system.spawn(listener, { name: "near" });
    using far = other.spawn(listener, { name: "far" });
    using first = system.spawn(addressOwner, { args: { to: near.clone() } });
    await first.ask({ type: "tell", n: 1 });
    await first.ask({ type: "keep", to: far.clone() });
    await first.ask({ type: "tell", n: 2 });
    expect(await near.ask({ type: "seen" })).toEqual([1]);
    expect(await far.ask({ type: "seen" })).toEqual([2]);
  });
});

describe("a child that an ending actor on a thread asks for", () => {
  it("has failed to start: its asks reject, and whoever awaits it is told", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener);
    using address = system.spawn(addressOwner);
    await address.ask({ type: "spawnAtEnd", to: target.clone() });
    await system.stop(address);
    expect(await target.ask({ type: "said" })).toEqual(["ERR_ACTOR_STOPPED", "ERR_ACTOR_START_FAILED", "startFailed"]);
    expect(system.lines.filter(({ level }) => level === 50)).toEqual([]);
  });
});

describe("what an actor on a thread awaits", () => {
  it("is handled after what is queued, when its last address was dropped, and nothing is handled twice", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener);
    const gate = new ThreadGate();
    const address = system.spawn(addressOwner, { args: { words: gate.args.words, to: target.clone() } });
    await address.ask({ type: "pipe", n: -1 });
    for (let n = 0; n < 100; n++) address.tell({ type: "toil", n });
    address.tell({ type: "report" });
    address.drop();
    await until(() => system.ledger(address).handled > 10);
    gate.open();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(system.ledger(address)).toMatchObject({ accepted: 103, handled: 103, deadLettered: {} });
    const said = (await target.ask({ type: "said" })) as number[];
    expect(said).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it("is what it was promised, also while it drains", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const address = system.spawn(addressOwner, { args: { words: gate.args.words } });
    await address.ask({ type: "pipe", n: 1 });
    address.tell({ type: "pipeLate", n: 2 });
    address.drop();
    gate.open();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(system.ledger(address)).toMatchObject({ accepted: 4, handled: 4, deadLettered: {} });
  });
});

describe("an actor on a thread that has failed outside of a message, which is not yet known", () => {
  it.each(["stop", "kill"] as const)("ends once, when somebody else asks for a %s", async (how) => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    const address = system.spawn(addressOwner, { ...patient, args: { words: gate.args.words } });
    await address.ask({ type: "failLater" });
    gate.open();
    gate.reachedBlocking();
    await (how === "stop" ? system.stop(address) : system.kill(address, { restart: false }));
    expect((await address.exited).kind).toBe(how === "stop" ? "shutdown" : "killed");
    expect(system.ledger(address)).toMatchObject({ handled: 1, deadLettered: {} });
    address.drop();
  });
});

describe("the end of an actor", () => {
  it("is told to who waits for it and has dropped the last address on its thread", async () => {
    await using system = threadSystem();
    const target = system.spawn(listener);
    using address = system.spawn(addressOwner);
    address.tell({ type: "keep", to: target });
    expect(await address.ask({ type: "closedAfterDrop" }, forever)).toBe("closed");
  });

  it("is told once more to a thread that has forgotten the actor meanwhile", async () => {
    await using system = threadSystem();
    const gate = new ThreadGate();
    using target = system.spawn(listener);
    using address = system.spawn(addressOwner, { args: { words: gate.args.words } });
    await address.ask({ type: "keepWeak", to: target.downgrade() });
    await system.stop(target);
    await address.ask({ type: "keepWeak", to: address.downgrade() as never });
    address.tell({ type: "collect" });
    await gate.reached();
    const exited = address.ask({ type: "exited", to: target.downgrade() }, forever);
    gate.open();
    expect(await exited).toBe("shutdown");
  });
});

describe("a send that waits for room", () => {
  it("is delivered, although its sender was lost with its thread", async () => {
    await using system = threadSystem();
    using target = system.spawn(listener, { mailbox: bounded(1) });
    using address = system.spawn(addressOwner, { ...patient, args: { to: target.clone() } });
    await target.started;
    const gate = new ThreadGate();
    target.tell({ type: "hold", words: gate.args.words });
    await until(() => system.ledger(target).inFlight === 1);
    target.tell({ type: "see", n: 1 });
    await address.ask({ type: "sendUnawaited", n: 2 });
    await failure(address.ask({ type: "exit" }));
    expect(await address.ask({ type: "generation" })).toBe(2);
    gate.open();
    await until(() => system.ledger(target).handled === 3);
    expect(await target.ask({ type: "seen" })).toEqual([1, 2]);
  });
});
