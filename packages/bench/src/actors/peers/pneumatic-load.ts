/** Ours under load: what saturates the event loop, and what fills the memory. */
import { ActorSystem, actor, implement } from "@pneumatic/actors";
import type { Flood, Peer, Population } from "../plan.ts";

export const load: Peer = { flood, populate };

interface Looping {
  next(payload: { value: number }): void;
}

const RESOLVED = Promise.resolve();

const flooding = implement<Looping>()({
  state: (given: { flood: Flood; index: number; done(): void }) => given,
  on: {
    next: ({ state, self }, { value }) => {
      if (state.flood.handle(state.index, value)) self.tell({ type: "next", value: value + 1 });
      else state.done();
    },
  },
});

const floodingAsync = implement<Looping>()({
  state: (given: { flood: Flood; index: number; done(): void }) => given,
  on: {
    next: async ({ state, self }, { value }) => {
      await RESOLVED;
      if (state.flood.handle(state.index, value)) self.tell({ type: "next", value: value + 1 });
      else state.done();
    },
  },
});

const inhabitant = actor({
  state: ({ handle }: Population) => handle,
  on: { count: ({ state }) => state() },
});

async function flood(given: Flood): Promise<void> {
  await using system = new ActorSystem({ logLevel: "silent" });
  await new Promise<void>((resolve) => {
    let left = given.actors;
    const done = () => (--left === 0 ? resolve() : undefined);
    for (let index = 0; index < given.actors; index++) {
      const args = { flood: given, index, done };
      system.own(system.spawn(given.isAsync ? floodingAsync : flooding, { args })).tell({ type: "next", value: 0 });
    }
  });
}

async function populate(population: Population): Promise<void> {
  const { actors, messages } = population;
  await using system = new ActorSystem({ logLevel: "silent" });
  const spawnOne = () => system.spawn(inhabitant, { args: population });
  const addresses = new Array<ReturnType<typeof spawnOne>>(actors);
  using first = spawnOne();
  await first.started;
  population.weigh("none");
  for (let index = 0; index < actors; index++) addresses[index] = spawnOne();
  await addresses.at(-1)?.started;
  population.weigh("idle");
  for (const address of addresses) address.tell({ type: "count" });
  await population.handled(actors);
  population.weigh("used");
  const message = { type: "count" } as const;
  population.weigh("unqueued");
  for (let sent = 0; sent < messages; sent++) first.tell(message);
  population.weigh("queued");
  await population.handled(actors + messages);
  for (const address of addresses) address.drop();
}
