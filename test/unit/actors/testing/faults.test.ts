/** Faults among everything else that an actor does: each strikes as the plan says, and does what the runtime would do. */
import type { Address, Definition, MailboxSpec, Overflow } from "@pneumatic/actors";
import { bounded, child, InvalidDefinitionError, implement, priority, retry, supervisor } from "@pneumatic/actors";
import type { Fault, TestSystem } from "@pneumatic/actors/testing";
import { probe, testSystem } from "@pneumatic/actors/testing";
import { describe, expect, it, test } from "vitest";
import { unaccounted } from "../../../support/test-system.ts";

interface Works {
  work(payload: { id: number }): number;
  keep(payload: { id: number }): void;
  release(): void;
  nap(payload: { ms: number }): void;
}

/** An actor that notes what it begins, and in which attempt. */
function worker(begun: string[] = []): Definition<Works, undefined> {
  return implement<Works>()({
    state: () => ({ isOpen: false }),
    on: {
      work: ({ attempt }, { id }) => {
        begun.push(attempt === 1 ? `${id}` : `${id} again`);
        return id;
      },
      keep: ({ state, stash }, { id }) => {
        if (state.isOpen) begun.push(`kept ${id}`);
        else stash();
      },
      release: ({ state, unstashAll }) => {
        state.isOpen = true;
        unstashAll();
      },
      nap: ({ sleep }, { ms }) => sleep(ms),
    },
  });
}

/** Asks; resolves to the reply, or the name of the error. */
function ask(address: Address<Works>, id: number, timeout = 5000): Promise<number | string> {
  return address.ask({ type: "work", id }, { timeout }).catch((error: Error) => error.name);
}

function planned(...faults: Fault[]): TestSystem {
  return testSystem({ seed: 1, autoAdvance: true, faults });
}

describe("a full mailbox", () => {
  const table: Record<Overflow, readonly [tell: string, trySend: string, send: string, ask: number | string]> = {
    wait: ["full", "full", "ok", 1],
    reject: ["full", "full", "full", "MailboxFullError"],
    dropOldest: ["overflow", "ok", "ok", 1],
    dropNewest: ["overflow", "ok", "ok", "MailboxFullError"],
  };
  const mailboxes = (["wait", "reject", "dropOldest", "dropNewest"] as const).flatMap((overflow) => [
    [overflow, "bounded", bounded(9, { overflow })] as const,
    [overflow, "priority", priority(() => 0, { capacity: 9, overflow })] as const,
  ]);

  test.each(mailboxes)("with %s does what it does when it is full (%s)", async (overflow, _, mailbox: MailboxSpec) => {
    const letters = async (send: (address: Address<Works>) => unknown): Promise<[unknown, string[]]> => {
      await using system = planned({ kind: "full", when: (message) => "id" in message && message.id === 1 });
      using address = system.spawn(worker(), { mailbox });
      address.tell({ type: "work", id: 0 });
      const told = await send(address);
      await system.settle();
      const { ledger } = await system.inspect();
      expect(unaccounted(ledger)).toBe(0);
      return [told, Object.keys(ledger.deadLettered)];
    };
    const [tell, trySend, sent, asked] = table[overflow];
    const isEviction = overflow.startsWith("drop");
    expect(await letters((address) => address.tell({ type: "work", id: 1 }))).toEqual([undefined, [tell]]);
    const after = isEviction ? ["overflow"] : [];
    const told = await letters((address) => kindOf(address.trySend({ type: "work", id: 1 })));
    expect(told).toEqual([trySend, after]);
    expect(await letters(async (address) => kindOf(await address.send({ type: "work", id: 1 })))).toEqual([
      sent,
      after,
    ]);
    expect(await letters((address) => ask(address, 1))).toEqual([asked, after]);
  });

  it("is never one without a capacity, nor one of capacity 0, nor one that has nothing to give up", async () => {
    await using system = planned({ kind: "full" });
    for (const mailbox of [undefined, bounded(0), bounded(3, { overflow: "dropOldest" })]) {
      using address = system.spawn(worker(), { ...(mailbox && { mailbox }) });
      expect(await ask(address, 1)).toBe(1);
    }
  });

  it("keeps its room and its life: what comes later is taken, and the last address still ends the actor", async () => {
    await using system = planned({ kind: "full", nth: 1 });
    const address = system.spawn(worker(), { mailbox: bounded(2) });
    address.tell({ type: "work", id: 1 });
    expect([address.trySend({ type: "work", id: 2 }).ok, address.trySend({ type: "work", id: 3 }).ok]).toEqual([
      true,
      true,
    ]);
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
  });
});

describe("several faults", () => {
  it("of different kinds strike one message together", async () => {
    await using system = planned({ kind: "slow", ms: 50 }, { kind: "panic", nth: 2 }, { kind: "delay", ms: 7, nth: 1 });
    using address = system.spawn(worker());
    expect([await ask(address, 1), system.now]).toEqual([1, 57]);
    expect([await ask(address, 2), system.now]).toEqual(["ActorPanickedError", 107]);
  });

  it("count their occasions whoever strikes first", async () => {
    await using system = planned({ kind: "panic", nth: 1 }, { kind: "crash", nth: 2 });
    using address = system.spawn(worker());
    expect([await ask(address, 1), await ask(address, 2), await ask(address, 3)]).toEqual([
      "ActorPanickedError",
      "ActorPanickedError",
      3,
    ]);
  });

  it("that the seed chooses share a budget, and those of the plan need none", async () => {
    const system = testSystem({
      seed: 1,
      autoAdvance: true,
      faultBudget: 2,
      faults: [
        { kind: "drop", chance: 1 },
        { kind: "panic", nth: 1 },
      ],
    });
    await using _ = system;
    using address = system.spawn(worker());
    const outcomes = [await ask(address, 1), await ask(address, 2), await ask(address, 3), await ask(address, 4)];
    expect(outcomes).toEqual(["ActorStoppedError", "ActorStoppedError", "ActorPanickedError", 4]);
  });

  it("with a place and a chance are chosen there or not at all", async () => {
    await using system = planned({ kind: "drop", nth: 2, chance: 1 }, { kind: "panic", nth: 3, chance: 0 });
    using address = system.spawn(worker());
    expect([await ask(address, 1), await ask(address, 2), await ask(address, 3)]).toEqual([1, "ActorStoppedError", 3]);
  });

  it("strike the paths and types that they name; a probe only by its very path", async () => {
    interface Note {
      note(): void;
    }
    await using system = planned(
      { kind: "drop", actor: /^\/a/g },
      { kind: "drop", actor: "/b", message: "keep" },
      { kind: "drop", actor: "/probe-4", nth: 2 },
      { kind: "drop", message: "note", nth: 1 },
    );
    using all = system.spawn(worker(), { name: "all" });
    using b = system.spawn(worker(), { name: "b" });
    expect([await ask(all, 1), await ask(all, 1), await ask(b, 1)]).toEqual([
      "ActorStoppedError",
      "ActorStoppedError",
      1,
    ]);
    using _ = system.spawn(worker(), { name: "c" });
    using recorder = probe<Note>(system);
    for (let count = 0; count < 3; count++) recorder.address.tell({ type: "note" });
    await system.settle();
    expect([recorder.address.path, recorder.messages.length]).toEqual(["/probe-4", 2]);
  });
});

describe("an actor that is struck", () => {
  it("begins its message again, at once, when another actor's fault took its thread", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "crash", cause: "hostLost", at: "end", nth: 1 });
    using address = system.spawn(worker(begun));
    expect([await ask(address, 1), begun, system.now]).toEqual([1, ["1", "1 again"], 0]);
  });

  it("has crashed for the cause that was planned, without its stopped hook", async () => {
    const stopped: string[] = [];
    const noted = implement<Works>()({
      on: { work: (_, { id }) => id, keep: () => {}, release: () => {}, nap: () => {} },
      stopped: (_, { kind }) => void stopped.push(kind),
    });
    await using system = planned({ kind: "crash", cause: "outOfMemory", nth: 1 }, { kind: "panic", nth: 2 });
    const one = system.spawn(noted, { restart: "temporary" });
    one.tell({ type: "work", id: 1 });
    expect(await one.exited).toEqual({ kind: "crashed", cause: "outOfMemory" });
    expect(stopped).toEqual([]);
    const two = system.spawn(noted, { restart: "temporary" });
    two.tell({ type: "work", id: 1 });
    await two.exited;
    expect(stopped).toEqual(["panicked"]);
  });

  it("tries the message again under retry(n), and sets it aside under quarantine", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "panic", at: "end", nth: 1 }, { kind: "panic", actor: "/quarantined" });
    using retried = system.spawn(worker(begun), { poison: retry(1) });
    expect([await ask(retried, 1), begun]).toEqual([1, ["1", "1 again"]]);
    using quarantined = system.spawn(worker(begun), { poison: "quarantine", name: "quarantined" });
    expect(await ask(quarantined, 2)).toBe("ActorPanickedError");
    expect(system.deadLetters().map(({ reason, to }) => [reason, to])).toEqual([["quarantined", "/quarantined"]]);
  });

  it("keeps what it had set aside", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "panic", message: "work", nth: 1 });
    using address = system.spawn(worker(begun));
    address.tell({ type: "keep", id: 1 });
    address.tell({ type: "work", id: 2 });
    address.tell({ type: "keep", id: 3 });
    address.tell({ type: "release" });
    address.tell({ type: "work", id: 4 });
    await system.settle();
    expect(begun).toEqual(["kept 1", "kept 3", "4"]);
  });

  it("takes its group with it, and ends its supervisor when it is struck too often", async () => {
    await using system = planned({ kind: "panic", actor: "/supervisor-1/a" });
    const children = { a: child(worker()), b: child(worker()) };
    using group = system.supervise(
      supervisor({ strategy: "one_for_all", intensity: { restarts: 1, withinMs: 100 }, children }),
    );
    using a = group.child("a");
    expect(await ask(a, 1)).toBe("ActorPanickedError");
    await system.settle();
    expect(group.children().map(({ restarts }) => restarts)).toEqual([1, 1]);
    expect(await ask(a, 2)).toBe("ActorPanickedError");
    expect(await group.exited).toMatchObject({ kind: "panicked", error: { name: "InjectedPanicError" } });
  });

  it("is a routee like any other, at its own path", async () => {
    await using system = planned({ kind: "panic", actor: /^\/pool\//, nth: 2 }, { kind: "drop", actor: "/pool" });
    using pool = system.route(worker(), { name: "pool", size: 2 });
    const ids = [1, 2, 3];
    const replies = await Promise.all(ids.map((id) => pool.ask({ type: "work", id }).catch((e: Error) => e.name)));
    expect(replies.filter((reply) => reply === "ActorPanickedError").length).toBe(1);
  });
});

describe("a slow handler", () => {
  test.each(["kill", "restart", "stop"] as const)(
    "that meets a %s leaves no timer, and never begins if it may not",
    async (end) => {
      const begun: string[] = [];
      await using system = planned({ kind: "slow", ms: 1000, nth: 1 });
      const address = system.spawn(worker(begun));
      const reply = ask(address, 1, 60_000);
      await system.settle();
      const next = ask(address, 2, 60_000);
      if (end === "stop") await system.stop(address);
      else await system.kill(address, { restart: end === "restart" });
      expect([await reply, await next, begun]).toEqual(
        {
          kill: ["ActorStoppedError", "ActorStoppedError", []],
          restart: ["ActorStoppedError", 2, ["2"]],
          stop: [1, "ActorStoppedError", ["1"]],
        }[end],
      );
      expect(system.now).toBe(end === "stop" ? 1000 : 0);
      if (end === "restart") address.drop();
    },
  );

  it("keeps the actor from everything else meanwhile", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "slow", nth: 1 });
    using address = system.spawn(worker(begun));
    void ask(address, 1);
    void ask(address, 2);
    await system.settle();
    expect(begun).toEqual([]);
    await system.advance(1000);
    expect(begun).toEqual(["1", "2"]);
  });
});

describe("a delayed actor", () => {
  it("gets everything late, in order, and two delays last as long as the longer", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "delay", ms: 100, nth: 2 }, { kind: "delay", ms: 30, nth: 3 });
    using address = system.spawn(worker(begun));
    for (const id of [1, 2, 3]) void ask(address, id);
    await system.advance(99);
    expect(begun).toEqual([]);
    await system.advance(1);
    expect(begun).toEqual(["1", "2", "3"]);
  });

  it("is delayed further by a second one", async () => {
    await using system = planned({ kind: "delay", ms: 100 });
    using address = system.spawn(worker());
    const one = ask(address, 1);
    await system.advance(60);
    expect([await ask(address, 2), await one, system.now]).toEqual([2, 1, 160]);
  });

  test.each(["stop", "kill", "drain", "drop"] as const)("ends on %s, and leaves no timer", async (end) => {
    const begun: string[] = [];
    await using system = planned({ kind: "delay", ms: 1000, nth: 2 });
    const address = system.spawn(worker(begun));
    await ask(address, 1);
    address.tell({ type: "work", id: 2 });
    if (end === "drop") address.drop();
    else if (end === "kill") await system.kill(address, { restart: false });
    else await system[end](address);
    await address.exited;
    const isHandled = end === "drain" || end === "drop";
    expect([begun, system.now]).toEqual(isHandled ? [["1", "2"], 1000] : [["1"], 0]);
  });

  it("starts again when its time has come, and its successor of the same name is not lost", async () => {
    const begun: string[] = [];
    await using system = planned({ kind: "delay", ms: 50, nth: 1 });
    const first = system.spawn(worker(begun), { name: "one" });
    first.tell({ type: "work", id: 1 });
    await system.kill(first, { restart: false });
    using second = system.spawn(worker(begun), { name: "one" });
    expect([await ask(second, 2), begun]).toEqual([2, ["2"]]);
  });
});

describe("a jump of the clock", () => {
  it("passes the deadline of an ask, and ends the sleep of its handler", async () => {
    await using system = testSystem({ autoAdvance: true, faults: [{ kind: "clockJump", ms: 10_000, nth: 2 }] });
    using address = system.spawn(worker());
    const napped = address.ask({ type: "nap", ms: 20_000 }).catch((error: Error) => error.name);
    const asked = ask(address, 1, 60_000);
    expect([await napped, system.now]).toEqual(["AskTimeoutError", 10_000]);
    expect([await asked, system.now]).toEqual([1, 10_000]);
  });

  it("ends a backoff", async () => {
    await using system = testSystem({
      faults: [
        { kind: "panic", actor: "/struck" },
        { kind: "clockJump", nth: 15 },
      ],
    });
    using struck = system.spawn(worker(), { name: "struck" });
    using other = system.spawn(worker());
    for (const id of [1, 2]) void ask(struck, id);
    await system.settle();
    expect(system.trace).not.toContain("generation 3");
    for (let id = 0; id < 15; id++) other.tell({ type: "work", id });
    await system.settle();
    expect(system.trace).toMatch(/60000 ms .*\/struck .*is back, as generation 3/);
  });

  it("moves the window of the intensity", async () => {
    const faults: Fault[] = [
      { kind: "panic", message: "work" },
      { kind: "clockJump", nth: 4 },
    ];
    const outcome = async (...plan: Fault[]): Promise<[boolean, number]> => {
      await using system = testSystem({ faults: plan });
      using address = system.spawn(worker(), { intensity: { restarts: 1, withinMs: 5000 } });
      await ask(address, 1);
      await system.settle();
      await ask(address, 2);
      await system.settle();
      return [address.isDisconnected, system.now];
    };
    expect(await outcome(...faults)).toEqual([false, 60_000]);
    expect(await outcome(...faults.slice(0, 1))).toEqual([true, 0]);
  });

  it("lets an interval come once, late, and go on from there", async () => {
    interface Ticks {
      tick(): void;
      count(): number;
    }
    const ticks = implement<Ticks>()({
      state: () => ({ ticked: 0 }),
      started: ({ timers }) => timers.every("tick", 1000, { type: "tick" }),
      on: { tick: ({ state }) => void state.ticked++, count: ({ state }) => state.ticked },
    });
    await using system = testSystem({ faults: [{ kind: "clockJump", ms: 10_500, nth: 2 }] });
    using address = system.spawn(ticks);
    expect(await address.ask({ type: "count" })).toBe(0);
    await system.settle();
    expect([await address.ask({ type: "count" }), system.now]).toEqual([1, 10_500]);
    await system.advance(1000);
    expect(await address.ask({ type: "count" })).toBe(2);
  });
});

describe("a plan that cannot be", () => {
  test.each<[string, unknown]>([
    ["kind of a fault must be one of panic", [{ kind: "flood" }]],
    ["kind of a fault must be one of panic", [{ kind: "constructor" }]],
    ["kind of a fault must be one of panic", [null]],
    ["must be a list of faults", { kind: "panic" }],
    ['(did you mean message?), not "mesage"', [{ kind: "panic", mesage: "x" }]],
    [', not "actor"', [{ kind: "clockJump", nth: 1, actor: "/a" }]],
    ['a path that begins with "/", or a RegExp, not "till"', [{ kind: "panic", actor: "till" }]],
    ["the type of a message", [{ kind: "panic", message: 1 }]],
    ["a function", [{ kind: "panic", when: "x" }]],
    ['nth of a fault of kind "panic" must be an integer of 1 or more, not 0', [{ kind: "panic", nth: 0 }]],
    ["must be an integer of 1 or more, not 1.5", [{ kind: "panic", nth: 1.5 }]],
    ["must be a number from 0 to 1, not 1.1", [{ kind: "panic", chance: 1.1 }]],
    ["must be a number from 0 to 1, not NaN", [{ kind: "panic", chance: Number.NaN }]],
    ['must be one of "start", "end", not "middle"', [{ kind: "panic", at: "middle" }]],
    ['must be one of "exit", ', [{ kind: "crash", cause: "loadFailed" }]],
    ["milliseconds above 0", [{ kind: "slow", ms: 0 }]],
    ["milliseconds above 0", [{ kind: "delay", ms: Number.POSITIVE_INFINITY }]],
    ["needs `nth` or `chance`", [{ kind: "clockJump" }]],
    ["needs a `seed`", [{ kind: "panic", chance: 1 }]],
  ])("is refused: %s (%j)", (why, faults) => {
    expect(() => testSystem({ faults: faults as Fault[] })).toThrow(why);
    expect(() => testSystem({ faults: faults as Fault[] })).toThrow(InvalidDefinitionError);
  });

  test.each([-1, 1.5, Number.NaN])("is refused: a budget of %d", (faultBudget) => {
    expect(() => testSystem({ faultBudget })).toThrow(InvalidDefinitionError);
  });
});

it("what strikes is marked in the trace", async () => {
  await using system = testSystem({
    faults: [
      { kind: "panic", message: "work", nth: 1 },
      { kind: "crash", message: "work", nth: 2 },
      { kind: "slow", message: "work", nth: 3 },
      { kind: "delay", message: "keep", ms: 5 },
      { kind: "full", message: "keep", nth: 1 },
      { kind: "drop", message: "keep", nth: 2 },
      { kind: "clockJump", nth: 1 },
    ],
  });
  using address = system.spawn(worker(), { name: "w", mailbox: bounded(5) });
  for (const id of [1, 2, 3]) address.tell({ type: "work", id });
  for (const id of [4, 5]) address.tell({ type: "keep", id });
  await system.advance(100_000);
  const marks = system.trace.split("\n").flatMap((line) => line.match(/! .*/) ?? []);
  expect(marks).toEqual([
    "! /w gets it 5 ms later",
    "! /w has no room",
    "! /w gets it 5 ms later",
    "! /w loses it",
    "! the clock jumps by 60000 ms",
    "! /w panics",
    "! /w loses its thread",
    "! begins 1000 ms later",
  ]);
});

function kindOf(sent: { readonly ok: boolean; readonly error?: { readonly kind: string } }): string {
  return sent.error?.kind ?? "ok";
}
