/**
 * A watch tells of the end of another actor exactly once, and keeps nothing alive.
 *
 * What can go wrong: it is lost in a full mailbox, or evicted from one; it is told twice, or of a restart; it outlives the
 * incarnation that asked for it, or keeps the watched or the watcher from ending; its function throws, returns no message,
 * or ends one of the two.
 */
import type { ExitReason } from "@pneumatic/actors";
import { ActorSystem, bounded, child, InvalidDefinitionError, InvalidMessageError } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { bytesInUse, isCollected } from "../../support/garbage.ts";
import { gate } from "../../support/gate.ts";
import type { ScriptContext, Task } from "../../support/scripted.ts";
import { bad, note, run, scripted } from "../../support/scripted.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

type Watched = Parameters<ScriptContext["watch"]>[0];

/** Notes the kind of the exit reason. */
const watching =
  (address: Watched, name = ""): Task =>
  ({ watch }) => {
    watch(address, ({ kind }) => note(name + kind));
  };

const NEVER_RESTARTED = { restart: "temporary" } as const;

/** A system with an actor that watches another. */
async function watched(watcherOptions: object = {}, options: object = NEVER_RESTARTED) {
  const system = new TestSystem();
  const seen: unknown[] = [];
  const target = system.spawn(scripted(), { name: "target", backoff: { initialMs: 0 }, ...options });
  const backoff = { initialMs: 0 };
  const watcher = system.spawn(scripted(seen), { name: "watcher", backoff, ...watcherOptions });
  await watcher.started;
  watcher.tell(run(watching(target)));
  await quiet();
  return { system, seen, target, watcher };
}

/** Ends `address` for good in each way. */
const ENDS: [ExitReason["kind"], (system: ActorSystem, address: Parameters<ActorSystem["stop"]>[0]) => void][] = [
  ["shutdown", (system, address) => void system.stop(address)],
  ["shutdown", (system, address) => void system.drain(address)],
  ["killed", (system, address) => void system.kill(address, { restart: false })],
];

describe("a watch", () => {
  test.each(ENDS)("tells once of the end: %s", async (kind, end) => {
    const { system, seen, target } = await watched();
    await using _ = system;
    end(system, target);
    await quiet();
    end(system, target);
    await quiet();
    expect(seen).toEqual([kind]);
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 2 });
  });

  test.each([
    ["normal", run(({ stop }) => stop())],
    ["panicked", run(bad)],
  ] as const)("tells of an actor that ends by itself: %s", async (kind, message) => {
    const { system, seen, target } = await watched();
    await using _ = system;
    target.tell(message);
    await quiet();
    expect(seen).toEqual([kind]);
  });

  test("tells of the last dropped address, which it does not hold up", async () => {
    const { system, seen, target } = await watched();
    await using _ = system;
    target.drop();
    await quiet();
    expect(seen).toEqual(["normal"]);
  });

  test("tells of an actor that did not start", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using target = system.spawn(scripted([], bad));
    using watcher = system.spawn(scripted(seen));
    watcher.tell(run(watching(target)));
    await quiet();
    expect(seen).toEqual(["startFailed"]);
  });

  test("on the dead tells at once, with the real reason, and once each time it is asked", async () => {
    const { system, seen, target, watcher } = await watched({}, {});
    await using _ = system;
    await system.kill(target, { restart: false });
    await quiet();
    let duringHandler: number | undefined;
    const again = run((context) => {
      watching(target, "again ")(context);
      watching(target, "and again ")(context);
      duringHandler = system.ledger(watcher).queued;
    });
    watcher.tell(again);
    watcher.tell(note("later"));
    await quiet();
    expect(seen).toEqual(["killed", "later", "again killed", "and again killed"]);
    expect(duringHandler).toBe(3);
  });

  test.each(["panic", "kill"])("is not told of a restart at a %s", async (how) => {
    const { system, seen, target } = await watched({}, { restart: "permanent" });
    await using _ = system;
    if (how === "panic") target.tell(run(bad));
    else await system.kill(target);
    await quiet();
    expect(await target.ask(run(({ generation }) => generation))).toBe(2);
    expect(seen).toEqual([]);
    target.drop();
    await quiet();
    expect(seen).toEqual(["normal"]);
  });

  test("may be one of many, by one watcher or by several, each with its own message", async () => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    const others: unknown[] = [];
    using other = system.spawn(scripted(others));
    watcher.tell(run(watching(target, "second ")));
    other.tell(run(watching(target, "other ")));
    await quiet();
    target.drop();
    await quiet();
    expect(seen).toEqual(["normal", "second normal"]);
    expect(others).toEqual(["other normal"]);
  });

  test("goes by weak addresses too, and is refused for what is none", async () => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    watcher.tell(run(watching(target.downgrade(), "weak ")));
    const errors: unknown[] = [];
    watcher.tell(
      run(({ watch }) => {
        for (const wrong of [undefined, "target", {}, { path: "/target", exited: target.exited }]) {
          try {
            watch(wrong as never, () => note("never"));
          } catch (error) {
            errors.push(error);
          }
        }
        expect(() => watch(target, "message" as never)).toThrow(InvalidDefinitionError);
      }),
    );
    await quiet();
    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toBeInstanceOf(InvalidDefinitionError);
    target.drop();
    await quiet();
    expect(seen).toEqual(["normal", "weak normal"]);
  });

  test("of itself is told nothing, and holds nothing up", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const address = system.spawn(scripted(seen, watchingSelf));
    await address.started;
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual([]);
    expect(system.deadLetters()).toEqual([]);
  });

  test("of a child tells the parent, and of a parent tells nothing to its child", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const below: unknown[] = [];
    using parent = system.spawn(scripted(seen), { name: "parent" });
    parent.tell(
      run((context) => {
        const address = context.own(context.spawn(scripted(below, watching(context.self)), { name: "child" }));
        watching(address)(context);
        address.tell(run(({ stop }) => stop()));
      }),
    );
    await quiet();
    expect(seen).toEqual(["normal"]);
    parent.tell(
      run((context) => {
        context.own(context.spawn(scripted(below, watching(context.self))));
      }),
    );
    await quiet();
    await system.stop(parent);
    expect(below).toEqual([]);
  });

  test("of a supervisor and of its child tells of each", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const supervisor = system.supervise({
      strategy: "one_for_one",
      intensity: { restarts: 1, withinMs: 1000 },
      children: { one: child(scripted()) },
    });
    using one = supervisor.child("one");
    using watcher = system.spawn(scripted(seen));
    watcher.tell(run(watching(supervisor, "supervisor ")));
    watcher.tell(run(watching(one, "child ")));
    await quiet();
    one.tell(run(bad));
    await quiet();
    expect(seen).toEqual([]);
    one.tell(run(bad));
    await quiet();
    expect(seen).toEqual(["child panicked", "supervisor panicked"]);
    supervisor.drop();
  });
});

const watchingSelf: Task = (context) => watching(context.self)(context);

describe("a watch is never lost", () => {
  /** A busy watcher whose mailbox is full. */
  async function full(mailbox: ReturnType<typeof bounded>) {
    const it = await watched({ mailbox });
    const until = gate();
    it.watcher.tell(run(() => until.promise));
    await quiet();
    for (const n of numbers(mailbox.capacity)) it.watcher.tell(note(n));
    return { ...it, until };
  }

  test.each([
    ["waits", bounded(2)],
    ["rejects", bounded(2, { overflow: "reject" })],
    ["drops the oldest", bounded(2, { overflow: "dropOldest" })],
    ["drops the newest", bounded(2, { overflow: "dropNewest" })],
    ["has no room of its own", bounded(0)],
  ])("by a full mailbox that %s", async (_, mailbox) => {
    const { system, seen, target, watcher, until } = await full(mailbox);
    await using __ = system;
    target.drop();
    await quiet();
    expect(system.ledger(watcher)).toMatchObject({ queued: mailbox.capacity + 1, inFlight: 1 });
    for (const n of numbers(3)) watcher.tell(note(`late ${n}`));
    until.open();
    await quiet();
    expect(seen.filter((n) => n === "normal")).toHaveLength(1);
    expect(system.ledger(watcher).queued).toBe(0);
    expect(kindOf(watcher.trySend(note("then")))).toBe("ok");
  });

  test("by a mailbox with room that drops the oldest afterwards", async () => {
    const { system, seen, target, watcher } = await watched({ mailbox: bounded(2, { overflow: "dropOldest" }) });
    await using _ = system;
    const until = gate();
    watcher.tell(run(() => until.promise));
    await quiet();
    target.drop();
    await quiet();
    for (const n of numbers(5)) watcher.tell(note(n));
    until.open();
    await quiet();
    expect(seen).toEqual(["normal", 3, 4]);
  });

  test("while the watcher drains", async () => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    const until = gate();
    watcher.tell(run(() => until.promise));
    watcher.tell(note("queued"));
    watcher.drop();
    await quiet();
    target.drop();
    await quiet();
    until.open();
    expect(await watcher.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual(["normal", "queued"]);
    expect(system.ledger()).toMatchObject({ deadLettered: {} });
  });
});

describe("a watch ends", () => {
  test.each(["panic", "kill"])("with its incarnation, at a %s", async (how) => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    if (how === "panic") watcher.tell(run(bad));
    else await system.kill(watcher);
    await quiet();
    target.drop();
    await quiet();
    expect(seen).toEqual([]);
    expect(await watcher.ask(note("alive"))).toBe("alive");
  });

  test("when it is disposed of, and no other with it", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const target = system.spawn(scripted());
    using watcher = system.spawn(scripted(seen));
    watcher.tell(
      run(({ watch }) => {
        const first = watch(target, () => note("first"));
        watch(target, () => note("second"));
        first[Symbol.dispose]();
        first[Symbol.dispose]();
      }),
    );
    await quiet();
    target.drop();
    await quiet();
    expect(seen).toEqual(["second"]);
  });

  test("when it is disposed of by the message of another one, just as the actor ends", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const target = system.spawn(scripted());
    using watcher = system.spawn(scripted(seen));
    let second: Disposable | undefined;
    watcher.tell(
      run(({ watch }) => {
        watch(target, () => {
          second?.[Symbol.dispose]();
          return note("first");
        });
        second = watch(target, () => note("second"));
      }),
    );
    await quiet();
    target.drop();
    await quiet();
    expect(seen).toEqual(["first"]);
  });

  test("before it begins in late work of an ended incarnation", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    let context: ScriptContext | undefined;
    const dead = system.spawn(scripted());
    await system.stop(dead);
    const target = system.spawn(scripted());
    const definition = scripted(seen, (given) => {
      context ??= given;
    });
    using watcher = system.spawn(definition, { backoff: { initialMs: 0 } });
    watcher.tell(run(bad));
    await quiet();
    for (const address of [dead, target]) context?.watch(address, () => note("late"))[Symbol.dispose]();
    context?.watch(target, () => note("late"));
    target.drop();
    await quiet();
    expect(seen).toEqual([]);
  });

  test.each([true, false])("with both when both are killed at once, the watched first: %s", async (first) => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    for (const address of first ? [target, watcher] : [watcher, target]) void system.kill(address, { restart: false });
    expect(await watcher.exited).toEqual({ kind: "killed" });
    expect(await target.exited).toEqual({ kind: "killed" });
    await quiet();
    expect(seen).toEqual([]);
    expect(system.ledger().deadLettered).toEqual(first ? { stopped: 1 } : {});
  });
});

describe("the message function of a watch", () => {
  /** What becomes of the watcher, whose function is `make`. */
  async function made(make: (system: TestSystem, watcher: Watched, context: ScriptContext) => unknown, options = {}) {
    const { system, seen, target, watcher } = await watched({ intensity: { restarts: 1, withinMs: 1000 }, ...options });
    const extra = system.spawn(scripted());
    watcher.tell(run((context) => void context.watch(extra, () => make(system, watcher, context) as never)));
    await quiet();
    extra.drop();
    await quiet();
    return { system, seen, target, watcher };
  }

  test.each([
    ["throws", bad],
    ["returns nothing", () => undefined],
    ["returns no message", () => ({ n: 1 })],
    ["returns a promise", async () => note(1)],
  ])("panics the watcher when it %s, which restarts without its watches", async (what, make) => {
    const { system, seen, target, watcher } = await made(make);
    await using _ = system;
    expect(await watcher.ask(run(({ generation }) => generation))).toBe(2);
    target.drop();
    await quiet();
    expect(seen).toEqual([]);
    const [entry] = system.logged.filter(({ fields }) => fields["reason"] === "panicked");
    if (what !== "throws") expect(entry?.fields["err"]).toBeInstanceOf(InvalidMessageError);
    expect(system.ledger().panicked).toBe(0);
  });

  test("panics the watcher only after the message that it handles, and only that incarnation", async () => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    const until = gate<string>();
    const extra = system.spawn(scripted());
    const asked = watcher.ask(
      run(({ watch }) => {
        watch(extra, bad);
        return until.promise;
      }),
    );
    await quiet();
    extra.drop();
    await quiet();
    until.open("reply");
    expect(await asked).toBe("reply");
    expect(await watcher.ask(run(({ generation }) => generation))).toBe(2);
    target.drop();
    await quiet();
    expect(seen).toEqual([]);
  });

  test.each(["kill", "stop"] as const)("may %s the watcher, whose next incarnation hears nothing", async (how) => {
    const end = (system: TestSystem, watcher: Watched, context: ScriptContext) => {
      if (how === "kill") void system.kill(watcher);
      else context.stop();
      return note("of an ended incarnation");
    };
    const { system, seen, watcher } = await made(end, { restart: "permanent" });
    await using _ = system;
    expect(await watcher.ask(run(({ generation }) => generation))).toBe(2);
    expect(seen).toEqual([]);
  });

  test("may watch the dead once more, and send to its own actor", async () => {
    const { system, seen, target, watcher } = await watched();
    await using _ = system;
    const other = system.spawn(scripted());
    watcher.tell(
      run(({ watch, self }) => {
        watch(other, () => {
          self.tell(note("from inside"));
          watch(other, ({ kind }) => note(`again ${kind}`));
          watch(target, () => note("target"));
          return note("first");
        });
      }),
    );
    await quiet();
    other.drop();
    await quiet();
    expect(seen).toEqual(["from inside", "again normal", "first"]);
    target.drop();
    await quiet();
    expect(seen.slice(3)).toEqual(["normal", "target"]);
  });

  test("may end everybody", async () => {
    const { system, seen } = await made((all) => {
      void all.shutdown();
      return note("last");
    });
    await using _ = system;
    await quiet();
    expect(seen).toEqual(["last"]); // the watched was spawned before the watcher, so it ends after it
  });
});

describe("a watch keeps nothing", () => {
  test("alive: neither the watched nor the watcher", async () => {
    const { system, target, watcher } = await watched();
    await using _ = system;
    watcher.drop();
    expect(await watcher.exited).toEqual({ kind: "normal" });
    target.drop();
    expect(await target.exited).toEqual({ kind: "normal" });
    await system.terminated;
  });

  test("of the short-lived that watched one actor, nor of those that it watched", async () => {
    await using system = new ActorSystem({ logLevel: "silent" }); // the log of a test system is kept
    using target = system.spawn(scripted());
    using watcher = system.spawn(scripted());
    const live = async (count: number): Promise<WeakRef<object>> => {
      let last: object = {};
      for (const _ of numbers(count)) {
        const load = new Array(100).fill(0);
        const short = system.spawn(scripted([], (context) => void context.watch(target, () => note(load.length))));
        watcher.tell(run((context) => void context.watch(short, () => note(load.length))));
        short.drop();
        await short.exited;
        last = load;
      }
      return new WeakRef(last);
    };
    await live(500);
    const before = await bytesInUse();
    const last = await live(10_000);
    const grown = (await bytesInUse()) - before;
    expect(await isCollected(last)).toBe(true);
    expect(grown).toBeLessThan(2_000_000); // 80 bytes each would be 800,000, their loads alone are 8,000,000
  });
});
