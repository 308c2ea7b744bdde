/** What must hold after every run is seen when it does not, and only then. */
import type { Address } from "@pneumatic/actors";
import { actor, bounded, implement, priority } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { explore, InvariantError, testSystem } from "@pneumatic/actors/testing";
import { after } from "@pneumatic/core";
import { currentClock } from "@pneumatic/core/internal";
import { describe, expect, it, test } from "vitest";
import type { Cell } from "../../../../packages/actors/src/cell/cell.ts";
import { AWAITING, DOWN, QUEUED, READY } from "../../../../packages/actors/src/cell/state.ts";
import { bounded as boundedSource, unbounded } from "../../../../packages/actors/src/mailbox/bounded.ts";
import type { MailboxOwner } from "../../../../packages/actors/src/mailbox/mailbox.ts";
import { Envelope } from "../../../../packages/actors/src/reply/ask.ts";
import { Deadlines } from "../../../../packages/actors/src/reply/deadlines.ts";
import type { SystemRuntime } from "../../../../packages/actors/src/system/runtime.ts";
import { violationsAtEnd, violationsAtRest } from "../../../../packages/actors/src/testing/invariants.ts";
import { SimulatedMailbox } from "../../../../packages/actors/src/testing/simulated-mailbox.ts";
import { Checks } from "../../../../packages/actors/src/testing/simulation-hooks.ts";
import { VirtualClock } from "../../../../packages/actors/src/testing/virtual-clock.ts";

const clock = new VirtualClock();
const deadlines = new Deadlines(clock, undefined);

/** A mailbox whose actor is the test, and what it finds broken. */
function mailboxOf(spec = unbounded()): { readonly mailbox: SimulatedMailbox; readonly checks: Checks } {
  const owner = {
    path: "/a",
    idle: true,
    wake: () => {},
    clock,
    step: undefined,
    stopped: { error: new Error("stopped"), reason: "stopped" },
    deadLetter: () => {},
    release: () => {},
    highWater: () => {},
    unranked: () => {},
  };
  const checks = new Checks();
  const observer = { sends: () => undefined, violated: (what: string) => checks.violated(what) };
  return { mailbox: new SimulatedMailbox(spec, owner as unknown as MailboxOwner, undefined, observer), checks };
}

function message(id: number): { readonly type: string } {
  return { type: `m${id}` };
}

describe("a mailbox", () => {
  it("sees a message that overtakes another, and one that is begun twice", () => {
    const { mailbox, checks } = mailboxOf();
    const [one, two, three] = [message(1), message(2), message(3)] as const;
    for (const each of [one, two, three]) mailbox.tell(each);
    mailbox.begins(two, 1);
    expect(checks.violations).toEqual([]); // the first may be gone for good
    mailbox.begins(one, 1);
    mailbox.begins(three, 1);
    mailbox.begins(three, 1);
    expect(checks.violations).toEqual(['"/a" handles "m1" out of order', '"/a" handles "m3" out of order']);
  });

  it("lets through what may overtake: a retry, what was set aside, and what the actor itself asked for", () => {
    const { mailbox, checks } = mailboxOf(boundedSource(1));
    const [one, two, own] = [message(1), message(2), message(3)] as const;
    mailbox.tell(one);
    mailbox.begins(one, 1);
    mailbox.putBack(one);
    mailbox.begins(one, 2);
    mailbox.stash(one);
    mailbox.tell(two);
    mailbox.deliver(own);
    mailbox.begins(own, 1);
    mailbox.begins(two, 1);
    mailbox.begins(one, 1);
    expect(checks.violations).toEqual([]);
    mailbox.begins(two, 1);
    expect(checks.violations).toEqual(['"/a" handles "m2" out of order']);
  });

  it("still knows the order after thousands of messages", () => {
    const { mailbox, checks } = mailboxOf();
    const all = Array.from({ length: 5000 }, (_, id) => message(id));
    for (const each of all) mailbox.tell(each);
    for (const each of all) mailbox.begins(each, 1);
    expect(checks.violations).toEqual([]);
    mailbox.begins(all[10], 1);
    expect(checks.violations).toEqual(['"/a" handles "m10" out of order']);
  });

  it("sees an ask that its handler has left without an answer, and one that outlives the actor", async () => {
    const { mailbox, checks } = mailboxOf();
    const [one, two, three] = [1, 2, 3].map((id) => new Envelope(message(id), mailbox, deadlines, undefined)) as [
      Envelope,
      Envelope,
      Envelope,
    ];
    for (const each of [one, two, three]) mailbox.ask(each);
    mailbox.begins(one, 1);
    mailbox.putBack(one);
    mailbox.begins(two, 1);
    expect(checks.violations).toEqual([]);
    mailbox.begins(message(4), 2);
    expect(checks.violations).toEqual(['"/a" is done with the ask "m2", whose caller still waits']);
    for (let left = mailbox.queued; left > 0; left--) mailbox.channel.take();
    three.reply(3);
    mailbox.end("stopped");
    await undefined;
    await undefined;
    expect(checks.violations.slice(1)).toEqual(['"/a" is done with the ask "m2", whose caller still waits']);
  });
});

describe("the checks", () => {
  const mailbox = { path: "/a", begins: () => {} };

  it("see two messages at a time in one incarnation, and none in two of them or one after the other", () => {
    const checks = new Checks();
    const [old, young] = [{}, {}];
    checks.begin(mailbox, old, message(1), "m1", 1);
    checks.begin(mailbox, young, message(2), "m2", 1);
    checks.end(old);
    checks.begin(mailbox, old, message(3), "m3", 1);
    expect(checks.violations).toEqual([]);
    checks.begin(mailbox, young, message(4), "m4", 1);
    expect(checks.violations).toEqual(['"/a" handles two messages at a time: "m4"']);
  });

  it("keep the first ten violations", () => {
    const checks = new Checks();
    for (let count = 0; count < 100; count++) checks.begin(mailbox, mailbox, message(1), "m", 1);
    expect(checks.violations.length).toBe(10);
  });
});

const BALANCED = {
  accepted: 9,
  queued: 1,
  stashed: 1,
  inFlight: 1,
  handled: 2,
  panicked: 1,
  expired: 1,
  deadLettered: { full: 1, stopped: 1 },
};

describe("an actor at rest", () => {
  function found(
    given: { readonly phase: number; readonly isFinished: boolean; readonly isEmpty: boolean },
    ledger = BALANCED,
  ): string[] {
    const { phase, ...mailbox } = given;
    const child = { path: "/a/b", phase, mailbox, children: [], ledger: () => ledger };
    const idle = { isFinished: false, isEmpty: true };
    const parent = { path: "/a", phase: READY, mailbox: idle, children: [child], ledger: () => BALANCED };
    return violationsAtRest({ roots: [parent as unknown as Cell] } as unknown as SystemRuntime);
  }

  it("is fine with messages while it is at work, waits for a turn or for its restart", () => {
    for (const phase of [AWAITING, QUEUED, DOWN])
      expect(found({ phase, isFinished: false, isEmpty: false })).toEqual([]);
    expect(found({ phase: READY, isFinished: false, isEmpty: true })).toEqual([]);
    expect(found({ phase: AWAITING, isFinished: true, isEmpty: true })).toEqual([]);
  });

  it("is not fine without an address, with messages and no turn, or with messages that nobody knows of", () => {
    const leftOver = ['"/a/b" lives without an address'];
    expect(found({ phase: READY, isFinished: true, isEmpty: true })).toEqual(leftOver);
    expect(found({ phase: DOWN, isFinished: true, isEmpty: true })).toEqual(leftOver);
    expect(found({ phase: READY, isFinished: false, isEmpty: false })).toEqual([
      '"/a/b" has messages, and gets no turn',
    ]);
    const idle = { phase: READY, isFinished: false, isEmpty: true };
    const lost = ['the ledger of "/a/b" accounts for 9 of 10 messages'];
    expect(found(idle, { ...BALANCED, accepted: 10 })).toEqual(lost);
  });
});

describe("a system at its end", () => {
  function found(given: {
    readonly ledger?: object;
    readonly living?: number;
    readonly open?: number;
    readonly timers?: number;
  }): string[] {
    const { ledger = {}, living = 0, open = 0, timers = 0 } = given;
    const own = new VirtualClock();
    for (let count = 1; count <= timers; count++) own.setTimeout(() => {}, 10 * count);
    const done = { ...BALANCED, accepted: 6, queued: 0, stashed: 0, inFlight: 0, ...ledger };
    const runtime = { ledger: () => done, living, deadlines: { open }, stopIdleTimers: () => {} };
    return violationsAtEnd(runtime as unknown as SystemRuntime, own);
  }

  test.each<[string[], Parameters<typeof found>[0]]>([
    [[], {}],
    [["the ledger of the system accounts for 6 of 7 messages"], { ledger: { accepted: 7 } }],
    [["1 messages have no fate after the shutdown"], { ledger: { accepted: 7, stashed: 1 } }],
    [["2 actors live after the shutdown"], { living: 2 }],
    [["3 asks are pending"], { open: 3 }],
    [["2 timers are set (the next is due at 10 ms)"], { timers: 2 }],
  ])("finds %j", (expected, given) => expect(found(given)).toEqual(expected));
});

describe("a run", () => {
  const echo = actor({ on: { say: (_, { text }: { text: string }) => text } });

  it("that leaves a timer behind fails, when it is explored and when it is not", async () => {
    const leaves = (system: TestSystem): void => {
      system.spawn(echo).drop();
      currentClock().setTimeout(() => {}, 10_000);
    };
    await expect(explore(leaves, { runs: 1 })).rejects.toMatchObject({
      cause: { name: "InvariantError", violations: ["1 timers are set (the next is due at 10000 ms)"] },
    });
    const system = testSystem();
    leaves(system);
    await expect(system[Symbol.asyncDispose]()).rejects.toBeInstanceOf(InvariantError);
  });

  it("fails when the runtime itself throws in the middle of a step, and tells the seed", async () => {
    const breaks = async (system: TestSystem): Promise<void> => {
      using address = system.spawn(echo);
      currentClock().setTimeout(() => {
        throw new RangeError("inside");
      }, 5);
      using later = after(10);
      await later.recv();
      await address.ask({ type: "say", text: "never" });
    };
    await expect(explore(breaks, { runs: 1, seed: 7 })).rejects.toMatchObject({
      seed: 7,
      cause: { name: "RangeError", message: "inside" },
    });
  });

  it("is fine whatever its mailboxes, faults and endings are", async () => {
    interface Busy {
      work(payload: { id: number }): number;
      later(payload: { ms: number }): void;
      set(): void;
    }
    const busy = implement<Busy>()({
      on: {
        work: (_, { id }) => id,
        later: ({ sleep }, { ms }) => sleep(ms),
        set: ({ timers, self, pipeToSelf, sleep }) => {
          timers.every("t", 7, { type: "work", id: 0 });
          pipeToSelf(sleep(5), () => ({ type: "work", id: -1 }));
          self.tell({ type: "later", ms: 3 });
        },
      },
    });
    const mailboxes = [undefined, bounded(1), bounded(0), bounded(2, { overflow: "dropOldest" }), priority(() => 1)];
    const scenario = async (system: TestSystem): Promise<void> => {
      const all: Address<Busy>[] = mailboxes.map((mailbox) => system.spawn(busy, { ...(mailbox && { mailbox }) }));
      const asked = all.flatMap((address, at) => {
        address.tell({ type: "set" });
        void address.send({ type: "later", ms: at });
        address.tell({ type: "work", id: 2 });
        return [address.ask({ type: "work", id: 1 }, { timeout: 5 + at }).catch(() => 0)];
      });
      const [first, second, third] = all as [Address<Busy>, Address<Busy>, Address<Busy>];
      void system.kill(first);
      void system.drain(second);
      third.drop();
      await Promise.all(asked);
    };
    const faults = (["panic", "crash", "slow", "delay", "full", "drop", "clockJump"] as const).map((kind) => ({
      kind,
      chance: 0.1,
    }));
    expect((await explore(scenario, { runs: 300, faults, faultBudget: 5 })).runs).toBe(300);
  });
});
