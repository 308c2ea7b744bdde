/** A probe stands where an actor would, records what it is sent, and waits in virtual time for what a test expects. */
import type { Address } from "@pneumatic/actors";
import {
  ActorPanickedError,
  ActorSystem,
  actor,
  child,
  InvalidDefinitionError,
  implement,
  registryKey,
  supervisor,
  topic,
} from "@pneumatic/actors";
import type { TestSystem, TestSystemOptions } from "@pneumatic/actors/testing";
import { ExpectationError, explore, probe, testSystem } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import { rejection } from "../../../support/gate.ts";
import { quiet } from "../../../support/test-system.ts";

interface Audit {
  note(payload: { n: number }): void;
  done(): void;
  limit(): number;
}
const note = (n: number) => ({ type: "note", n }) as const;
const done = { type: "done" } as const;

/** Notes at a probe when it is told to, or later. */
interface Clerk {
  note(payload: { n: number; inMs?: number }): void;
  fail(): void;
  end(): void;
}
const clerk = implement<Clerk>()({
  name: "clerk",
  state: (audit: Address<Pick<Audit, "note">>) => ({ audit }),
  on: {
    note: ({ state, timers }, { n, inMs }) => {
      if (inMs === undefined) state.audit.tell(note(n));
      else timers.after(`${n}`, inMs, note(n));
    },
    fail: () => {
      throw new Error("bad");
    },
    end: (context) => context.stop(),
  },
});

/** Runs `scenario` in every kind of test system. */
function everywhere(title: string, scenario: (system: TestSystem) => Promise<void>): void {
  const kinds: [string, TestSystemOptions][] = [
    ["in manual time", {}],
    ["under a seed", { seed: 7 }],
    ["while time moves by itself", { autoAdvance: true }],
  ];
  it.each(kinds)(`${title}, %s`, async (_, options) => {
    await using system = testSystem(options);
    await scenario(system);
  });
  it(`${title}, under explore`, async () => {
    await explore(scenario, { runs: 30 });
  });
}

/** The message of the expectation that was not met. */
async function unmet(expectation: Promise<unknown>): Promise<string> {
  const error = await rejection(expectation);
  expect(error).toBeInstanceOf(ExpectationError);
  return (error as ExpectationError).message;
}

describe("expectMessage", () => {
  everywhere("takes the messages in order, those sent before the call and those to come", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell(note(1));
    address.tell({ ...note(2), inMs: 2000 });
    expect(await audit.expectMessage()).toEqual(note(1));
    expect((await audit.expectMessage("note")).n).toBe(2);
    expect(system.now).toBe(2000);
    expect(audit.messages).toEqual([note(1), note(2)]);
  });

  everywhere("takes a message at the last moment, and none after it", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell({ ...note(1), inMs: 50 });
    address.tell({ ...note(2), inMs: 101 });
    await audit.expectMessage("note", { within: 50 });
    await rejection(audit.expectMessage("note", { within: 50 }));
    expect(system.now).toBe(100);
    await audit.expectMessage("note", { within: 1 });
  });

  everywhere("within 0 takes what comes without time passing", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell(note(1));
    address.tell({ ...note(2), inMs: 1 });
    await audit.expectMessage("note", { within: 0 });
    await rejection(audit.expectMessage("note", { within: 0 }));
    expect(system.now).toBe(0);
  });

  everywhere("several times at once serves the calls in their order", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell({ ...note(1), inMs: 10 });
    address.tell({ ...note(2), inMs: 20 });
    const [one, two] = await Promise.all([audit.expectMessage("note"), audit.expectMessage("note")]);
    expect([one.n, two.n]).toEqual([1, 2]);
  });

  it("moves the time no further than to the message", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell({ ...note(1), inMs: 10 });
    await audit.expectMessage("note");
    await quiet();
    expect(system.now).toBe(10);
  });

  it("goes on after one that was not met", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    const both = Promise.allSettled([audit.expectMessage("done"), audit.expectMessage("note")]);
    audit.address.tell(note(1));
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  it("does not wait for others who have something to do", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    interface Spinner {
      spin(): void;
    }
    const spinner = system.spawn(
      implement<Spinner>()({ on: { spin: ({ self }) => self.tell({ type: "spin" }) } }), // never comes to an end
    );
    spinner.tell({ type: "spin" });
    audit.address.tell(note(1));
    await audit.expectMessage("note");
    await system.kill(spinner, { restart: false });
    spinner.drop();
  });

  it("goes on in a step that the seed orders among the others", async () => {
    const orders = new Set<string>();
    await explore(
      async (system) => {
        using audit = probe<Audit>(system);
        using address = system.spawn(clerk, { args: audit.address.clone() });
        audit.address.tell(note(1));
        address.tell(note(2));
        await audit.expectMessage("note");
        orders.add(String(audit.messages.length));
        await audit.expectMessage("note");
      },
      { runs: 30 },
    );
    expect([...orders].sort()).toEqual(["1", "2"]);
  });
});

describe("an expectation that is not met says", () => {
  it("what was expected, what came, what came before, and when", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system, {}, { name: "audit" });
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell(note(1));
    address.tell({ ...note(2), inMs: 1200 });
    await audit.expectMessage("note");
    expect(await unmet(audit.expectMessage("done"))).toMatchInlineSnapshot(`
      "Probe "/audit" expected "done" next, but "note" came (at 1200 ms). The messages so far (>: the next):
             0 ms  note { n: 1 }
      >   1200 ms  note { n: 2 }"
    `);
    audit.address.tell(done);
    await system.settle();
    expect(await unmet(audit.expectMessage("limit"))).toMatchInlineSnapshot(`
      "Probe "/audit" expected "limit" next, but "note" came (at 1200 ms). The messages so far (>: the next):
             0 ms  note { n: 1 }
      >   1200 ms  note { n: 2 }
          1200 ms  done"
    `);
    expect((await audit.expectMessage()).type).toBe("note");
    expect(await unmet(audit.expectNoMessage())).toMatchInlineSnapshot(`
      "Probe "/audit" expected no message within 100 ms, but "done" came (at 1200 ms). The messages so far (>: the next):
             0 ms  note { n: 1 }
          1200 ms  note { n: 2 }
      >   1200 ms  done"
    `);
  });

  it("that nothing came", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system, {}, { name: "audit" });
    expect(await unmet(audit.expectMessage())).toMatchInlineSnapshot(
      `"Probe "/audit" expected a message within 3000 ms, but none came (at 3000 ms). No message has come."`,
    );
    expect(await unmet(audit.expectTerminated(audit.address, { within: 5 }))).toMatchInlineSnapshot(
      `"Probe "/audit" expected "/audit" to end within 5 ms, but it lives (at 3005 ms). No message has come."`,
    );
    await system.stop(audit.address);
    expect(await unmet(audit.expectMessage("note", { within: 0 }))).toMatchInlineSnapshot(
      `"Probe "/audit" expected "note" within 0 ms, but none came (at 3005 ms; the probe has ended: shutdown). No message has come."`,
    );
  });

  it("who is still at work", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system, {}, { name: "audit" });
    const slow = actor({ name: "slow", on: { work: ({ sleep }) => sleep(3500) } });
    using address = system.spawn(slow, { name: "slow" });
    address.tell({ type: "work" });
    expect(await unmet(audit.expectMessage("note"))).toContain('(at 3000 ms; at work: handler "work" of "/slow")');
  });

  it("where it stands in the test", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    async function theTest(): Promise<void> {
      await audit.expectMessage("note");
    }
    expect(((await rejection(theTest())) as Error).stack).toContain("theTest");
  });
});

describe("expectNoMessage", () => {
  everywhere("lets its time pass, and minds what comes at the end of it but not after", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell({ ...note(1), inMs: 150 });
    await audit.expectNoMessage();
    expect(system.now).toBe(100);
    await audit.expectNoMessage({ within: 49 });
    await rejection(audit.expectNoMessage({ within: 1 }));
    expect(system.now).toBe(150);
  });

  it("minds a message that was there before and was not taken", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    audit.address.tell(note(1));
    await system.settle();
    await rejection(audit.expectNoMessage({ within: 0 }));
  });
});

describe("expectTerminated", () => {
  everywhere("resolves to the reason when an actor ends, and when it has ended already", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    address.tell({ type: "end" });
    expect(await audit.expectTerminated(address)).toEqual({ kind: "normal" });
    expect(await audit.expectTerminated(address, { within: 0 })).toEqual({ kind: "normal" });
  });

  everywhere("takes a restart for no end, and a panic that is one too many for one", async (system) => {
    using audit = probe<Audit>(system);
    const intensity = { restarts: 1, withinMs: 60_000 };
    using address = system.spawn(clerk, { args: audit.address.clone(), intensity });
    address.tell({ type: "fail" });
    await rejection(audit.expectTerminated(address));
    address.tell({ type: "fail" });
    expect((await audit.expectTerminated(address)).kind).toBe("panicked");
  });

  everywhere("knows the end by a kill, of supervisors and of routers, at once", async (system) => {
    using audit = probe<Audit>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    const bosses = system.supervise(supervisor({ children: { a: child(clerk, { args: audit.address.clone() }) } }));
    const router = system.route(clerk, { size: 2, args: audit.address.clone() });
    await bosses.started;
    void system.kill(address, { restart: false });
    bosses.drop();
    router.drop();
    const reasons = await Promise.all([
      audit.expectTerminated(address),
      audit.expectTerminated(bosses),
      audit.expectTerminated(router),
    ]);
    expect(reasons.map(({ kind }) => kind)).toEqual(["killed", "normal", "normal"]);
  });
});

describe("the replies of a probe", () => {
  everywhere("may be values and promises, and undefined where there is none", async (system) => {
    let limit = 5;
    using audit = probe<Audit>(system, { limit: () => limit });
    expect(await audit.address.ask({ type: "limit" })).toBe(5);
    limit = 6;
    expect(await audit.address.ask({ type: "limit" })).toBe(6);
    using slow = probe<Audit>(system, { limit: async () => 7 });
    expect(await slow.address.ask({ type: "limit" })).toBe(7);
    expect(await slow.address.ask(done)).toBeUndefined();
  });

  everywhere("may throw: the ask rejects with it, and the probe goes on, however often", async (system) => {
    using audit = probe<Audit>(system, {
      limit: () => {
        throw new RangeError("no limit");
      },
    });
    for (let n = 0; n < 10; n++) {
      const error = (await rejection(audit.address.ask({ type: "limit" }))) as ActorPanickedError;
      expect(error).toBeInstanceOf(ActorPanickedError);
      expect(error.cause).toEqual(new RangeError("no limit"));
    }
    expect(audit.messages.length).toBe(10);
    expect(system.now).toBe(0);
  });

  it("see the payload", async () => {
    await using system = testSystem();
    using doubler = probe<{ double(payload: { n: number }): number }>(system, { double: ({ n }) => n * 2 });
    expect(await doubler.address.ask({ type: "double", n: 4 })).toBe(8);
  });
});

describe("a probe that watches", () => {
  interface Watching {
    gone(payload: { why: string }): void;
    note(payload: { n: number }): void;
  }

  everywhere("is sent the end in its place among the messages", async (system) => {
    using audit = probe<Watching>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    audit.watch(address, ({ kind }) => ({ type: "gone", why: kind }));
    address.tell(note(1));
    address.tell({ type: "end" });
    await audit.expectMessage("note");
    expect((await audit.expectMessage("gone")).why).toBe("normal");
    audit.watch(address, ({ kind }) => ({ type: "gone", why: `${kind} before` }));
    expect((await audit.expectMessage("gone", { within: 0 })).why).toBe("normal before");
  });

  it("is sent nothing of a restart, and nothing any more when the watch is disposed of", async () => {
    await using system = testSystem();
    using audit = probe<Watching>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    const watch = audit.watch(address, ({ kind }) => ({ type: "gone", why: kind }));
    address.tell({ type: "fail" });
    await audit.expectNoMessage();
    watch[Symbol.dispose]();
    address.tell({ type: "end" });
    await audit.expectTerminated(address);
    await audit.expectNoMessage();
  });

  it("is sent nothing any more when it was disposed of", async () => {
    await using system = testSystem();
    const audit = probe<Watching>(system);
    using _still = audit.address.clone();
    using address = system.spawn(clerk, { args: audit.address.clone() });
    audit.watch(address, ({ kind }) => ({ type: "gone", why: kind }));
    audit[Symbol.dispose]();
    await system.stop(address);
    await system.settle();
    expect(audit.messages).toEqual([]);
  });

  it("tells whoever expects next of a message that could not be made", async () => {
    await using system = testSystem();
    using audit = probe<Watching>(system);
    using address = system.spawn(clerk, { args: audit.address.clone() });
    audit.watch(address, () => {
      throw new Error("my mistake");
    });
    address.tell({ type: "end" });
    const error = (await rejection(audit.expectMessage("gone"))) as ExpectationError;
    expect(error).toBeInstanceOf(ExpectationError);
    expect(error.cause).toEqual(new Error("my mistake"));
    expect(system.now).toBe(0);
  });
});

describe("the addresses in the messages of a probe", () => {
  interface Host {
    join(payload: { guest: Address<{ hello(): string }> }): void;
  }
  const guest = actor({ name: "guest", on: { hello: () => "hello" } });

  everywhere("are the probe's until it is disposed of, and the same handles for whoever looks", async (system) => {
    const host = probe<Host>(system);
    using eye = probe<Audit>(system);
    const address = system.spawn(guest);
    const { exited } = address;
    host.address.tell({ type: "join", guest: address });
    const taken = await host.expectMessage("join");
    expect(taken.guest).toBe(host.messages[0]?.guest);
    expect(await taken.guest.ask({ type: "hello" })).toBe("hello");
    await rejection(eye.expectTerminated(address, { within: 10_000 }));
    host[Symbol.dispose]();
    await eye.expectTerminated(address);
    expect((await exited).kind).toBe("normal");
  });

  it("are dropped at once when they come after it was disposed of", async () => {
    await using system = testSystem();
    const host = probe<Host>(system);
    using eye = probe<Audit>(system);
    using still = host.address.clone();
    host[Symbol.dispose]();
    const address = system.spawn(guest);
    still.tell({ type: "join", guest: address });
    await eye.expectTerminated(address);
    expect(host.messages.length).toBe(1);
  });

  it("are dropped with the system when the probe was forgotten", async () => {
    const system = testSystem();
    const host = probe<Host>(system);
    const address = system.spawn(guest);
    host.address.tell({ type: "join", guest: address });
    await host.expectMessage("join");
    await system[Symbol.asyncDispose]();
    expect(() => address.tell({ type: "hello" })).toThrow(/was dropped/);
  });
});

describe("a probe that was disposed of", () => {
  it("ends what waits for it at once", async () => {
    await using system = testSystem();
    using eye = probe<Audit>(system);
    const audit = probe<Audit>(system, {}, { name: "audit" });
    const waiting = [
      unmet(audit.expectMessage("note")),
      unmet(audit.expectNoMessage()),
      unmet(audit.expectTerminated(eye.address)),
    ];
    await system.settle();
    audit[Symbol.dispose]();
    for (const message of await Promise.all(waiting)) expect(message).toMatch(/"\/audit" was disposed of.*\(at 0 ms/);
  });

  it("expects nothing any more, also after the end of its system", async () => {
    const system = testSystem();
    const audit = probe<Audit>(system, {}, { name: "audit" });
    audit.address.tell(note(1));
    await system[Symbol.asyncDispose]();
    expect(audit.messages).toEqual([note(1)]);
    expect(await unmet(audit.expectMessage("note"))).toMatchInlineSnapshot(`
      "Probe "/audit" was disposed of, and expects nothing any more (at 0 ms; the probe has ended: shutdown). The messages so far (>: the next):
      >      0 ms  note { n: 1 }"
    `);
    await rejection(audit.expectNoMessage());
    await rejection(audit.expectTerminated(audit.address));
    expect(() => audit.watch(audit.address, () => done)).toThrow(ExpectationError);
  });
});

describe("the address of a probe goes wherever an address goes:", () => {
  everywhere("the registry, topics, routers and supervisors", async (system) => {
    using audit = probe<Audit>(system);
    const key = registryKey<Audit>("audit");
    using _registered = system.registry.register(key, audit.address);
    system.registry.lookup(key)?.tell(note(1));
    await audit.expectMessage("note");
    const notes = topic<{ type: "note"; n: number }>("notes");
    using _subscribed = system.topics.subscribe(notes, audit.address);
    system.topics.publish(notes, note(2));
    expect((await audit.expectMessage("note")).n).toBe(2);
    using router = system.route(clerk, { size: 2, args: audit.address.clone() });
    router.tell(note(3));
    expect((await audit.expectMessage("note")).n).toBe(3);
    using boss = system.supervise(supervisor({ children: { a: child(clerk, { args: audit.address.clone() }) } }));
    using first = boss.child("a");
    first.tell(note(4));
    expect((await audit.expectMessage("note")).n).toBe(4);
  });
});

describe("a probe refuses at the door", () => {
  it("another system, and replies that are none", async () => {
    await using other = new ActorSystem({ logLevel: "silent" });
    expect(() => probe<Audit>(other as TestSystem)).toThrow(InvalidDefinitionError);
    await using system = testSystem();
    expect(() => probe<Audit>(system, { limit: 5 } as never)).toThrow('The reply "limit" of a probe is a function');
    expect(() => probe<Audit>(system, "limit" as never)).toThrow(InvalidDefinitionError);
    expect(() => probe<Audit>(system, {}, { name: "a/b" })).toThrow(InvalidDefinitionError);
  });

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ["5"]])("a wait of %s", async (within) => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    audit.address.tell(note(1));
    await system.settle();
    const options = { within } as { within: number };
    for (const refused of [
      audit.expectMessage(options),
      audit.expectMessage("note", options),
      audit.expectNoMessage(options),
      audit.expectTerminated(audit.address, options),
    ]) {
      expect(await rejection(refused)).toBeInstanceOf(InvalidDefinitionError);
    }
  });

  it("what is no address, and no function of the reason", async () => {
    await using system = testSystem();
    using audit = probe<Audit>(system);
    expect(await rejection(audit.expectTerminated({} as never))).toBeInstanceOf(InvalidDefinitionError);
    expect(() => audit.watch({} as never, () => done)).toThrow(InvalidDefinitionError);
    expect(() => audit.watch(audit.address, done as never)).toThrow(InvalidDefinitionError);
    expect(await rejection(audit.expectMessage("note", 5 as never))).toBeInstanceOf(InvalidDefinitionError);
  });
});
