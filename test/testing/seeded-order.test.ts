/** The order of what happens follows from the seed, and from nothing else. */
import type { Address } from "@pneumatic/actors";
import { actor, implement } from "@pneumatic/actors";
import type { testSystem } from "@pneumatic/actors/testing";
import { ExplorationError, explore, UncontrolledWaitError } from "@pneumatic/actors/testing";
import { expect, it } from "vitest";

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
  const scenario = async (system: ReturnType<typeof testSystem>): Promise<void> => {
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
  const scenario = async (system: ReturnType<typeof testSystem>): Promise<void> => {
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
