/** `nact`: an actor is a reducer; it is looked up by its path at every message. */
import type { Ref } from "nact";
import { dispatch, query, spawn as spawnActor, stop } from "nact";
import type { Peer, Plan } from "../plan.ts";
import { MESSAGES_PER_FORK } from "../plan.ts";
import { load } from "./nact-load.ts";
import type { System } from "./nact-system.ts";
import { inSystem } from "./nact-system.ts";

export const peer: Peer = {
  tell,
  selfTell,
  ask,
  ring,
  spawn,
  forkJoin,
  askActor,
  restart,
  ...load,
};

const DEADLINE_MS = 5000;

interface Request {
  readonly replyTo: Ref<number>;
}

/** A number to handle, or a request for the count. */
type ToCounter = { readonly value: number } | Request;

function tell(plan: Plan): Promise<void> {
  return inSystem(async (system) => {
    const counter = spawnActor(system, (count: number | undefined, message: ToCounter) => {
      const handled = count ?? 0;
      if ("replyTo" in message) {
        dispatch(message.replyTo, handled);
        return handled;
      }
      plan.handle(message.value);
      return handled + 1;
    });
    for (let sent = 0; sent < plan.total; ) {
      for (const end = sent + plan.width; sent < end; sent++) dispatch(counter, { value: sent });
      plan.reply(await query(counter, (replyTo: Ref<number>) => ({ replyTo }), DEADLINE_MS));
    }
  });
}

function selfTell(plan: Plan): Promise<void> {
  return inSystem(
    (system) =>
      new Promise((done) => {
        const looping = spawnActor(system, (_state: undefined, value: number, { self }): undefined => {
          plan.handle(value);
          if (value + 1 < plan.total) dispatch(self, value + 1);
          else done();
        });
        dispatch(looping, 0);
      }),
  );
}

function spawnIncrementing(system: System) {
  return spawnActor(system, (_state: undefined, { value, replyTo }: { value: number } & Request): undefined => {
    dispatch(replyTo, value + 1);
  });
}

function ask(plan: Plan): Promise<void> {
  return inSystem(async (system) => {
    const incrementing = spawnIncrementing(system);
    async function asker(first: number): Promise<void> {
      for (let value = first; value < plan.total; value += plan.width) {
        plan.reply(await query(incrementing, (replyTo: Ref<number>) => ({ value, replyTo }), DEADLINE_MS));
      }
    }
    await Promise.all(Array.from({ length: plan.width }, (_, first) => asker(first)));
  });
}

function ring(plan: Plan): Promise<void> {
  return inSystem(
    (system) =>
      new Promise((done) => {
        const finish = () => {
          plan.end();
          done();
        };
        const nodes: Ref<number>[] = [];
        for (let index = 0; index < plan.width; index++) {
          const next = (index + 1) % plan.width;
          nodes.push(
            spawnActor(system, (_state: undefined, hop: number): undefined => {
              plan.handle(hop);
              if (hop + 1 < plan.total) dispatch(nodes[next]!, hop + 1);
              else finish();
            }),
          );
        }
        plan.begin();
        dispatch(nodes[0]!, 0);
      }),
  );
}

/** A stop discards what is queued, so the actor stops itself. It has a name, since the random ones collide in the end. */
function spawn(plan: Plan): Promise<void> {
  return inSystem(async (system) => {
    for (let value = 0; value < plan.total; ) {
      let left = plan.width;
      await new Promise<void>((resolve) => {
        for (const end = value + plan.width; value < end; value++) {
          const once = spawnActor(
            system,
            (_state: undefined, given: number, { self }): undefined => {
              plan.handle(given);
              stop(self);
              if (--left === 0) resolve();
            },
            `once-${value}`,
          );
          dispatch(once, value);
        }
      });
    }
  });
}

function forkJoin(plan: Plan): Promise<void> {
  return inSystem(async (system) => {
    for (let first = 0; first < plan.total; first += plan.width) {
      let left = plan.width;
      await new Promise<void>((resolve) => {
        const worker = () =>
          spawnActor(system, (count: number | undefined, value: number, { self }) => {
            plan.handle(value);
            const handled = (count ?? 0) + 1;
            if (handled === MESSAGES_PER_FORK) {
              stop(self);
              if (--left === 0) resolve();
            }
            return handled;
          });
        const workers = Array.from({ length: plan.width }, worker);
        for (let round = 0; round < MESSAGES_PER_FORK; round++) {
          for (const [index, actor] of workers.entries()) dispatch(actor, first + index);
        }
      });
    }
  });
}

function askActor(plan: Plan): Promise<void> {
  return inSystem(
    (system) =>
      new Promise((done) => {
        const incrementing = spawnIncrementing(system);
        const asking = spawnActor(system, async (_state: undefined, total: number): Promise<undefined> => {
          for (let value = 0; value < total; value++) {
            plan.reply(await query(incrementing, (replyTo: Ref<number>) => ({ value, replyTo }), DEADLINE_MS));
          }
          done();
        });
        dispatch(asking, plan.total);
      }),
  );
}

/** A reset keeps the mailbox and makes the state anew. */
function restart(plan: Plan): Promise<void> {
  return inSystem(async (system) => {
    const fragile = spawnActor(
      system,
      (count: number | undefined, message: { readonly value: number } | Request | "fail") => {
        if (message === "fail") throw new Error("on purpose");
        const handled = (count ?? 0) + 1;
        if ("replyTo" in message) {
          dispatch(message.replyTo, 0);
        } else {
          plan.handle(message.value);
          plan.reply(handled);
        }
        return handled;
      },
      "fragile",
      { onCrash: (_message, _error, { reset }) => reset },
    );
    for (let value = 0; value < plan.total; ) {
      for (const end = value + plan.width; value < end; value++) {
        dispatch(fragile, "fail");
        dispatch(fragile, { value });
      }
      await query(fragile, (replyTo: Ref<number>) => ({ replyTo }), DEADLINE_MS);
    }
  });
}
