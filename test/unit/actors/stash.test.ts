/**
 * A message set aside with `ctx.stash()` is handled later, in its place, or accounted for.
 *
 * What can go wrong: it is lost or handled twice at a restart; it overtakes or is overtaken; its ask is kept beyond its
 * caller's patience; a handler that stashes and then throws both panics and stashes; late work of an ended incarnation
 * stashes what the next one handles; an actor with nothing to do is not woken for what was unstashed.
 */
import type { Address } from "@pneumatic/actors";
import { bounded, implement, NothingToStashError, retry } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import type { ScriptContext } from "../../support/scripted.ts";
import { bad, note, run, scripted } from "../../support/scripted.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Door {
  put(payload: { readonly n: unknown; readonly load?: unknown }): unknown;
  slow(payload: { readonly n: unknown; readonly until: Promise<void> }): Promise<unknown>;
  open(): void;
  again(payload: { readonly n: unknown }): unknown;
  fail(payload: { readonly stash: boolean }): void;
  end(): void;
  hold(payload: { readonly until: Promise<void> }): Promise<void>;
}

const put = (n: unknown) => ({ type: "put", n }) as const;
const open = { type: "open" } as const;

/** Sets `put` and `slow` aside until it is told to open; a restart closes it. */
async function door(options: object = {}) {
  const system = new TestSystem();
  const seen: unknown[] = [];
  const contexts: { unstashAll(): void; stash(): void }[] = [];
  const definition = implement<Door>()({
    name: "door",
    state: () => ({ isOpen: false }),
    started: (context) => {
      contexts.push(context);
    },
    on: {
      put: ({ state, stash }, { n }) => {
        if (!state.isOpen) return stash();
        seen.push(n);
        return n;
      },
      slow: async ({ state, stash }, { n, until }) => {
        if (!state.isOpen) stash();
        await until;
        if (state.isOpen) seen.push(n);
        return n;
      },
      open: ({ state, unstashAll }) => {
        state.isOpen = true;
        unstashAll();
      },
      again: ({ attempt, stash }, { n }) => {
        seen.push([n, attempt]);
        if (attempt === 1) bad();
        if (seen.length < 3) stash();
        return attempt;
      },
      fail: ({ stash }, { stash: first }) => {
        if (first) stash();
        bad();
      },
      end: ({ stash, stop }) => {
        stash();
        stop();
      },
      hold: (_, { until }) => until,
    },
  });
  const backoff = { initialMs: 0 };
  const address: Address<Door> = system.spawn(definition, { name: "door", backoff, ...options });
  await address.started;
  const stashed = async (...messages: unknown[]) => {
    for (const n of messages) address.tell(put(n));
    await quiet();
  };
  return { system, address, seen, contexts, stashed };
}

describe("a message that was set aside", () => {
  test("is stashed in the ledger until it is unstashed, then queued, then handled", async () => {
    const { system, address, seen, stashed } = await door();
    await using _ = system;
    await stashed(1, 2);
    expect(system.ledger(address)).toMatchObject({ accepted: 2, stashed: 2, queued: 0, handled: 0 });
    expect(system.ledger()).toMatchObject({ accepted: 2, stashed: 2, queued: 0, handled: 0 });
    address.tell(open);
    await quiet();
    expect(system.ledger(address)).toMatchObject({ accepted: 3, stashed: 0, queued: 0, handled: 3 });
    expect(seen).toEqual([1, 2]);
  });

  test("comes before what is queued, in the order it came", async () => {
    const { system, address, seen, stashed } = await door();
    await using _ = system;
    await stashed(...numbers(20));
    address.tell(open);
    for (const n of [20, 21]) address.tell(put(n));
    await quiet();
    expect(seen).toEqual(numbers(22));
  });

  test("is in flight while its handler goes on, and stashed when that has settled", async () => {
    const { system, address, seen } = await door();
    await using _ = system;
    const until = gate();
    const asked = address.ask({ type: "slow", n: 1, until: until.promise });
    await quiet();
    expect(system.ledger(address)).toMatchObject({ inFlight: 1, stashed: 0 });
    until.open();
    await quiet();
    expect(system.ledger(address)).toMatchObject({ inFlight: 0, stashed: 1 });
    expect(await isPending(asked)).toBe(true);
    address.tell(open);
    expect(await asked).toBe(1);
    expect(seen).toEqual([1]);
  });

  test.each(["fail", "kill"] as const)("survives a restart at %s with its order", async (how) => {
    const { system, address, seen, stashed } = await door();
    await using _ = system;
    await stashed(1, 2);
    if (how === "kill") await system.kill(address);
    else address.tell({ type: "fail", stash: false });
    await stashed(3);
    expect(system.ledger(address)).toMatchObject({ stashed: 3 });
    address.tell(open);
    address.tell(put(4));
    await quiet();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("that was unstashed survives a restart before it is handled", async () => {
    const { system, address, seen, contexts, stashed } = await door();
    await using _ = system;
    await stashed(1, 2);
    address.tell({ type: "fail", stash: false });
    contexts[0]?.unstashAll();
    expect(system.ledger(address)).toMatchObject({ queued: 3, stashed: 0 });
    await quiet();
    expect(system.ledger(address)).toMatchObject({ queued: 0, stashed: 2, panicked: 1 });
    address.tell(open);
    await quiet();
    expect(seen).toEqual([1, 2]);
  });

  test("may be the same object twice", async () => {
    const { system, address, seen } = await door();
    await using _ = system;
    const message = put(1);
    for (let time = 0; time < 2; time++) address.tell(message);
    const asked = address.ask(message);
    await quiet();
    expect(system.ledger(address).stashed).toBe(3);
    address.tell(open);
    expect(await asked).toBe(1);
    expect(seen).toEqual([1, 1, 1]);
  });

  test("keeps its place when it is set aside once more", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const order: number[] = [];
    using address = system.spawn(scripted(seen));
    const twice = (n: number) => {
      let times = 0;
      return run(({ stash }) => {
        order.push(n);
        if (++times < 3) stash();
      });
    };
    for (const n of [1, 2, 3]) address.tell(twice(n));
    const unstash = run(({ unstashAll }) => unstashAll());
    for (let time = 0; time < 2; time++) address.tell(unstash);
    address.tell(note("last"));
    await quiet();
    expect(order).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(seen).toEqual(["last"]);
  });

  test("comes before those unstashed earlier that still wait, since it came before them", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using address = system.spawn(scripted(seen));
    let isOpen = false;
    const item = (n: number) => {
      let times = 0;
      return run(({ stash, unstashAll }) => {
        if (!isOpen || (n === 1 && ++times === 1)) return stash();
        seen.push(n);
        if (n === 2) unstashAll();
      });
    };
    for (const n of [1, 2, 3, 4]) address.tell(item(n));
    await quiet();
    isOpen = true;
    address.tell(run(({ unstashAll }) => unstashAll()));
    await quiet();
    expect(seen).toEqual([2, 1, 3, 4]); // 1 was set aside again, and goes before 3 and 4, which wait
  });

  test("is begun for the first time again when it is unstashed, under retry(n) too", async () => {
    const { system, address, seen, contexts } = await door({ poison: retry(1) });
    await using _ = system;
    const asked = address.ask({ type: "again", n: 1 });
    await quiet();
    expect(seen).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(system.ledger(address)).toMatchObject({ accepted: 1, stashed: 1, panicked: 0 });
    contexts[1]?.unstashAll();
    expect(await asked).toBe(2);
    expect(seen.slice(2)).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });
});

describe("an ask that was set aside", () => {
  test.each(["expires", "is aborted"])("%s there, frees what it holds and is never handled", async (how) => {
    const { system, address, seen, stashed } = await door();
    await using _ = system;
    const other = system.spawn(scripted());
    const controller = new AbortController();
    await stashed(1);
    const make = () => {
      const load = { other };
      const asked = address.ask({ type: "put", n: 2, load }, { timeout: 50, signal: controller.signal });
      const failed = rejection(asked).then((error) => (error as { code?: string }).code ?? error); // whose stack holds the ask
      return { failed, load: new WeakRef(load) };
    };
    const { failed, load } = make();
    await stashed(3);
    expect(system.ledger(address)).toMatchObject({ stashed: 3, expired: 0 });
    if (how === "expires") await system.advance(50);
    else controller.abort("given up");
    expect(await failed).toBe(how === "expires" ? "ERR_ACTOR_ASK_TIMEOUT" : "given up");
    expect(system.ledger(address)).toMatchObject({ stashed: 2, expired: 1 });
    expect(await other.exited).toEqual({ kind: "normal" });
    expect(await isCollected(load)).toBe(true);
    address.tell(open);
    await quiet();
    expect(seen).toEqual([1, 3]);
  });

  test.each(["expires", "is aborted"])("%s among those that were unstashed", async (how) => {
    const { system, address, seen, contexts, stashed } = await door();
    await using _ = system;
    const controller = new AbortController();
    const ask = (n: number) => rejection(address.ask(put(n), { timeout: 50, signal: controller.signal }));
    await stashed(1);
    const failed = [ask(2), ask(3)];
    await quiet();
    const until = gate();
    address.tell({ type: "hold", until: until.promise });
    await quiet();
    contexts[0]?.unstashAll();
    expect(system.ledger(address)).toMatchObject({ queued: 3, stashed: 0 });
    if (how === "expires") await system.advance(50);
    else controller.abort("given up");
    await Promise.all(failed);
    expect(system.ledger(address)).toMatchObject({ queued: 1, expired: 2 });
    until.open();
    await quiet();
    address.tell(open);
    await quiet();
    expect(seen).toEqual([1]);
  });

  test("whose caller gave up while its handler set it aside is expired, and its addresses are dropped", async () => {
    const { system, address, seen } = await door();
    await using _ = system;
    const other = system.spawn(scripted());
    const until = gate();
    const message = { type: "slow", n: 1, until: until.promise, load: { other } } as const;
    const failed = rejection(address.ask(message, { timeout: 50 }));
    await quiet();
    await system.advance(50);
    await failed;
    until.open();
    await quiet();
    expect(system.ledger(address)).toMatchObject({ inFlight: 0, stashed: 0, expired: 1 });
    expect(await other.exited).toEqual({ kind: "normal" });
    address.tell(open);
    await quiet();
    expect(seen).toEqual([]);
  });

  test("is the last thing that keeps a closed mailbox busy, and ends it when it is given up", async () => {
    const { system, address, contexts } = await door();
    await using _ = system;
    const failed = rejection(address.ask(put(1), { timeout: 50 }));
    await quiet();
    const until = gate();
    address.tell({ type: "hold", until: until.promise });
    await quiet();
    contexts[0]?.unstashAll();
    address.drop();
    await system.advance(50);
    await failed;
    until.open();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(system.ledger()).toMatchObject({ handled: 1, expired: 1, deadLettered: {} });
  });
});

describe("an ask before the channel", () => {
  test("is given up in its place when that has moved", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    using address = system.spawn(scripted(seen));
    const controller = new AbortController();
    const until = gate();
    let isOpen = false;
    const first = run(({ stash, unstashAll }) => {
      if (isOpen)
        unstashAll(); // the ask waits, and is put behind nothing
      else stash();
      return isOpen ? until.promise : undefined;
    });
    const second = run(({ stash }) => {
      if (isOpen) seen.push("second");
      else stash();
    });
    let times = 0;
    const again = run(({ stash }) => {
      if (++times < 3) stash();
    });
    for (const message of [again, first]) address.tell(message);
    const failed = rejection(address.ask(second, { signal: controller.signal }));
    await quiet();
    isOpen = true;
    address.tell(run(({ unstashAll }) => unstashAll()));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ queued: 2, inFlight: 1 });
    controller.abort("given up");
    expect(await failed).toBe("given up");
    expect(system.ledger(address)).toMatchObject({ queued: 1, expired: 1 });
    until.open();
    await quiet();
    expect(seen).toEqual([]);
    expect(times).toBe(3);
  });

  test("is given up while it waits to be retried", async () => {
    const { system, address } = await door({ poison: retry(5), backoff: { initialMs: 100, jitter: 0 } });
    await using _ = system;
    const failed = rejection(address.ask({ type: "fail", stash: false }, { timeout: 50 }));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ queued: 1 });
    await system.advance(50);
    expect(await failed).toMatchObject({ code: "ERR_ACTOR_ASK_TIMEOUT" });
    expect(system.ledger(address)).toMatchObject({ queued: 0, expired: 1 });
    await system.advance(100);
    expect(system.ledger(address)).toMatchObject({ panicked: 0, handled: 0, expired: 1 });
  });

  test.each(["unstashed", "retried"])("or a message that is %s is a dead letter when its actor ends", async (how) => {
    const { system, address, contexts, stashed } = await door({
      poison: retry(5),
      backoff: { initialMs: 100, jitter: 0 },
    });
    await using _ = system;
    if (how === "unstashed") await stashed(1);
    if (how === "unstashed") address.tell({ type: "hold", until: gate().promise });
    else address.tell({ type: "fail", stash: false });
    await quiet();
    contexts[0]?.unstashAll();
    expect(system.ledger(address)).toMatchObject({ queued: 1 });
    void system.kill(address, { restart: false });
    await address.exited;
    expect(system.ledger()).toMatchObject({ queued: 0, deadLettered: { stopped: 1 } });
  });
});

describe("a handler that sets its message aside", () => {
  test("and throws has panicked on it", async () => {
    const { system, address } = await door();
    await using _ = system;
    expect(await rejection(address.ask({ type: "fail", stash: true }))).toMatchObject({ code: "ERR_ACTOR_PANICKED" });
    expect(system.ledger(address)).toMatchObject({ panicked: 1, stashed: 0 });
    address.tell(put(1));
    address.tell(open);
    expect(await address.ask({ type: "put", n: 2 })).toBe(2);
    expect(system.ledger(address)).toMatchObject({ handled: 3, stashed: 0 });
  });

  test("and stops is dead with it, unless it is restarted", async () => {
    const { system, address } = await door();
    await using _ = system;
    const failed = rejection(address.ask({ type: "end" } as const));
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(await failed).toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect(system.ledger()).toMatchObject({ deadLettered: { stopped: 1 }, handled: 0 });
    const permanent = await door({ restart: "permanent" });
    await using __ = permanent.system;
    permanent.address.tell({ type: "end" });
    await quiet();
    expect(permanent.system.ledger(permanent.address)).toMatchObject({ stashed: 1, deadLettered: {} });
  });

  test("and kills itself has it killed, and cannot set it aside after that", async () => {
    await using system = new TestSystem();
    const errors: unknown[] = [];
    using address = system.spawn(scripted(), { name: "self", backoff: { initialMs: 0 } });
    address.tell(
      run(({ stash }) => {
        stash();
        void system.kill(address);
        try {
          stash();
        } catch (error) {
          errors.push(error);
        }
      }),
    );
    expect(await address.ask(note(1))).toBe(1);
    expect(errors[0]).toBeInstanceOf(NothingToStashError);
    expect(system.ledger(address)).toMatchObject({ stashed: 0, handled: 1, deadLettered: { killed: 1 } });
  });

  test("may do so twice", async () => {
    await using system = new TestSystem();
    using address = system.spawn(scripted());
    let times = 0;
    address.tell(
      run(({ stash, unstashAll }) => {
        if (++times > 1) return;
        stash();
        stash();
        unstashAll(); // it is not among them yet
      }),
    );
    await quiet();
    expect(system.ledger(address)).toMatchObject({ accepted: 1, stashed: 1 });
    address.tell(run(({ unstashAll }) => unstashAll()));
    await quiet();
    expect(times).toBe(2);
    expect(system.ledger(address)).toMatchObject({ handled: 2, stashed: 0 });
  });
});

describe("what is set aside when the actor ends", () => {
  test.each([
    ["stop", "shutdown"],
    ["kill", "killed"],
    ["drain", "shutdown"],
    ["drop", "normal"],
  ] as const)("by %s is a dead letter `stopped`, and its asks reject", async (how, kind) => {
    const { system, address, stashed } = await door();
    await using _ = system;
    await stashed(1);
    const failed = rejection(address.ask(put(2)));
    await quiet();
    if (how === "drop") address.drop();
    else if (how === "kill") void system.kill(address, { restart: false });
    else void system[how](address);
    expect(await address.exited).toEqual({ kind });
    expect(await failed).toMatchObject({ code: "ERR_ACTOR_STOPPED", reason: { kind } });
    expect(system.deadLetters().map(({ reason, message }) => [reason, message])).toEqual([
      ["stopped", put(1)],
      ["stopped", put(2)],
    ]);
    expect(system.ledger()).toMatchObject({ stashed: 0, deadLettered: { stopped: 2 } });
  });

  test("by too many restarts is a dead letter `intensityExceeded`", async () => {
    const { system, address, stashed } = await door({ intensity: { restarts: 0, withinMs: 1000 } });
    await using _ = system;
    await stashed(1, 2);
    address.tell({ type: "fail", stash: false });
    expect(await address.exited).toMatchObject({ kind: "panicked" });
    expect(system.ledger()).toMatchObject({ panicked: 1, deadLettered: { intensityExceeded: 2 } });
  });

  test("can be handled before a drain is over", async () => {
    const { system, address, seen, stashed } = await door();
    await using _ = system;
    await stashed(1, 2);
    address.tell(open);
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
    expect(seen).toEqual([1, 2]);
  });
});

describe("a stash in a bounded mailbox", () => {
  test("takes no slot of it, stashed or unstashed", async () => {
    const { system, address, seen, contexts, stashed } = await door({ mailbox: bounded(2) });
    await using _ = system;
    await stashed(1);
    await stashed(2);
    await stashed(3);
    const until = gate();
    address.tell({ type: "hold", until: until.promise });
    await quiet();
    contexts[0]?.unstashAll();
    expect([put(4), put(5), put(6)].map((message) => kindOf(address.trySend(message)))).toEqual(["ok", "ok", "full"]);
    expect(system.ledger(address)).toMatchObject({ queued: 5, inFlight: 1 });
    const last = address.send(put(6));
    address.tell(open); // full
    expect(system.ledger(address)).toMatchObject({ deadLettered: { full: 1 } });
    until.open();
    await quiet();
    expect(kindOf(await last)).toBe("ok");
    address.tell(open);
    await quiet();
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("works without any slot", async () => {
    const { system, address, seen } = await door({ mailbox: bounded(0) });
    await using _ = system;
    for (const n of [1, 2]) expect(kindOf(await address.send(put(n)))).toBe("ok");
    const asked = address.ask(put(3));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ accepted: 3, stashed: 3 });
    await address.send(open);
    expect(await asked).toBe(3);
    expect(kindOf(address.trySend(put(4)))).toBe("ok");
    await quiet();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("is not what dropOldest gives up", async () => {
    const { system, address, seen, stashed } = await door({ mailbox: bounded(1, { overflow: "dropOldest" }) });
    await using _ = system;
    await stashed(1);
    await stashed(2);
    for (const n of [3, 4, 5]) address.tell(put(n));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ stashed: 3, deadLettered: { overflow: 2 } });
    address.tell(open);
    await quiet();
    expect(seen).toEqual([1, 2, 5]);
  });
});

describe("ctx.unstashAll()", () => {
  test("outside of a message wakes an actor that has nothing to do", async () => {
    await using system = new TestSystem();
    let context: ScriptContext | undefined;
    let times = 0;
    using address = system.spawn(
      scripted([], (given) => {
        context = given;
      }),
    );
    address.tell(
      run(({ stash }) => {
        if (++times === 1) stash();
      }),
    );
    await quiet();
    context?.unstashAll();
    await quiet();
    expect(times).toBe(2);
    expect(system.ledger(address)).toMatchObject({ accepted: 1, handled: 1 });
  });

  test("in the message of a timer and in `started` puts back what an earlier incarnation set aside", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    const starts: number[] = [];
    const definition = scripted(seen, ({ generation, unstashAll }) => {
      starts.push(generation);
      if (generation === 2) unstashAll();
    });
    using address = system.spawn(definition, { backoff: { initialMs: 0 } });
    const aside = run(({ generation, stash }) => {
      if (generation < 3 && seen.length === 0) stash();
    });
    address.tell(aside);
    address.tell(run(bad));
    await quiet();
    expect(starts).toEqual([1, 2]);
    expect(system.ledger(address)).toMatchObject({ stashed: 1, panicked: 1 });
    address.tell(note("now"));
    const unstash = run(({ unstashAll }) => unstashAll());
    address.tell(run(({ timers }) => timers.after("key", 10, unstash)));
    await quiet();
    await system.advance(10);
    expect(system.ledger(address)).toMatchObject({ stashed: 0, handled: 4, panicked: 1 });
  });

  test("with nothing set aside changes nothing", async () => {
    const { system, address, seen, contexts } = await door();
    await using _ = system;
    contexts[0]?.unstashAll();
    for (const message of [open, open, put(1)]) address.tell(message);
    await quiet();
    expect(seen).toEqual([1]);
  });

  test("is quick when many that were unstashed still wait", async () => {
    await using system = new TestSystem();
    let times = 0;
    using address = system.spawn(scripted());
    const aside = run(({ stash, unstashAll }) => {
      if (++times <= 20_000) stash();
      else unstashAll();
    });
    for (const _ of numbers(20_000)) address.tell(aside);
    address.tell(run(({ unstashAll }) => unstashAll()));
    await quiet();
    expect(system.ledger(address)).toMatchObject({ handled: 20_001, stashed: 0 });
  });
});

describe("ctx.stash() throws", () => {
  test("outside of a message", async () => {
    await using system = new TestSystem();
    const errors: unknown[] = [];
    const attempted = ({ stash }: ScriptContext) => {
      try {
        stash();
      } catch (error) {
        errors.push(error);
      }
    };
    let context: ScriptContext | undefined;
    using address = system.spawn(
      scripted([], (given) => {
        context = given;
        attempted(given);
      }),
    );
    await address.started;
    await quiet();
    if (context !== undefined) attempted(context);
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(error).toBeInstanceOf(NothingToStashError);
    expect(system.ledger(address)).toMatchObject({ accepted: 0, stashed: 0 });
  });

  test("in late work of an ended incarnation, whatever the next one does", async () => {
    await using system = new TestSystem();
    const until = gate();
    const errors: unknown[] = [];
    using address = system.spawn(scripted(), { backoff: { initialMs: 0 } });
    address.tell(
      run(async ({ stash, unstashAll }) => {
        await until.promise;
        unstashAll();
        errors.push(await rejection((async () => stash())()));
      }),
    );
    await quiet();
    await system.kill(address);
    const held = gate();
    const first = gate<ScriptContext>();
    address.tell(
      run((context) => {
        first.open(context);
        return held.promise;
      }),
    );
    const old = await first.promise;
    await system.kill(address);
    address.tell(run(() => gate().promise));
    await quiet();
    until.open();
    for (const use of [old.stash, old.stash]) expect(use).toThrow(NothingToStashError);
    await quiet();
    expect(errors).toMatchObject([{ code: "ERR_ACTOR_NOTHING_TO_STASH" }]);
    expect(system.ledger(address)).toMatchObject({ inFlight: 1, stashed: 0, deadLettered: { killed: 2 } });
    await system.kill(address, { restart: false });
  });
});
