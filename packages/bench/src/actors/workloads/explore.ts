/**
 * Simulated messages: a small system under one seed after the other, in which every turn, reply and timer is a step that the
 * seed chooses. Nobody else offers it, so it is held to a bound: a thousand seeds are to take seconds.
 */
import type { Address, ProtocolOf } from "@pneumatic/actors";
import { actor } from "@pneumatic/actors";
import { explore } from "@pneumatic/actors/testing";
import { now } from "../../runner/clock.ts";
import type { Measured, Workload } from "../../runner/suite.ts";
import { WrongResultError } from "../../runner/suite.ts";
import { contendersOf } from "../actor-workload.ts";

const SEEDS = 1000;
const CLERKS = 3;
const ORDERS = 20;
/** Each order is an order, a question, a note and an hour of sleep. */
const MESSAGES = CLERKS * ORDERS * 3;

const stock = actor({
  state: () => ({ taken: 0, noted: 0 }),
  on: {
    take: ({ state }, { count }: { count: number }) => {
      state.taken += count;
      return state.taken;
    },
    note: ({ state }) => {
      state.noted++;
    },
    sum: ({ state }) => state.taken * 1000 + state.noted,
  },
});

const clerk = actor({
  state: (shelf: Address<ProtocolOf<typeof stock>>) => ({ shelf, served: 0 }),
  on: {
    order: async ({ state, sleep }, { count }: { count: number }) => {
      await state.shelf.ask({ type: "take", count });
      state.shelf.tell({ type: "note" });
      await sleep(3_600_000);
      state.served++;
    },
    served: ({ state }) => state.served,
  },
});

async function exploreSeeds(runs: number): Promise<Measured> {
  const begin = now();
  await explore(
    async (system) => {
      using shelf = system.spawn(stock);
      const clerks = Array.from({ length: CLERKS }, () => system.spawn(clerk, { args: shelf.clone() }));
      for (let order = 0; order < ORDERS; order++) for (const one of clerks) one.tell({ type: "order", count: 1 });
      const served = clerks.map((one) => one.ask({ type: "served" }, { timeout: Number.POSITIVE_INFINITY }));
      for (const each of await Promise.all(served)) if (each !== ORDERS) throw new WrongResultError(`served ${each}`);
      for (const one of clerks) one.drop();
      const sum = await shelf.ask({ type: "sum" });
      if (sum !== CLERKS * ORDERS * 1001) throw new WrongResultError(`a sum of ${sum}`);
    },
    { runs },
  );
  const milliseconds = now() - begin;
  const operations = runs * (MESSAGES + CLERKS + 1);
  const extra = {
    "simulated k msg/s": operations / milliseconds,
    "s for 1,000 seeds": (milliseconds / runs / 1000) * SEEDS,
  };
  return { operations, milliseconds, extra };
}

export const exploring: Workload = {
  name: "explore",
  title: `explore: ${CLERKS} actors with ${ORDERS} orders each, under ${SEEDS} seeds`,
  contenders: contendersOf({ peers: [] }),
  targets: [{ kind: "bound", measure: "simulated k msg/s", atLeast: 200 }],
  prepare: async () => ({ size: SEEDS, repeat: "fixed", run: exploreSeeds }),
};
