/** What an actor on a thread does by its context: children, watches, promises, messages set aside. */
import { describe, expect, it } from "vitest";
import { relay, seer } from "../../support/thread-relay.ts";
import { failure, patient, threadSystem, worker } from "../../support/thread-worker.ts";

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise(setImmediate);
}

describe("children of an actor on a thread", () => {
  it("run there, have mailboxes like any other, and are restarted by their options", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent" });
    const path = await parent.ask({ type: "spawn", options: { args: "first", ...patient } });
    expect(path).toBe("/parent/child-1");
    expect(await parent.ask({ type: "ask", message: { type: "label" } })).toEqual({ reply: "first" });
    parent.tell({ type: "tell", n: 1 });
    await parent.ask({ type: "seen" });
    expect(await parent.ask({ type: "ask", message: { type: "fail" } })).toMatchObject({
      error: { code: "ERR_ACTOR_PANICKED", cause: "the child failed" },
    });
    expect(await parent.ask({ type: "ask", message: { type: "seen" } })).toEqual({ reply: [] });
    const [inspected] = (await system.inspect()).actors;
    expect(inspected).toMatchObject({ path: "/parent", children: [{ path, restarts: 1, generation: 2 }] });
  });

  it("are reached from elsewhere by their path and by addresses that are given away", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent" });
    using loose = await parent.ask({ type: "spawnLoose", options: { name: "loose", args: 7 } });
    loose.tell({ type: "see", n: 3 });
    expect(await loose.ask({ type: "seen" })).toEqual([3]);
    expect(system.lookup("/parent/loose")?.path).toBe("/parent/loose");
  });

  it("live by their addresses, and stop before the incarnation that spawned them ends", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent", ...patient });
    const loose = await parent.ask({ type: "spawnLoose", options: {} });
    loose.drop();
    expect(await loose.exited).toEqual({ kind: "normal" });
    using other = await parent.ask({ type: "spawnLoose", options: {} });
    await failure(parent.ask({ type: "fail" }));
    expect(await other.exited).toEqual({ kind: "shutdown" });
    expect(await parent.ask({ type: "generation" })).toBe(2);
  });

  it("take a name once, also that of one that has ended, and only options that can cross", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent" });
    const first = await parent.ask({ type: "spawnLoose", options: { name: "one" } });
    expect(await parent.ask({ type: "spawnFails", options: { name: "one" } })).toBe("ERR_ACTOR_DUPLICATE_NAME");
    expect(await parent.ask({ type: "spawnFails", options: { nme: "one" } as never })).toBe(
      "ERR_ACTOR_INVALID_DEFINITION",
    );
    first.drop();
    await first.exited;
    await until(async () => (await parent.ask({ type: "spawnFails", options: { name: "one" } })) === "spawned");
  });

  it("end with the thread, and come back with the parent that spawns them again", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent", ...patient });
    using child = await parent.ask({ type: "spawnLoose", options: { ...patient } });
    await failure(parent.ask({ type: "exit" }));
    expect((await child.exited).kind).toMatch(/shutdown|crashed/);
    expect(await parent.ask({ type: "spawn", options: { args: "again" } })).toBe("/parent/child-1");
    expect(await parent.ask({ type: "ask", message: { type: "label" } })).toEqual({ reply: "again" });
  });

  it("may be defined in a module of their own, and then run where there is room", async () => {
    await using system = threadSystem();
    using parent = system.spawn(relay, { name: "parent" });
    expect(await parent.ask({ type: "spawnThere", options: { args: "there", thread: "dedicated" } })).toBe(
      "/parent/relay-1",
    );
    expect(await parent.ask({ type: "ask", message: { type: "label" } })).toEqual({ reply: "there" });
    const [inspected] = (await system.inspect()).actors;
    expect(inspected?.thread).not.toBe(inspected?.children[0]?.thread);
  });
});

it("owns on a thread only what can be dropped", async () => {
  await using system = threadSystem();
  using address = system.spawn(relay);
  expect(await address.ask({ type: "ownWeak" })).toBe("ERR_ACTOR_INVALID_DEFINITION");
});

describe("watches from a thread", () => {
  it("tell of the end of an actor, once, also of one that has ended already", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, { args: { to: target.clone() } });
    address.tell({ type: "watch" });
    await address.ask({ type: "seen" });
    await system.kill(target, { restart: false });
    await until(async () => (await address.ask({ type: "ends" })).length > 0);
    address.tell({ type: "watch" });
    await until(async () => (await address.ask({ type: "ends" })).length > 1);
    expect(await address.ask({ type: "ends" })).toEqual(["killed", "killed"]);
    target.drop();
  });

  it("keep nothing alive", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay);
    address.tell({ type: "watch", to: target.clone() });
    await address.ask({ type: "seen" });
    target.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
    await until(async () => (await address.ask({ type: "ends" })).length > 0);
    expect(await address.ask({ type: "ends" })).toEqual(["normal"]);
  });

  it("are a panic when the message cannot be made", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    using address = system.spawn(relay, { ...patient, args: { to: target.clone() } });
    await address.ask({ type: "badWatch" });
    target.drop();
    await system.stop(target);
    await until(async () => (await address.ask({ type: "generation" })) === 2);
  });
});

describe("promises piped to an actor on a thread", () => {
  it("become messages, and are awaited before the actor ends for want of addresses", async () => {
    await using system = threadSystem();
    const target = system.spawn(seer);
    const address = system.spawn(relay, { args: { to: target } });
    await address.ask({ type: "pipe", ms: 30, n: 5 });
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(system.ledger(address)).toMatchObject({ accepted: 2, handled: 2 });
  });

  it("are a panic when they reject and nobody says what that means", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay, patient);
    await address.ask({ type: "pipeFail", ms: 1 });
    await until(async () => (await address.ask({ type: "generation" })) === 2);
  });
});

describe("messages set aside on a thread", () => {
  it("stay stashed, and go before what is queued once they are taken back, in their order", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    for (let n = 0; n < 1000; n++) address.tell({ type: "sort", n });
    address.tell({ type: "open" });
    for (let n = 1000; n < 2000; n++) address.tell({ type: "sort", n });
    const even = Array.from({ length: 500 }, (_, n) => 2 * n);
    const odd = even.map((n) => n + 1);
    const rest = Array.from({ length: 1000 }, (_, n) => 1000 + n);
    expect(await address.ask({ type: "seen" }, { timeout: 60_000 })).toEqual([...even, ...odd, ...rest]);
    expect(system.ledger(address)).toMatchObject({ accepted: 2002, handled: 2002, stashed: 0 });
  });

  it("are taken back in the middle of a handler that takes its time, and asks among them are answered", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    const replies = [1, 2, 3].map((n) => address.ask({ type: "sort", n }));
    expect(await replies[1]).toBe(2);
    await until(() => system.ledger(address).stashed === 2);
    address.tell({ type: "openLate", ms: 10 });
    for (let n = 4; n < 300; n++) address.tell({ type: "sort", n });
    expect(await Promise.all(replies)).toEqual([1, 2, 3]);
    const later = Array.from({ length: 296 }, (_, n) => 4 + n);
    expect(await address.ask({ type: "seen" })).toEqual([2, 1, 3, ...later]);
  });

  it("are taken back outside of a handler, while others come", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    for (let round = 0; round < 20; round++) {
      address.tell({ type: "sort", n: 2 * round + 1 });
      await address.ask({ type: "openLater" });
      for (let n = 0; n < 5; n++) await address.ask({ type: "see", n: 0 });
    }
    await until(() => system.ledger(address).stashed === 0);
    const seen = (await address.ask({ type: "seen" })).filter((n) => n > 0);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n + 1));
    expect(system.ledger(address)).toMatchObject({ accepted: 141, handled: 141 });
  });

  it("expire while they are set aside", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay);
    expect(await failure(address.ask({ type: "sort", n: 1 }, { timeout: 30 }))).toMatchObject({
      code: "ERR_ACTOR_ASK_TIMEOUT",
    });
    await address.ask({ type: "open" });
    expect(await address.ask({ type: "seen" })).toEqual([]);
    expect(system.ledger(address)).toMatchObject({ expired: 1, stashed: 0 });
  });

  it("survive a restart, and come back with the next incarnation", async () => {
    await using system = threadSystem();
    using address = system.spawn(relay, patient);
    address.tell({ type: "sort", n: 1 });
    address.tell({ type: "sort", n: 3 });
    await failure(address.ask({ type: "exit" }));
    await until(() => system.ledger(address).stashed === 2); // its `started` takes back what was there, which is set aside again
    await address.ask({ type: "open" });
    expect(await address.ask({ type: "seen" })).toEqual([1, 3]);
  });
});

it("awaits itself on a thread: is told at once", async () => {
  await using system = threadSystem();
  using address = system.spawn(relay);
  expect(await address.ask({ type: "askSelf" }, { timeout: 60_000 })).toBe("ERR_ACTOR_DEADLOCK");
});

describe("a sleep on a thread", () => {
  it("ends", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    expect(await address.ask({ type: "sleep", ms: 2 })).toBe(2);
  });

  it("is over with its incarnation, and rejects with the reason", async () => {
    await using system = threadSystem();
    using address = system.spawn(worker);
    await address.ask({ type: "doze" });
    await system.stop(address);
    const woken = system.lines.filter(({ msg }) => msg === "woken on a thread");
    expect(woken).toMatchObject([{ code: "ERR_ACTOR_STOPPED", reason: "shutdown" }]);
  });
});
