/** Time stands still until a test moves it, and then everything of the system goes by it. */
import type { Address } from "@pneumatic/actors";
import { ActorSystem, AskTimeoutError, actor, implement } from "@pneumatic/actors";
import { testSystem } from "@pneumatic/actors/testing";
import { after, channel, tick } from "@pneumatic/core";
import { expect, it } from "vitest";

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
