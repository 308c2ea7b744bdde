/**
 * Actors that wait for each other are found when their cycle is 500 ms old, and the youngest wait of it is given up.
 *
 * What can go wrong: somebody is told of a deadlock who waits for nobody, since the handler did not await, has settled, was
 * killed or retried, or since the address was another's; a cycle is missed, found early, late or twice; what is given up is
 * handled later, or leaves the mailbox with a slot too few; something stays behind.
 */
import type { ActorSystemOptions, Address } from "@pneumatic/actors";
import {
  AskTimeoutError,
  bounded,
  child,
  DeadlockError,
  InvalidDefinitionError,
  retry,
  unbounded,
} from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import type { BusyActor } from "../../support/busy-actor.ts";
import { busyActors } from "../../support/busy-actor.ts";
import { gate, rejection } from "../../support/gate.ts";
import { inTurnOf } from "../../support/own-turn.ts";
import { isPending } from "../../support/pending.ts";
import type { ScriptContext, Scripted, Task } from "../../support/scripted.ts";
import { bad, note, run, scripted } from "../../support/scripted.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

type Ours = Address<Scripted>;
type Way = "ask" | "send";

const FOR_EVER = { timeout: Number.POSITIVE_INFINITY };
const until = gate().promise; // never opens

/** An actor that waits for `target`, and notes in `outcome` what comes of it. */
function waiting(target: Ours, outcome: unknown[], way: Way = "ask"): Task {
  return async (context) => {
    const mine = context.own(target.clone());
    const waits = inTurnOf(context.self, () =>
      way === "ask" ? mine.ask(note("asked"), FOR_EVER) : mine.send(note("sent")).then(kindOf),
    );
    outcome.push(await waits.catch((error: unknown) => error));
  };
}

/** Actors `a0`, `a1`, ..., each of which is busy and has a full mailbox, until `go` opens and it waits for the next. */
async function ring(ways: readonly Way[], options: Pick<ActorSystemOptions, "deadlock"> = {}) {
  const system = new TestSystem(options);
  const go = gate();
  const seen: unknown[][] = ways.map(() => []);
  const outcomes: unknown[][] = ways.map(() => []);
  const actors = ways.map((_, i) => {
    const mailbox = { mailbox: bounded(ways.at(i - 1) === "send" ? 1 : 1000) };
    return system.spawn(scripted(seen[i]), { name: `a${i}`, ...mailbox });
  });
  await quiet();
  ways.forEach((way, i) => {
    const next = actors[(i + 1) % ways.length] as Ours;
    const wait = waiting(next, outcomes[i] as unknown[], way);
    actors[i]?.tell(
      run(async (context) => {
        await go.promise;
        await wait(context);
      }),
    );
  });
  await quiet();
  for (const actor of actors) actor.tell(note("fills"));
  go.open();
  await quiet();
  return { system, seen, outcomes, actors };
}

/** The paths of the deadlocks that were logged. */
function reports({ logged }: TestSystem): unknown[] {
  return logged.filter(({ message }) => message === "actors wait for each other").map(({ fields }) => fields["path"]);
}

const ASKS = (length: number): Way[] => numbers(length).map(() => "ask");
const SENDS = (length: number): Way[] => numbers(length).map(() => "send");
const MIXED = (length: number): Way[] => numbers(length).map((n) => (n % 2 === 0 ? "ask" : "send"));

describe.each([
  ["asks", ASKS],
  ["sends into full mailboxes", SENDS],
  ["both", MIXED],
])("a cycle of %s", (_, ways) => {
  test.each([2, 3, 10])("of %i actors is ended at its youngest wait, 500 ms after that began", async (length) => {
    const { system, outcomes, seen } = await ring(ways(length));
    await using __ = system;
    await system.advance(499);
    expect(outcomes.flat()).toEqual([]);
    expect(reports(system)).toEqual([]);
    await system.advance(1);
    const names = numbers(length).map((n) => `/a${n}`);
    const path = [names.at(-1), ...names];
    expect(outcomes.at(-1)).toEqual([new DeadlockError(path as string[])]);
    expect(outcomes.at(-1)).toMatchObject([{ code: "ERR_ACTOR_DEADLOCK", path }]);
    expect(reports(system)).toEqual([path]);
    for (const [i, way] of ways(length).slice(0, -1).entries())
      expect(outcomes[i]).toEqual([way === "ask" ? "asked" : "ok"]);
    const handled = (n: number) => ["fills", ...(n === 0 ? [] : [ways(length)[n - 1] === "ask" ? "asked" : "sent"])];
    expect(seen).toEqual(numbers(length).map(handled));
    const isSend = ways(length).at(-1) === "send";
    expect(system.ledger()).toMatchObject({ queued: 0, inFlight: 0, expired: isSend ? 0 : 1, deadLettered: {} });
    expect(system.ledger().handled).toBe(3 * length - 1);
  });
});

test("the age of a cycle is that of its youngest wait", async () => {
  await using system = new TestSystem();
  const outcome: unknown[] = [];
  using a = system.spawn(scripted(), { name: "a" });
  using b = system.spawn(scripted(), { name: "b" });
  const go = gate();
  b.tell(
    run(async (context) => {
      await go.promise;
      await waiting(a, outcome)(context);
    }),
  );
  a.tell(run(waiting(b, outcome)));
  await system.advance(300);
  go.open();
  await quiet();
  await system.advance(499);
  expect(outcome).toEqual([]);
  await system.advance(1);
  expect(outcome).toEqual([new DeadlockError(["/b", "/a", "/b"]), "asked"]);
});

/** Three actors in their handlers. */
async function three(options: Pick<ActorSystemOptions, "deadlock"> = {}, mailbox = unbounded()) {
  const system = new TestSystem(options);
  const actors = await busyActors(system, ["a", "b", "c"], mailbox);
  return [system, ...actors] as [TestSystem, BusyActor, BusyActor, BusyActor];
}

const isDeadlock = (outcome: unknown): boolean => outcome instanceof DeadlockError;

describe("two cycles with a wait in common", () => {
  test("are ended by that one when it is the youngest", async () => {
    const [system, a, b, c] = await three();
    await using _ = system;
    for (const [from, to] of [
      [b, a],
      [b, c],
      [c, a],
      [a, b],
    ] as const)
      void from.waitFor(to);
    await system.advance(500);
    expect(a.outcome.map(isDeadlock)).toEqual([true]);
    expect([...b.outcome, ...c.outcome]).toEqual(["asked", "asked", "asked"]);
    expect(reports(system)).toHaveLength(1);
  });

  test("are ended by one wait of each when it is the oldest", async () => {
    const [system, a, b, c] = await three();
    await using _ = system;
    for (const [from, to] of [
      [a, b],
      [b, a],
      [b, c],
      [c, a],
    ] as const)
      void from.waitFor(to);
    await system.advance(500);
    expect(a.outcome).toEqual(["asked"]);
    expect(b.outcome.map(isDeadlock)).toEqual([true, false]);
    expect(c.outcome).toEqual([new DeadlockError(["/c", "/a", "/b", "/c"])]);
    expect(reports(system)).toEqual([
      ["/b", "/a", "/b"],
      ["/c", "/a", "/b", "/c"],
    ]);
  });
});

describe("a message that was given up", () => {
  test("as a parked send leaves its mailbox with every slot", async () => {
    const { system, actors, seen } = await ring(SENDS(2));
    await using _ = system;
    const [first] = actors as [Ours];
    const behind = first.send(note("behind")); // parked behind the one that is given up
    await system.advance(500);
    expect(kindOf(await behind)).toBe("ok");
    expect(seen[0]).toEqual(["fills", "behind"]);
    const held = gate();
    first.tell(run(() => held.promise));
    await quiet();
    expect(kindOf(first.trySend(note("room")))).toBe("ok");
    expect(kindOf(first.trySend(note("none")))).toBe("full");
    held.open();
    await quiet();
    expect(system.ledger(first)).toMatchObject({ queued: 0, deadLettered: {}, expired: 0 });
  });

  test("as an ask in flight aborts the signal of its handler", async () => {
    await using system = new TestSystem();
    const outcome: unknown[] = [];
    const reasons: unknown[] = [];
    using a = system.spawn(scripted(), { name: "a" });
    using b = system.spawn(scripted(), { name: "b" });
    const ofB: unknown[] = [];
    const started = gate();
    a.tell(
      run(async (context) => {
        const mine = context.own(b.clone());
        const task: Task = async (inB) => {
          inB.signal.addEventListener("abort", () => reasons.push(inB.signal.reason));
          await started.promise;
          await waiting(a, ofB)(inB);
        };
        const first = mine.ask(run(task), FOR_EVER).catch((error) => error);
        await quiet();
        started.open();
        outcome.push(await first);
      }),
    );
    await quiet();
    await quiet();
    await system.advance(499);
    expect(ofB).toEqual([]);
    await system.advance(1);
    expect(ofB).toEqual([new DeadlockError(["/b", "/a", "/b"])]); // it is the younger one
    expect(outcome).toEqual([undefined]);
    expect(reasons).toEqual([]);
  });

  test("and not awaited ends no process", async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    await using system = new TestSystem();
    using a = system.spawn(scripted(), { name: "a", mailbox: bounded(1) });
    for (const way of ["ask", "send"] as const) {
      a.tell(
        run(async (context) => {
          for (const _ of numbers(2))
            void (way === "ask" ? context.self.ask(note("self")) : context.self.send(note("self")));
          await quiet();
        }),
      );
      await quiet();
      await quiet();
    }
    process.off("unhandledRejection", listener);
    expect(reports(system).length).toBeGreaterThan(0);
    expect(unhandled).toEqual([]);
  });
});

describe("an actor that asks itself", () => {
  const ways: [string, (context: ScriptContext, plain: Ours) => { ask: Ours["ask"] }][] = [
    ["ctx.self", ({ self }) => self],
    ["an upgrade of it", ({ self, own }) => own(self.upgrade() as Ours)],
    ["an address that it owns", ({ own }, plain) => own(plain.clone())],
    ["a clone of that", ({ own }, plain) => own(own(plain.clone()).clone())],
    ["a weak one of that", ({ own }, plain) => own(plain.clone()).downgrade()],
  ];
  test.each(ways)("through %s is told at once", async (_, address) => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using plain = system.spawn(scripted(seen), { name: "self" });
    const failed = rejection(plain.ask(run((context) => address(context, plain).ask(note("never"), FOR_EVER))));
    await quiet();
    expect(await failed).toMatchObject({ code: "ERR_ACTOR_PANICKED", cause: new DeadlockError(["/self", "/self"]) });
    expect(seen).toEqual([]);
    expect(reports(system)).toEqual([["/self", "/self"]]);
    expect(system.ledger(plain)).toMatchObject({ accepted: 2, panicked: 1, expired: 1 });
  });

  test("in `state` or `started` is told at once, and does not start", async () => {
    await using system = new TestSystem();
    using address = system.spawn(scripted([], ({ self }) => self.ask(note("never"), FOR_EVER)));
    expect(await rejection(address.started)).toMatchObject({ cause: new DeadlockError([address.path, address.path]) });
  });

  test("after a while is not known to be itself: its time-out decides", async () => {
    await using system = new TestSystem();
    using address = system.spawn(scripted());
    const held = gate();
    const asked = address.ask(
      run(async ({ self }) => {
        await held.promise;
        return rejection(self.ask(note("never"), { timeout: 2000 }));
      }),
    );
    await quiet();
    held.open();
    await quiet();
    await system.advance(2000);
    expect(await asked).toBeInstanceOf(AskTimeoutError);
    expect(reports(system)).toEqual([]);
  });

  const harmless: [string, Task][] = [
    ["in a handler that returns", ({ self }) => void self.ask(note("asked"))],
    [
      "in an async handler that settles",
      async ({ self }) => {
        void self.ask(note("asked"));
      },
    ],
    [
      "in an async handler that settles after it has awaited something",
      async ({ self }) => {
        await undefined;
        void self.ask(note("asked"));
      },
    ],
    [
      "in an async function that the handler awaits",
      async ({ self }) => {
        const asks = async () => {
          void self.ask(note("asked"));
        };
        await asks();
      },
    ],
    [
      "in the background",
      async ({ self, background }) => {
        void background(self.ask(note("asked")));
        await quiet();
      },
    ],
  ];
  test.each(harmless)("%s is answered", async (_, task) => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using address = system.spawn(scripted(seen));
    address.tell(run(task));
    await quiet();
    await quiet();
    await system.advance(1000);
    expect(seen).toEqual(["asked"]);
    expect(reports(system)).toEqual([]);
  });
});

/** `a` asks `b`, whose handler does `other`, which has `a` wait; what is reported in 2 s. */
async function reported(
  task: (a: Ours, b: Ours) => Task,
  { prepare }: { prepare?: (a: Ours, b: Ours) => void | Promise<void> } = {},
): Promise<unknown[]> {
  await using system = new TestSystem();
  using a = system.spawn(scripted(), { name: "a", backoff: { initialMs: 0 }, poison: retry(1) });
  using b = system.spawn(scripted(), { name: "b" });
  await quiet();
  await prepare?.(a, b);
  a.tell(run(task(a, b)));
  const go = gate();
  b.tell(
    run(async ({ own }) => {
      const mine = own(a.clone());
      await go.promise;
      await mine.ask(note("of b")).catch(() => {});
    }),
  );
  await quiet();
  go.open();
  await quiet();
  for (const _ of numbers(4)) await system.advance(500);
  const found = reports(system);
  await system.kill(a, { restart: false });
  await system.kill(b, { restart: false });
  return found;
}

describe("a wait is no part of a cycle", () => {
  const own = (context: ScriptContext, address: Ours): Ours => context.own(address.clone());

  const harmless: [string, (a: Ours, b: Ours) => Task][] = [
    ["of a handler that returns", (_, b) => (context) => void own(context, b).ask(note("x"), FOR_EVER)],
    [
      "of an async handler that settles",
      (_, b) => async (context) => {
        await undefined;
        void own(context, b).ask(note("x"), FOR_EVER);
      },
    ],
    [
      "in the background",
      (_, b) => async (context) => {
        void context.background(own(context, b).ask(note("x"), FOR_EVER));
        await until;
      },
    ],
    ["through an address of plain code", (_, b) => () => b.ask(note("x"), FOR_EVER)],
    ["through an address that nobody owns", (_, b) => () => b.clone().ask(note("x"), FOR_EVER)],
    [
      "when it ends before its time",
      (_, b) => (context) =>
        own(context, b)
          .ask(note("x"), { timeout: 499 })
          .catch(() => {}),
    ],
    [
      "when it is aborted before its time",
      (_, b) => async (context) => {
        const controller = new AbortController();
        context.timers.after("no", 1, note("no"));
        const asked = own(context, b)
          .ask(note("x"), { ...FOR_EVER, signal: controller.signal })
          .catch(() => {});
        controller.abort();
        await asked;
        await until;
      },
    ],
    [
      "of an attempt that is retried",
      (_, b) => async (context) => {
        if (context.attempt > 1) await until;
        void own(context, b).ask(note("x"), FOR_EVER);
        bad();
      },
    ],
  ];
  test.each(harmless)("%s", async (_, task) => {
    expect(await reported(task)).toEqual([]);
  });

  test("of an incarnation that was killed, while the next one handles something", async () => {
    await using system = new TestSystem();
    using a = system.spawn(scripted(), { name: "a", backoff: { initialMs: 0 } });
    using b = system.spawn(scripted(), { name: "b" });
    const outcome: unknown[] = [];
    const held = gate();
    const message = run(async (context) => {
      if (context.generation === 1) await waiting(b, [])(context);
      await held.promise;
    });
    a.tell(message);
    b.tell(run(waiting(a, outcome)));
    await quiet();
    await system.advance(100);
    await system.kill(a);
    a.tell(message);
    await quiet();
    await system.advance(1000);
    expect(reports(system)).toEqual([]);
    held.open();
    await quiet();
    expect(outcome).toEqual(["asked"]);
  });

  test("through an address of the actor itself that it has given away", async () => {
    const [system, a, b] = await three();
    await using _ = system;
    const replyTo = a.context.self.upgrade() as Ours;
    const waits = b.waitFor({ address: a.address } as BusyActor); // b waits for a by its own address, and
    const given = replyTo.ask(note("given"), FOR_EVER); // somebody else by the one that it was given
    await system.advance(1000);
    expect(reports(system)).toEqual([]);
    await system.kill(a.address);
    expect(await given).toBe("given");
    await waits;
    replyTo.drop();
    await system.kill(b.address, { restart: false });
  });

  test("of a start that is over, while the first message is handled", async () => {
    const [system, b] = await three();
    await using _ = system;
    const held = gate();
    const asks: Task = ({ own }) => void own(b.address.clone()).ask(note("x"), FOR_EVER);
    using a = system.spawn(scripted([], asks), { name: "starts" });
    a.tell(run(() => held.promise));
    await quiet();
    const waits = b.waitFor({ address: a } as BusyActor);
    await system.advance(1000);
    expect(reports(system)).toEqual([]);
    held.open();
    await waits;
    expect(b.outcome).toEqual(["asked"]);
  });

  test("of nobody's handler, to an actor that is down", async () => {
    await using system = new TestSystem();
    const contexts: ScriptContext[] = [];
    const definition = scripted([], (context) => void contexts.push(context));
    using address = system.spawn(definition, { backoff: { initialMs: 100 } });
    for (const _ of numbers(2)) {
      address.tell(run(bad));
      await quiet();
    }
    const asked = contexts[0]?.self.ask(note("later"), FOR_EVER);
    await quiet();
    expect(reports(system)).toEqual([]);
    await system.advance(200);
    expect(await asked).toBe("later");
  });

  test("in the background, also when it is old", async () => {
    const [system, a, b, c] = await three();
    await using _ = system;
    const mine = a.context.own(b.address.clone());
    const asked = [1, 2].map((n) => mine.ask(note(n), FOR_EVER));
    const others = [c.waitFor(a), c.waitFor(b)];
    await system.advance(500);
    for (const each of asked) void a.context.background(each);
    const waits = b.waitFor(a);
    await system.advance(1000);
    expect(reports(system)).toEqual([]);
    await system.kill(a.address);
    await Promise.all([waits, ...asked, ...others]);
    expect(b.outcome).toEqual(["asked"]);
  });

  test("of a message that was set aside, and is begun again", async () => {
    const [system, b] = await three();
    await using _ = system;
    using a = system.spawn(scripted(), { name: "again" });
    const held = gate();
    const contexts: ScriptContext[] = [];
    a.tell(
      run(async (context) => {
        contexts.push(context);
        if (contexts.length > 1) return held.promise;
        void context.own(b.address.clone()).ask(note("x"), FOR_EVER);
        return context.stash();
      }),
    );
    await quiet();
    contexts[0]?.unstashAll();
    await quiet();
    const waits = b.waitFor({ address: a } as BusyActor);
    await system.advance(1000);
    expect(reports(system)).toEqual([]);
    held.open();
    await waits;
    expect(b.outcome).toEqual(["asked"]);
    expect(contexts).toHaveLength(2);
    await system.kill(b.address, { restart: false });
  });

  test("once a parked send is let in, even at that instant", async () => {
    const [system, a, b, c] = await three({}, bounded(1));
    await using _ = system;
    void b.waitFor(a);
    await system.advance(1);
    void a.waitFor(b); // takes the slot of b, and is the youngest of the two
    void c.waitFor(b, "send"); // waits for that slot
    void b.waitFor(c); // who has it as soon as a is told
    await system.advance(500);
    expect(a.outcome).toEqual([new DeadlockError(["/a", "/b", "/a"])]);
    expect(c.outcome).toEqual(["ok"]);
    expect(b.outcome).toEqual(["asked", "asked"]);
    expect(reports(system)).toHaveLength(1);
  });
});

describe("an ask after an await", () => {
  const known: [string, unknown[], (context: ScriptContext, b: Ours) => { ask: Ours["ask"] }][] = [
    ["by an address that is owned is likely the owner's", [["/b", "/a", "/b"]], ({ own }, b) => own(b.clone())],
    ["by a clone of one is nobody's", [], ({ own }, b) => own(b.clone()).clone()],
    ["by an upgrade is nobody's", [], ({ own }, b) => own(b.clone()).downgrade().upgrade()?.clone() as Ours],
    ["by one that was told is nobody's", [], (_, b) => b.clone()],
  ];
  test.each(known)("%s: a cycle with it is reported once, and nobody is told", async (_, found, address) => {
    await using system = new TestSystem();
    using a = system.spawn(scripted(), { name: "a" });
    using b = system.spawn(scripted(), { name: "b" });
    const outcome: unknown[] = [];
    const go = gate();
    const waits = async (asked: { ask: Ours["ask"] }): Promise<void> => {
      await go.promise;
      outcome.push(await asked.ask(note("x"), { timeout: 5000 }).catch((error: Error) => error.name));
    };
    a.tell(run((context) => waits(address(context, b))));
    await quiet();
    b.tell(run((context) => waits(context.own(a.clone()))));
    await quiet();
    go.open();
    await quiet();
    for (const _ of numbers(4)) await system.advance(500);
    expect(outcome).toEqual([]);
    const likely = system.logged.filter(({ message }) => message?.startsWith("actors may wait for each other"));
    expect(likely.map(({ fields }) => fields["path"])).toEqual(found);
    await system.advance(3000);
    expect(outcome).toContain("AskTimeoutError");
  });
});

describe("an address knows its holder", () => {
  test("when it comes from args, from ctx.spawn or from a supervisor of its own", async () => {
    await using system = new TestSystem();
    const outcome: unknown[] = [];
    const parent = system.spawn(scripted(), { name: "parent" });
    using other = system.spawn(scripted(), { name: "other" });
    using holder = system.spawn(scripted(), { name: "holder", args: { deep: [{ other: other.clone() }] } });
    const failed = async (asked: Promise<unknown>) => {
      outcome.push(await asked.catch((error: unknown) => (error as DeadlockError).path));
    };
    holder.tell(
      run(async ({ state }) => {
        const [{ other: mine }] = (state as { deep: [{ other: Ours }] }).deep;
        await failed(mine.ask(note("x"), FOR_EVER));
      }),
    );
    other.tell(run((context) => failed(context.own(holder.clone()).ask(note("x"), FOR_EVER))));
    await quiet();
    await system.advance(500);
    expect(outcome).toEqual([["/holder", "/other", "/holder"], "x"]);
    const below = run(async (context) => {
      await failed(context.own(parent.clone()).ask(note("x"), FOR_EVER));
    });
    for (const kind of ["child", "supervised", "started"]) {
      outcome.length = 0;
      parent.tell(
        run(async (context) => {
          const spec = { strategy: "one_for_one", intensity: { restarts: 1, withinMs: 1 } } as const;
          const supervise = () => {
            const supervisor = context.own(context.supervise({ ...spec, children: { one: child(scripted()) } }));
            return kind === "started" ? supervisor.startChild("two", child(scripted())) : supervisor.child("one");
          };
          using mine = kind === "child" ? context.spawn(scripted()) : supervise();
          await failed(mine.ask(below, FOR_EVER));
        }),
      );
      await quiet();
      await system.advance(500);
      expect(outcome[0]).toHaveLength(3);
      expect(outcome[0]).toMatchObject({ 1: "/parent" });
      expect(outcome[1]).toBe(undefined);
    }
    parent.drop();
  });
});

describe('with deadlock: "warn" a cycle', () => {
  test.each([
    ["asks", ASKS],
    ["sends", SENDS],
  ])("of %s is reported once, and nobody is told", async (_, ways) => {
    const { system, outcomes, actors } = await ring(ways(2), { deadlock: "warn" });
    await using __ = system;
    for (const _step of numbers(10)) await system.advance(500);
    expect(reports(system)).toEqual([["/a1", "/a0", "/a1"]]);
    expect(outcomes.flat()).toEqual([]);
    for (const actor of actors) await system.kill(actor, { restart: false });
  });

  test("of one is reported once, and nobody is told", async () => {
    await using system = new TestSystem({ deadlock: "warn" });
    using address = system.spawn(scripted(), { name: "self" });
    const asked = address.ask(
      run(({ self }) => self.ask(note("never"), FOR_EVER)),
      FOR_EVER,
    );
    for (const _ of numbers(4)) await system.advance(500);
    expect(reports(system)).toEqual([["/self", "/self"]]);
    expect(await isPending(asked)).toBe(true);
    await system.kill(address, { restart: false });
  });

  test("with a wait of another cycle that was reported is reported too", async () => {
    const [system, a, b, c] = await three({ deadlock: "warn" });
    await using _ = system;
    void b.waitFor(a);
    void a.waitFor(b); // the youngest of the first cycle, and one of the second
    await system.advance(1000);
    expect(reports(system)).toEqual([["/a", "/b", "/a"]]);
    void b.waitFor(c);
    void c.waitFor(a);
    for (const _step of numbers(4)) await system.advance(500);
    expect(reports(system).slice(1)).toEqual([["/c", "/a", "/b", "/c"]]);
    for (const { address } of [a, b, c]) await system.kill(address, { restart: false });
  });

  test("is the one other choice", () => {
    expect(() => new TestSystem({ deadlock: "ignore" as never })).toThrow(InvalidDefinitionError);
  });
});

/** Too many to follow the whole chain for each, and for a search that calls itself. */
const LONG = 16_000;

describe("waits that form no cycle", () => {
  test.each(["from the first", "from the last"])("are never reported, however many: a chain made %s", async (order) => {
    await using system = new TestSystem();
    const actors = numbers(LONG).map(() => system.spawn(scripted()));
    const held = gate();
    const asks = (i: number): void => {
      const next = actors[i + 1];
      actors[i]?.tell(run(next === undefined ? () => held.promise : waiting(next, [])));
    };
    for (const i of order === "from the first" ? numbers(LONG) : numbers(LONG).reverse()) {
      asks(i);
      await undefined;
    }
    await quiet();
    for (const _ of numbers(4)) await system.advance(500);
    expect(reports(system)).toEqual([]);
    held.open();
    for (const actor of actors) actor.drop();
    for (const _ of numbers(100)) await quiet();
    await system.terminated;
  });

  test("leave nothing when they settle", async () => {
    await using system = new TestSystem();
    const held = gate();
    using a = system.spawn(scripted());
    using b = system.spawn(scripted());
    b.tell(run(() => held.promise));
    const outcome: unknown[] = [];
    a.tell(run(waiting(b, outcome)));
    await quiet();
    await system.advance(600);
    held.open();
    await quiet();
    expect(outcome).toEqual(["asked"]);
    expect(system.clock.pending).toBe(0);
    a.tell(run(waiting(b, outcome)));
    await quiet();
    await system.advance(500); // the timer of a list outlives what was in it
    expect(system.clock.pending).toBe(0);
  });
});
