/** `ctx.sleep` waits for the time of the system, and no longer than its incarnation lives. */
import type { Address, Context } from "@pneumatic/actors";
import { ActorStoppedError, ActorSystem, actor, DeadlockError, implement } from "@pneumatic/actors";
import { explore, testSystem } from "@pneumatic/actors/testing";
import { InvalidArgumentError } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { inTurnOf } from "../../support/own-turn.ts";

type Sleep = Context<unknown, unknown>["sleep"];

/** An actor that hands out its `sleep`, and one more of each incarnation that ends. */
interface Sleeper {
  sleep(payload: { ms: number; signal?: AbortSignal }): string;
  run(payload: { work: (sleep: Sleep) => void }): void;
  fail(): void;
  end(): void;
}
const sleeper = implement<Sleeper>()({
  name: "sleeper",
  on: {
    sleep: async ({ sleep }, { ms, signal }) => {
      await sleep(ms, { signal });
      return "awake";
    },
    run: ({ sleep }, { work }) => work(sleep),
    fail: () => {
      throw new Error("bad");
    },
    end: (context) => context.stop(),
  },
});

/** A sleep that its handler did not await, and what it rejects with. */
async function dozing(address: Address<Sleeper>): Promise<{ readonly woken: Promise<unknown>; readonly sleep: Sleep }> {
  const began = gate<Sleep>();
  let woken: Promise<unknown> = Promise.resolve();
  const work = (sleep: Sleep): void => {
    woken = rejection(sleep(1000));
    began.open(sleep);
  };
  address.tell({ type: "run", work });
  return { sleep: await began.promise, woken };
}

describe("ctx.sleep", () => {
  it.each([[0], [1], [1000], [3_600_000]])("of %s ms ends at its time and not before", async (ms) => {
    await using system = testSystem();
    using address = system.spawn(sleeper);
    const awake = address.ask({ type: "sleep", ms }, { timeout: Number.POSITIVE_INFINITY });
    let isAwake = false;
    void awake.then(() => {
      isAwake = true;
    });
    await system.settle();
    if (ms > 1) await system.advance(ms - 1);
    expect(isAwake).toBe(false);
    await system.advance(1);
    expect(isAwake).toBe(true);
  });

  it("ends in a system with the clock of the platform", async () => {
    await using system = new ActorSystem({ logLevel: "silent" });
    using address = system.spawn(sleeper);
    expect(await address.ask({ type: "sleep", ms: 2 })).toBe("awake");
  });

  it("lets nothing else of its actor be handled, and everything of the others", async () => {
    await using system = testSystem();
    using one = system.spawn(sleeper);
    using other = system.spawn(sleeper);
    const order: string[] = [];
    const asleep = one.ask({ type: "sleep", ms: 100 }).then(() => order.push("slept"));
    const behind = one.ask({ type: "sleep", ms: 0 }).then(() => order.push("behind"));
    const beside = other.ask({ type: "sleep", ms: 0 }).then(() => order.push("beside"));
    await system.advance(200);
    await Promise.all([asleep, behind, beside]);
    expect(order).toEqual(["beside", "slept", "behind"]);
  });
});

describe("a sleep is over with its incarnation, and rejects with the reason,", () => {
  it("when a panic restarts the actor", async () => {
    await using system = testSystem();
    using address = system.spawn(sleeper);
    const { woken, sleep } = await dozing(address);
    address.tell({ type: "fail" });
    const error = (await woken) as ActorStoppedError;
    expect([error.constructor, error.reason.kind]).toEqual([ActorStoppedError, "panicked"]);
    expect(await rejection(sleep(1))).toBeInstanceOf(ActorStoppedError);
    await system.settle();
    expect(await rejection(sleep(1))).toBeInstanceOf(ActorStoppedError); // also beside the next incarnation
    expect((await system.inspect()).actors[0]?.generation).toBe(2);
  });

  it("when the actor stops, is stopped, or is killed in its sleep", async () => {
    await using system = testSystem();
    const reasons: unknown[] = [];
    for (const end of ["end", "stop", "drain", "kill"] as const) {
      using address = system.spawn(sleeper);
      const { woken } = await dozing(address);
      if (end === "end") address.tell({ type: "end" });
      else void system[end](address);
      reasons.push(((await woken) as ActorStoppedError).reason.kind);
    }
    expect(reasons).toEqual(["normal", "shutdown", "shutdown", "killed"]);
    expect(system.now).toBe(0);
  });

  it("when it is killed with its handler asleep", async () => {
    await using system = testSystem();
    using address = system.spawn(sleeper);
    const reply = rejection(address.ask({ type: "sleep", ms: 1000 }));
    await system.settle();
    await system.kill(address, { restart: false });
    expect(await reply).toBeInstanceOf(ActorStoppedError);
    await system.settle();
    expect(await system.advanceToNext()).toBe(0); // no timer is left
  });
});

describe("a sleep that is aborted", () => {
  it("rejects with the reason of the signal, at once and without a timer", async () => {
    await using system = testSystem();
    using address = system.spawn(sleeper);
    const controller = new AbortController();
    const began = gate<Promise<unknown>>();
    const work = (sleep: Sleep): void =>
      began.open(rejection(sleep(1000, { signal: controller.signal })).then((e) => [e]));
    address.tell({ type: "run", work });
    const woken = began.promise;
    await system.settle();
    controller.abort("enough");
    expect(await woken).toEqual(["enough"]);
    expect(await system.advanceToNext()).toBe(0);
  });

  it("rejects when the caller gives up, if it sleeps by the signal of the ask", async () => {
    await using system = testSystem();
    let woken: unknown;
    const definition = actor({
      on: {
        work: async ({ sleep, signal }) => {
          woken = await rejection(sleep(60_000, { signal }));
        },
      },
    });
    using address = system.spawn(definition);
    const asked = rejection(address.ask({ type: "work" }, { timeout: 100 }));
    await system.advance(100);
    expect(woken).toBe(await asked);
  });
});

it.each([[-1], [Number.NaN], ["5"], [undefined], [null]])("a sleep of %s is refused by name", async (ms) => {
  await using system = testSystem();
  using address = system.spawn(sleeper);
  let refused: Promise<unknown> | undefined;
  address.tell({
    type: "run",
    work: (sleep) => {
      refused = rejection(sleep(ms as number));
    },
  });
  await system.settle();
  const error = (await refused) as Error;
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect(error.message).toMatch(/^ms of sleep must be a number of milliseconds/);
});

it("a sleep without end ends with the actor", async () => {
  await using system = testSystem();
  using address = system.spawn(sleeper);
  const { woken } = await dozing(address);
  let endless: Promise<unknown> | undefined;
  address.tell({
    type: "run",
    work: (sleep) => {
      endless = rejection(sleep(Number.POSITIVE_INFINITY));
    },
  });
  await system.settle();
  void system.stop(address);
  expect(await endless).toBe(await woken);
});

describe("deadlock detection", () => {
  interface Peer {
    begin(payload: { other: Address<Peer> }): void;
    slowly(payload: { ms: number; back?: Address<Peer> }): void;
  }
  const LONG = { timeout: Number.POSITIVE_INFINITY };
  const outcomes: unknown[] = [];
  const peer = implement<Peer>()({
    on: {
      begin: async ({ own, self }, { other }) => {
        const back = self.upgrade();
        const target = own(other);
        outcomes.push(
          await target.ask({ type: "slowly", ms: 2000, ...(back && { back }) }, LONG).catch((error) => error),
        );
      },
      slowly: async ({ sleep, own, self }, { ms, back }) => {
        await sleep(ms);
        if (back !== undefined) await inTurnOf(self, () => own(back).ask({ type: "slowly", ms: 0 }, LONG));
      },
    },
  });

  it("leaves those alone who wait for one that sleeps, and finds the cycle that comes after it", async () => {
    outcomes.length = 0;
    await using system = testSystem();
    using a = system.spawn(peer);
    using b = system.spawn(peer);
    a.tell({ type: "begin", other: b.clone() });
    await system.advance(2499);
    expect(outcomes).toEqual([]);
    await system.advance(2);
    expect(outcomes.length).toBe(1);
    expect((outcomes[0] as Error).cause).toBeInstanceOf(DeadlockError);
  });
});

it("sleeps of one moment end in any order, by seed", async () => {
  const orders = new Set<string>();
  await explore(
    async (system) => {
      using address = system.spawn(sleeper);
      const order: string[] = [];
      const work = (sleep: Sleep): void => {
        for (const name of ["a", "b"]) void sleep(10).then(() => order.push(name));
      };
      await address.ask({ type: "run", work });
      await system.advance(10);
      orders.add(order.join(""));
    },
    { runs: 30 },
  );
  expect([...orders].sort()).toEqual(["ab", "ba"]);
});
