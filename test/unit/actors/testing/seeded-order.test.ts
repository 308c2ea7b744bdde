/** The order of what happens follows from the seed, and from nothing else. */
import type { Address } from "@pneumatic/actors";
import { ActorSystem, actor, bounded, implement } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { ExplorationError, explore, UncontrolledWaitError } from "@pneumatic/actors/testing";
import { channel, select } from "@pneumatic/core";
import { expect, it } from "vitest";
import { bytesInUse } from "../../../support/garbage.ts";
import { scaled } from "../../../support/scale.ts";

const RUNS_FOR_MEMORY = scaled(1000, 20_000);

const account = actor({
  state: () => ({ balance: 0 }),
  on: {
    get: ({ state }) => state.balance,
    set: ({ state }, { to }: { to: number }) => {
      state.balance = to;
    },
  },
});
interface Teller {
  add(payload: { by: number }): void;
}
type Account = { get(): number; set(payload: { to: number }): void };
const teller = implement<Teller>()({
  state: (of: Address<Account>) => ({ of }),
  on: {
    add: async ({ state }, { by }) => {
      const balance = await state.of.ask({ type: "get" });
      await state.of.ask({ type: "set", to: balance + by });
    },
  },
});

/** What `explore` rejects with. */
async function failureOf(exploration: Promise<unknown>): Promise<ExplorationError> {
  const failure = await exploration.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ExplorationError) return failure;
  throw new Error("The exploration found nothing", { cause: failure });
}

it("finds an update that is lost across an await, and shows it again from its seed, to the letter", async () => {
  const scenario = async (system: TestSystem): Promise<void> => {
    using shared = system.spawn(account, { name: "account" });
    using one = system.spawn(teller, { args: shared.clone(), name: "one" });
    using two = system.spawn(teller, { args: shared.clone(), name: "two" });
    await Promise.all([one.ask({ type: "add", by: 1 }), two.ask({ type: "add", by: 2 })]);
    expect(await shared.ask({ type: "get" })).toBe(3);
  };
  const { message, seed } = await failureOf(explore(scenario, { runs: 100 }));
  expect((await failureOf(explore(scenario, { seed, runs: 1 }))).message).toBe(message);
});

it("names the handler that waits for what is not of the runtime", async () => {
  const never = actor({ on: { hang: () => new Promise<void>(() => {}) } });
  const { cause } = await failureOf(
    explore(async (system) => {
      using address = system.spawn(never, { name: "sleeper" });
      await address.ask({ type: "hang" }, { timeout: Number.POSITIVE_INFINITY });
    }),
  );
  expect(cause).toBeInstanceOf(UncontrolledWaitError);
  expect((cause as UncontrolledWaitError).waiting).toEqual(['handler "hang" of "/sleeper"']);
});

it.each([2, 3, 4])("every order of %i actors that have something to do is reached", async (count) => {
  const orders = new Set<string>();
  const factorial = [1, 1, 2, 6, 24][count] as number;
  const scenario = async (system: TestSystem): Promise<void> => {
    const order: number[] = [];
    const noting = actor({ on: { note: (_, { n }: { n: number }) => void order.push(n) } });
    const actors = Array.from({ length: count }, () => system.own(system.spawn(noting)));
    await system.settle();
    for (const [n, address] of actors.entries()) address.tell({ type: "note", n });
    await system.settle();
    orders.add(order.join());
  };
  await explore(scenario, { runs: 12 * factorial });
  expect(orders.size).toBe(factorial);
});

it.each(["reply", "sleep", "room"] as const)("what settles first of three is decided by the seed: %s", async (what) => {
  const orders = new Set<string>();
  const busy = actor({ on: { reply: () => 1, sleep: ({ sleep }) => sleep(10) } });
  const scenario = async (system: TestSystem): Promise<void> => {
    let order = "";
    const actors = [0, 1, 2].map(() => system.own(system.spawn(busy, { mailbox: bounded(1) })));
    const settled = actors.map(async (address, n) => {
      if (what !== "room") await address.ask({ type: what });
      else for (let sent = 0; sent < 3; sent++) await address.send({ type: "reply" });
      order += n;
    });
    await Promise.all(settled);
    orders.add(order);
  };
  await explore(scenario, { runs: 100 });
  expect(orders.size).toBe(6);
});

it("what `select` picks among several is decided by the seed", async () => {
  const scenario = async (): Promise<void> => {
    const [tx, rx] = channel<number>();
    const [otherTx, otherRx] = channel<number>();
    tx.send(1);
    otherTx.send(1);
    arms.push((await select({ rx, otherRx })).arm);
  };
  let arms: string[] = [];
  await explore(scenario, { runs: 40 });
  const first = arms;
  arms = [];
  await explore(scenario, { runs: 40 });
  expect(arms).toEqual(first);
  expect(new Set(arms).size).toBe(2);
});

it("explorations at the same time do not meet, however long their runs are", async () => {
  const echo = actor({ on: { get: () => 1 } });
  const scenario = async (system: TestSystem): Promise<void> => {
    using address = system.spawn(echo);
    for (let n = 0; n < 4000; n++) await address.ask({ type: "get" });
  };
  await Promise.all([explore(scenario, { runs: 2 }), explore(scenario, { runs: 2 })]);
});

it("a system that a scenario makes for itself leaves no timer once it has shut down", async () => {
  const echo = actor({ on: { get: ({ sleep }) => sleep(100).then(() => 1) } });
  const { runs } = await explore(async () => {
    await using own = new ActorSystem({ logLevel: "silent" });
    using address = own.spawn(echo);
    expect(await address.ask({ type: "get" })).toBe(1);
  });
  expect(runs).toBe(100);
});

const failing: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new TypeError("planned");
  },
  rejects: () => Promise.reject(new TypeError("planned")),
};

it.each(Object.entries(failing))("a scenario that %s fails with that", async (_, scenario) => {
  expect((await failureOf(explore(scenario))).cause).toEqual(new TypeError("planned"));
});

it("a scenario may end early, end the system, or leave its addresses", async () => {
  const slow = actor({ on: { work: ({ sleep }) => sleep(4000) } });
  const scenarios: ((system: TestSystem) => unknown)[] = [
    (system) => {
      using address = system.spawn(slow);
      void address.ask({ type: "work" });
      void address.ask({ type: "work" });
    },
    (system) => void system.spawn(slow).tell({ type: "work" }),
    async (system) => {
      system.own(system.spawn(slow)).tell({ type: "work" });
      await system.shutdown();
    },
    (system) => system[Symbol.asyncDispose](),
  ];
  for (const scenario of scenarios) expect(await explore(scenario, { runs: 5 })).toMatchObject({ runs: 5 });
});

it("an exploration whose last seed is no whole number is refused", async () => {
  await expect(explore(() => {}, { seed: Number.MAX_SAFE_INTEGER })).rejects.toThrow(
    /seed of explore\(\) must be a whole number/,
  );
});

it("runs leave nothing behind in memory", async () => {
  const definition = actor({ on: { work: ({ sleep }) => sleep(5) } });
  const scenario = async (system: TestSystem): Promise<void> => {
    using address = system.spawn(definition);
    await address.ask({ type: "work" });
  };
  await explore(scenario, { runs: 500 });
  const before = await bytesInUse();
  await explore(scenario, { runs: RUNS_FOR_MEMORY });
  expect((await bytesInUse()) - before).toBeLessThan(500_000);
});

it("shows a step that comes last of all as one that others overtake once", async () => {
  const link = actor({ on: { pass: () => "passed" } });
  const { message } = await failureOf(
    explore(
      async (system) => {
        const heard: string[] = [];
        using late = system.spawn(actor({ on: { speak: () => void heard.push("late") } }), { name: "late" });
        using chain = system.spawn(link, { name: "chain" });
        late.tell({ type: "speak" });
        for (let links = 0; links < 5; links++) await chain.ask({ type: "pass" });
        if (heard.length === 0) throw new Error("The chain has overtaken");
      },
      { runs: 1000 },
    ),
  );
  expect(message).toMatch(/steps, of which 1 overtakes another \(\*\):/);
});

it("names the options without which a seed does not fail", async () => {
  const failing = actor({ on: { go: () => "gone" } });
  const scenario = async (system: TestSystem): Promise<void> => {
    using address = system.spawn(failing);
    await address.ask({ type: "go" });
  };
  const options = { faults: [{ kind: "panic", nth: 1 }] } as const;
  const { message } = await failureOf(explore(scenario, options));
  expect(message).toContain("explore(scenario, { ...options, seed: 1, runs: 1 }) replays it. ");
});

it("ends the trace where the scenario fails", async () => {
  const { trace } = await failureOf(
    explore((system) => {
      using _address = system.spawn(actor({ on: {} }), { name: "idle" });
      throw new Error("no\nmore");
    }),
  );
  expect(trace.split("\n").map((line) => line.trim().replace(/ +/g, " "))).toEqual([
    "time actor message effect",
    "0 ms scenario begins spawns /idle",
    "0 ms scenario fails Error: no",
  ]);
});
