/** No flood of messages keeps timers, I/O or other actors from going on. */
import { readFile } from "node:fs/promises";
import type { Address, Clock, MailboxSpec, Scheduler } from "@pneumatic/actors";
import { ActorSystem, actor, bounded, implement, priority, unbounded } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { RecordingLog } from "../../support/recording-log.ts";
import { numbers } from "../../support/sequence.ts";
import { TestSystem } from "../../support/test-system.ts";

interface Loop {
  again(): void;
  end(): number;
}

/** Tells itself to go on, for ever. */
function loop(how: "sync" | "async") {
  return implement<Loop>()({
    state: () => ({ rounds: 0 }),
    on: {
      again: ({ state, self }) => {
        state.rounds++;
        self.tell({ type: "again" });
        return how === "sync" ? undefined : Promise.resolve();
      },
      end: (context) => {
        context.stop();
        return context.state.rounds;
      },
    },
  });
}

interface Ball {
  hit(payload: { by: Address<Ball>; back: Address<Ball> }): void;
}

/** Two actors that send each other the same message for ever, each in a turn of its own. */
const player = implement<Ball>()({
  on: {
    hit: async (_, { by, back }) => {
      await Promise.resolve();
      by.tell({ type: "hit", by: back, back: by });
    },
  },
});

const ROUNDS = 3;

/** Some of everything that Node does between turns. */
async function nodeGoesOn(): Promise<void> {
  for (const _ of numbers(ROUNDS)) {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await readFile(new URL(import.meta.url));
  }
}

/** Real time: it is what a turn must not use up. */
function realSystem(): ActorSystem {
  return new ActorSystem({ logger: new RecordingLog().logger });
}

describe.each(["sync", "async"] as const)("an actor that tells itself to go on for ever, %s,", (how) => {
  test("lets timers and I/O run", async () => {
    await using system = realSystem();
    using address = system.spawn(loop(how));
    address.tell({ type: "again" });
    await nodeGoesOn();
    expect(await address.ask({ type: "end" })).toBeGreaterThan(ROUNDS);
  });

  test("lets others have their turns", async () => {
    await using system = realSystem();
    using busy = system.spawn(loop(how));
    busy.tell({ type: "again" });
    const counter = actor({ state: () => ({ n: 0 }), on: { add: ({ state }) => ++state.n } });
    using address = system.spawn(counter);
    for (const n of numbers(20)) expect(await address.ask({ type: "add" })).toBe(n + 1);
    await busy.ask({ type: "end" });
  });

  test("lets timers and I/O run though the clock stands still", async () => {
    await using system = new TestSystem();
    using address = system.spawn(loop(how));
    address.tell({ type: "again" });
    await nodeGoesOn();
    expect(await address.ask({ type: "end" })).toBeGreaterThan(ROUNDS);
  });
});

test("two actors that answer each other for ever let timers and I/O run", async () => {
  await using system = realSystem();
  using one = system.spawn(player);
  using two = system.spawn(player);
  one.tell({ type: "hit", by: two, back: one });
  await nodeGoesOn();
  await Promise.all([system.stop(one), system.stop(two)]);
  expect(system.ledger().handled).toBeGreaterThan(ROUNDS);
});

/** Counts what it handles. */
function worker(how: "sync" | "async") {
  return actor({
    state: (_: undefined) => ({ handled: 0 }),
    on: {
      work: ({ state }) => {
        state.handled++;
        return how === "sync" ? undefined : Promise.resolve();
      },
      handled: ({ state }) => state.handled,
    },
  });
}

describe.each(["sync", "async"] as const)("a flood that is handled %s", (how) => {
  const FLOOD = 200_000;

  test("lets timers and I/O run between its messages", async () => {
    await using system = realSystem();
    using address = system.spawn(worker(how));
    for (const _ of numbers(FLOOD)) address.tell({ type: "work" });
    await new Promise((resolve) => setImmediate(resolve));
    const { queued, handled } = system.ledger(address);
    expect(queued + handled).toBeGreaterThanOrEqual(FLOOD - 1);
    expect(queued).toBeGreaterThan(0);
    await nodeGoesOn();
    expect(await address.ask({ type: "handled" })).toBe(FLOOD);
  });

  test("lets another actor have its turns", async () => {
    await using system = realSystem();
    using flooded = system.spawn(worker(how));
    for (const _ of numbers(FLOOD)) flooded.tell({ type: "work" });
    using address = system.spawn(worker(how));
    expect(await address.ask({ type: "handled" })).toBe(0);
    expect(system.ledger(flooded).queued).toBeGreaterThan(0);
  });

  test("is shared by all actors that are flooded", async () => {
    await using system = realSystem();
    const order: number[] = [];
    const counted = actor({
      state: (id: number) => ({ id, left: 2000 }),
      on: {
        work: ({ state }) => {
          if (--state.left === 0) order.push(state.id);
          else if (state.left === 1000) order.push(-state.id);
          return how === "sync" ? undefined : Promise.resolve();
        },
      },
    });
    const addresses = [1, 2, 3].map((id) => system.spawn(counted, { args: id }));
    for (const address of addresses) for (const _ of numbers(2000)) address.tell({ type: "work" });
    for (const address of addresses) address.drop();
    await system.terminated;
    // Each is half done before any is done.
    expect(order.slice(0, 3).sort()).toEqual([-1, -2, -3]);
  });

  test.each([0, 1, 16])(
    "lets timers and I/O run when it comes by awaited sends into a mailbox of %i",
    async (capacity) => {
      await using system = realSystem();
      using address = system.spawn(worker(how), { mailbox: bounded(capacity) });
      let isOver = false;
      const sender = async (): Promise<void> => {
        for (let sent = 0; !isOver && sent < MOST; sent++) await address.send({ type: "work" });
        if (!isOver) throw new Error("Node did not go on");
      };
      const senders = [sender(), sender()];
      await nodeGoesOn();
      isOver = true;
      await Promise.all(senders);
    },
  );
});

/** So many operations in a row mean that nothing else goes on. */
const MOST = 2_000_000;
const DROPPING: readonly (readonly [string, MailboxSpec])[] = [
  ["unbounded", unbounded()],
  ["by priority", priority(() => 0)],
  ["full, and rejects", bounded(1, { overflow: "reject" })],
  ["full, and drops the oldest", bounded(1, { overflow: "dropOldest" })],
  ["full, and drops the newest", bounded(1, { overflow: "dropNewest" })],
];

/** `again` and again, until Node has gone on. */
async function againAndAgain(again: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  void nodeGoesOn().then(() => {
    isOver = true;
  });
  for (let times = 0; !isOver; times++) {
    if (times === MOST) throw new Error("Node did not go on");
    await again();
  }
}

/** Plain code whose operations are done at once: it is not an actor's turn that uses up the time. */
describe.each(DROPPING)("a loop outside of any actor over a mailbox that is %s", (_, mailbox) => {
  test("lets timers and I/O run though it awaits nothing but sends", async () => {
    await using system = realSystem();
    using address = system.spawn(worker("sync"), { mailbox });
    await againAndAgain(() => address.send({ type: "work" }));
  });

  test("lets timers and I/O run though it awaits nothing but asks", async () => {
    await using system = realSystem();
    using address = system.spawn(worker("async"), { mailbox });
    await againAndAgain(() => address.ask({ type: "handled" }).catch(() => {}));
  });

  test("lets timers and I/O run though what it asks has ended", async () => {
    await using system = realSystem();
    using address = system.spawn(worker("async"), { mailbox });
    await system.stop(address);
    await againAndAgain(() => address.send({ type: "work" }));
    await againAndAgain(() => address.ask({ type: "handled" }).catch(() => {}));
  });
});

test("a loop of sends that wait for no time lets timers and I/O run", async () => {
  await using system = realSystem();
  using address = system.spawn(worker("async"), { mailbox: bounded(1) });
  await againAndAgain(() => address.send({ type: "work" }, { timeout: 0 }));
});

test("a refused ask that was put off ends no process though nobody observes it", async () => {
  await using system = realSystem();
  using address = system.spawn(worker("sync"));
  await system.stop(address);
  for (const _ of numbers(20_000)) void address.ask({ type: "handled" });
  await nodeGoesOn();
  expect(system.ledger().accepted).toBe(0);
});

/** A system whose time passes only by what messages say they cost, and that counts how often it lets Node go on. */
function costlySystem() {
  const time = { now: 0 };
  const clock: Clock = { now: () => time.now, setTimeout: () => 0, clearTimeout: () => {} };
  const yields = { count: 0 };
  const scheduler: Scheduler = {
    soon: (task) => queueMicrotask(task),
    later: (task) => {
      yields.count++;
      setImmediate(task);
    },
  };
  const system = new ActorSystem({ clock, scheduler, logger: new RecordingLog().logger });
  const costly = actor({
    on: {
      cost: (_, { ms }: { ms: number }) => {
        time.now += ms;
      },
    },
  });
  const handle = async (count: number, ms: number): Promise<number> => {
    yields.count = 0;
    for (const _ of numbers(count)) address.tell({ type: "cost", ms });
    await address.ask({ type: "cost", ms: 0 }, { timeout: Number.POSITIVE_INFINITY });
    return yields.count;
  };
  const address = system.spawn(costly);
  return { system, handle };
}

describe("a turn", () => {
  test("ends soon after its time is used up, also when messages suddenly cost more", async () => {
    const { system, handle } = costlySystem();
    await handle(20_000, 0.000_1);
    const yields = await handle(500, 1);
    expect(yields).toBeGreaterThan(400);
    await system.shutdown();
  });

  test("does not end before its time is used up, so that quick messages do not pay for it", async () => {
    const { system, handle } = costlySystem();
    await handle(1000, 0.000_1);
    expect(await handle(100_000, 0.000_1)).toBeLessThan(20);
    expect(await handle(200_000, 0)).toBeLessThan(20);
    await system.shutdown();
  });
});
