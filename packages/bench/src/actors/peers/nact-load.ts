/** `nact` under load: what saturates the event loop, and what fills the memory. */
import type { Ref } from "nact";
import { dispatch, spawn as spawnActor } from "nact";
import { turn } from "../../runner/clock.ts";
import type { Flood, Peer, Population } from "../plan.ts";
import { inSystem } from "./nact-system.ts";

export const load: Peer = { flood, populate };

const RESOLVED = Promise.resolve();

function flood({ actors, isAsync, handle }: Flood): Promise<void> {
  return inSystem(
    (system) =>
      new Promise((resolve) => {
        let left = actors;
        const next = (index: number, value: number, self: Ref<number>): undefined => {
          if (handle(index, value)) dispatch(self, value + 1);
          else if (--left === 0) resolve();
        };
        for (let index = 0; index < actors; index++) {
          const looping = isAsync
            ? spawnActor(system, async (_state: undefined, value: number, { self }): Promise<undefined> => {
                await RESOLVED;
                next(index, value, self);
              })
            : spawnActor(system, (_state: undefined, value: number, { self }): undefined => next(index, value, self));
          dispatch(looping, 0);
        }
      }),
  );
}

function populate(population: Population): Promise<void> {
  const { actors, messages } = population;
  return inSystem(async (system) => {
    const behaviour = (_state: undefined, _message: { readonly value: number }): undefined => void population.handle();
    let spawned = 0;
    const spawnOne = () => spawnActor(system, behaviour, `actor-${spawned++}`);
    const refs = new Array<ReturnType<typeof spawnOne>>(actors);
    const first = spawnOne();
    await turn();
    population.weigh("none");
    for (let index = 0; index < actors; index++) refs[index] = spawnOne();
    await turn();
    population.weigh("idle");
    for (const ref of refs) dispatch(ref, { value: 0 });
    await population.handled(actors);
    await turn();
    population.weigh("used");
    const message = { value: 0 };
    population.weigh("unqueued");
    for (let sent = 0; sent < messages; sent++) dispatch(first, message);
    population.weigh("queued");
    await population.handled(actors + messages);
  });
}
