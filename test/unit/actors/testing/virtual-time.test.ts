/** Time stands still until a test moves it, and then everything of the system goes by it. */
import type { Address } from "@pneumatic/actors";
import { ActorSystem, AskTimeoutError, actor, implement } from "@pneumatic/actors";
import { testSystem, VirtualClock } from "@pneumatic/actors/testing";
import { after, channel, tick } from "@pneumatic/core";
import { expect, it, vi } from "vitest";

const HOUR_MS = 3_600_000;

interface Clock {
  ticked(): number;
  tick(): void;
}
const clock = implement<Clock>()({
  state: () => ({ ticked: 0 }),
  started: ({ timers }) => timers.every("tick", 1000, { type: "tick" }),
  on: { tick: ({ state }) => void state.ticked++, ticked: ({ state }) => state.ticked },
});

it("advance runs what is due at each deadline, the last one included, and leaves the time where it was asked for", async () => {
  await using system = testSystem();
  using address = system.spawn(clock);
  await system.advance(999);
  expect(await address.ask({ type: "ticked" })).toBe(0);
  await system.advance(1);
  expect(await address.ask({ type: "ticked" })).toBe(1);
  await system.advance(HOUR_MS);
  expect([await address.ask({ type: "ticked" }), system.now]).toEqual([3601, HOUR_MS + 1000]);
});

it("advanceToNext goes to the next deadline, and tells how far that was", async () => {
  await using system = testSystem();
  using address = system.spawn(clock);
  expect(await system.advanceToNext()).toBe(1000);
  expect(await address.ask({ type: "ticked" })).toBe(1);
});

it("an ask times out in virtual time, and not before", async () => {
  await using system = testSystem();
  using address = system.spawn(actor({ on: { wait: ({ sleep }) => sleep(10_000) } }));
  const reply = address.ask({ type: "wait" });
  let settled = "";
  reply.catch((error: unknown) => {
    settled = error instanceof AskTimeoutError ? "timed out" : "?";
  });
  await system.advance(4999);
  expect(settled).toBe("");
  await system.advance(1);
  expect(settled).toBe("timed out");
});

it("time that passes by itself takes a chain of sleeps to its end", async () => {
  await using system = testSystem({ autoAdvance: true });
  using address = system.spawn(
    actor({
      on: {
        work: async ({ sleep }) => {
          for (let day = 0; day < 30; day++) await sleep(24 * HOUR_MS);
          return "done";
        },
      },
    }),
  );
  expect(await address.ask({ type: "work" }, { timeout: Number.POSITIVE_INFINITY })).toBe("done");
  expect(system.now).toBe(30 * 24 * HOUR_MS);
});

it("channels of the thread go by the time of the system", async () => {
  await using system = testSystem({ autoAdvance: true });
  const [tx, rx] = channel<number>();
  expect((await rx.recvTimeout(60_000)).ok).toBe(false);
  expect(system.now).toBe(60_000);
  using late = after(5000);
  await late.recv();
  using ticks = tick(1000);
  await ticks.recv();
  expect(system.now).toBe(66_000);
  tx.drop();
});

it("a second system with a time of its own is refused while the first is there", async () => {
  await using _system = testSystem();
  expect(() => testSystem()).toThrow(/another one is in force/);
});

it("the clock of the thread is itself again after the end", async () => {
  {
    await using _system = testSystem();
  }
  await using system = new ActorSystem({ logLevel: "silent" });
  using address: Address<{ now(): number }> = system.spawn(actor({ on: { now: () => 1 } }));
  expect(await address.ask({ type: "now" })).toBe(1);
});

it("an hour of one-second timers passes in a moment", async () => {
  await using system = testSystem();
  using address = system.spawn(clock);
  const took: number[] = [];
  for (let hour = 0; hour < 3; hour++) {
    const began = process.cpuUsage();
    await system.advance(HOUR_MS);
    took.push(process.cpuUsage(began).user / 1000);
  }
  expect(Math.min(...took)).toBeLessThan(500); // milliseconds of this processor; one hour takes less than 50
  expect(await address.ask({ type: "ticked" })).toBe(3 * 3600);
});

it("advanceToNext passes over timers that wait for nothing any more", async () => {
  await using system = testSystem();
  using address = system.spawn(clock);
  await address.ask({ type: "ticked" }, { timeout: 10 });
  expect([await system.advanceToNext(), system.now]).toEqual([1000, 1000]);
});

it("time stands still by itself when nothing waits for it", async () => {
  await using system = testSystem({ autoAdvance: true });
  using address = system.spawn(actor({ on: { get: () => 1 } }));
  await address.ask({ type: "get" });
  expect(await system.advanceToNext()).toBe(0);
  expect(system.now).toBe(0);
});

it("several who advance at once get each as far as it asked for", async () => {
  await using system = testSystem();
  const reached: number[] = [];
  const advancing = [20, 0, 10].map(async (ms) => {
    await system.advance(ms);
    reached.push(system.now);
  });
  await Promise.all(advancing);
  expect(reached).toEqual([0, 10, 20]);
});

it("a handler may advance the time itself", async () => {
  await using system = testSystem();
  const definition = actor({
    on: {
      go: async () => {
        await system.advance(50);
        return system.now;
      },
    },
  });
  using address = system.spawn(definition);
  expect(await address.ask({ type: "go" })).toBe(50);
});

it("timers of one deadline are due in the order they were set, those cancelled are not, those set meanwhile are", async () => {
  interface Notes {
    note(payload: { n: number }): void;
  }
  const notes: string[] = [];
  await using system = testSystem();
  const noting = implement<Notes>()({
    started: ({ timers }) => {
      for (const n of [1, 2, 3]) timers.after(`${n}`, 10, { type: "note", n });
      timers.cancel("2");
    },
    on: {
      note: ({ timers }, { n }) => {
        notes.push(`${system.now}: ${n}`);
        if (n === 3) timers.after("4", 5, { type: "note", n: 4 });
      },
    },
  });
  using _address = system.spawn(noting);
  await system.advance(15);
  expect(notes).toEqual(["10: 1", "10: 3", "15: 4"]);
});

it("a sleep of more than the longest delay of the platform ends when it should", async () => {
  await using system = testSystem();
  using address = system.spawn(actor({ on: { sleep: ({ sleep }) => sleep(40 * 24 * HOUR_MS) } }));
  let isOver = false;
  void address.ask({ type: "sleep" }, { timeout: Number.POSITIVE_INFINITY }).then(() => {
    isOver = true;
  });
  await system.advance(40 * 24 * HOUR_MS - 1);
  expect(isOver).toBe(false);
  await system.advance(1);
  expect(isOver).toBe(true);
});

it("restarts back off in virtual time", async () => {
  const starts: number[] = [];
  await using system = testSystem();
  const failing = actor({
    state: () => void starts.push(system.now),
    on: {
      fail: () => {
        throw new Error("planned");
      },
    },
  });
  const life = { restart: "permanent", intensity: { restarts: 9, withinMs: 10 }, backoff: { jitter: 0 } } as const;
  using address = system.spawn(failing, life);
  for (let n = 0; n < 4; n++) address.tell({ type: "fail" });
  await system.advance(10_000);
  expect(starts).toEqual([0, 0, 100, 300, 700]);
});

it("the end lets the time pass that a shutdown takes, and comes as often as it is asked for", async () => {
  const system = testSystem();
  using address = system.spawn(actor({ on: { sleep: ({ sleep }) => sleep(HOUR_MS) } }));
  address.tell({ type: "sleep" });
  await system.settle();
  const advanced = system.advance(HOUR_MS);
  await Promise.all([system[Symbol.asyncDispose](), system[Symbol.asyncDispose](), system.shutdown(), advanced]);
  await system[Symbol.asyncDispose]();
  expect(await address.exited).toEqual({ kind: "killed" });
  await using _next = testSystem();
});

it("a system goes on beside fake timers, that of microtasks too", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate", "queueMicrotask", "Date", "performance"] });
  try {
    await using system = testSystem({ autoAdvance: true });
    using address = system.spawn(actor({ on: { sleep: ({ sleep }) => sleep(HOUR_MS) } }));
    await address.ask({ type: "sleep" }, { timeout: Number.POSITIVE_INFINITY });
    expect(system.now).toBe(HOUR_MS);
  } finally {
    vi.useRealTimers();
  }
});

it("a virtual clock never goes back when one of its timers moves it", () => {
  const times: number[] = [];
  const virtual = new VirtualClock();
  virtual.setTimeout(() => virtual.advance(100), 10);
  for (const ms of [10, 50]) virtual.setTimeout(() => times.push(virtual.now()), ms);
  virtual.advance(20);
  expect([...times, virtual.now()]).toEqual([10, 50, 110]);
});

it("a virtual clock keeps the other timers of a deadline when one of them throws", () => {
  const ran: string[] = [];
  const virtual = new VirtualClock();
  virtual.setTimeout(() => {
    throw new Error("planned");
  }, 10);
  virtual.setTimeout(() => ran.push("second"), 10);
  expect(() => virtual.advance(10)).toThrow("planned");
  virtual.advance(0);
  expect([ran, virtual.pending]).toEqual([["second"], 0]);
});

it("a virtual clock takes a delay that is no number for the shortest, and forgets what was cleared", () => {
  const virtual = new VirtualClock();
  const ran: number[] = [];
  virtual.setTimeout(() => ran.push(1), Number.NaN);
  for (let n = 0; n < 1000; n++) virtual.clearTimeout(virtual.setTimeout(() => ran.push(0), 5 + (n % 7)));
  for (const ms of [30, 10, 20]) virtual.setTimeout(() => ran.push(ms), ms);
  virtual.clearTimeout(undefined);
  virtual.advance(30);
  expect(ran).toEqual([1, 10, 20, 30]);
});
