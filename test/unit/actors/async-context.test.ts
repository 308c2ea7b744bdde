/** The code of an actor runs in no async context but its own: never in that of whoever happened to wake it. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { describe, expect, test, vi } from "vitest";
import { rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const storage = new AsyncLocalStorage<string>();
/** Every store that the code of an actor has seen, by the place of that code. */
type Seen = Map<string, Set<string | undefined>>;

interface Observed {
  look(payload: { where?: string }): string | undefined;
  run(payload: { how: (context: Context<Seen, Observed>) => unknown }): unknown;
}

function note(seen: Seen, where: string): void {
  const stores = seen.get(where) ?? new Set();
  seen.set(where, stores.add(storage.getStore()));
}

const observed = implement<Observed>()({
  state: (seen: Seen) => {
    note(seen, "state");
    return seen;
  },
  started: async ({ state }) => {
    note(state, "started");
    await undefined;
    note(state, "started, after an await");
  },
  stopped: async ({ state }) => {
    note(state, "stopped");
    await undefined;
    note(state, "stopped, after an await");
  },
  on: {
    look: ({ state }, { where = "handler" }) => {
      note(state, where);
      return storage.getStore();
    },
    run: (context, { how }) => how(context),
  },
});

/** Runs `work` in contexts of strangers, each of its own, and returns what it returned in the last. */
const inStrange = <T>(work: () => T): T => storage.run(`stranger ${Math.random()}`, work);

describe("in no stranger's context", () => {
  const places: Record<string, (system: TestSystem, seen: Seen) => Promise<void>> = {
    "tell, ask and trySend": async (system, seen) => {
      using address = inStrange(() => system.spawn(observed, { args: seen }));
      inStrange(() => address.tell({ type: "look", where: "tell" }));
      inStrange(() => address.trySend({ type: "look", where: "trySend" }));
      await inStrange(() => address.send({ type: "look", where: "send" }));
      expect(await inStrange(() => address.ask({ type: "look", where: "ask" }))).toBeUndefined();
    },
    "an async handler and the message after it": async (system, seen) => {
      using address = inStrange(() => system.spawn(observed, { args: seen }));
      const asked = inStrange(() =>
        address.ask({
          type: "run",
          how: async ({ state }) => {
            note(state, "before");
            await new Promise(setImmediate);
            note(state, "after");
          },
        }),
      );
      inStrange(() => address.tell({ type: "look", where: "the next" }));
      await asked;
    },
    "the hook of a stop": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      await address.started;
      await inStrange(() => system.stop(address));
    },
    "the hook of the last drop": async (system, seen) => {
      const address = system.spawn(observed, { args: seen });
      await address.started;
      const { exited } = address;
      inStrange(() => address.drop());
      await exited;
    },
    "the hook of a shutdown": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      await address.started;
      await inStrange(() => system.shutdown());
    },
    "a restart after a panic and a kill": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      await rejection(
        inStrange(() =>
          address.ask({
            type: "run",
            how: () => {
              throw new Error("bad");
            },
          }),
        ),
      );
      await quiet();
      await inStrange(() => system.kill(address));
      await quiet();
    },
    "a timer": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      inStrange(() =>
        address.tell({ type: "run", how: ({ timers }) => timers.after("key", 5, { type: "look", where: "tick" }) }),
      );
      await quiet();
      inStrange(() => system.clock.advance(5));
      await quiet();
    },
    "a watch, also of an actor that a stranger kills": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      using other = system.spawn(observed, { args: new Map() });
      await address.ask({
        type: "run",
        how: ({ watch, state }) => {
          watch(other, () => {
            note(state, "made by watch");
            return { type: "look", where: "watch" };
          });
        },
      });
      await inStrange(() => system.kill(other, { restart: false }));
      await quiet();
    },
    "a promise that a stranger settles": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      let settle = (): void => {};
      const promise = new Promise<void>((resolve) => {
        settle = resolve;
      });
      await address.ask({
        type: "run",
        how: ({ pipeToSelf, state }) => {
          pipeToSelf(promise, () => {
            note(state, "made by pipeToSelf");
            return { type: "look", where: "pipeToSelf" };
          });
        },
      });
      inStrange(() => settle());
      await quiet();
    },
    "a listener of its signal": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      const controller = new AbortController();
      const listening = rejection(
        address.ask(
          {
            type: "run",
            how: ({ signal, state, sleep }) => {
              signal.addEventListener("abort", () => note(state, "signal"));
              return sleep(5000);
            },
          },
          { signal: controller.signal },
        ),
      );
      await quiet();
      inStrange(() => controller.abort());
      await listening;
      await address.ask({
        type: "run",
        how: ({ signal, state }) => {
          signal.addEventListener("abort", () => note(state, "signal of the life"));
        },
      });
      await inStrange(() => system.stop(address));
    },
    "a turn after one that has entered a context for good": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      using other = system.spawn(observed, { args: new Map() });
      const how = (): void => storage.enterWith("for good");
      await other.ask({ type: "run", how });
      await address.ask({ type: "look", where: "another actor" });
      await address.ask({ type: "run", how });
      await address.ask({ type: "look", where: "a later turn" });
      await address.ask({ type: "run", how: (context) => [storage.enterWith("for good"), context.stop()] });
      await system.shutdown();
    },
    "the hooks of an actor that another one stops or kills in a context": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      const child = (): void => void system.spawn(observed, { args: seen }).drop();
      using other = system.spawn(observed, { args: new Map() });
      await address.ask({ type: "run", how: child });
      const how = (): unknown => inStrange(() => system.stop(address));
      await other.ask({ type: "run", how });
      using killed = system.spawn(observed, { args: seen });
      await killed.ask({ type: "run", how: ({ spawn, own }) => void own(spawn(observed, { args: seen })) });
      await other.ask({ type: "run", how: () => inStrange(() => system.kill(killed)) });
      await quiet();
    },
    "what an actor owns": async (system, seen) => {
      using address = system.spawn(observed, { args: seen });
      const owned = { [Symbol.dispose]: () => note(seen, "owned") };
      await address.ask({ type: "run", how: ({ own }) => void own(owned) });
      await inStrange(() => system.stop(address));
    },
  };

  test.each(Object.entries(places))("runs %s", async (_, play) => {
    await using system = new TestSystem();
    const seen: Seen = new Map();
    await play(system, seen);
    const stores = [...seen].flatMap(([where, found]) => [...found].map((store) => `${where}: ${store}`));
    expect(stores.filter((store) => !store.endsWith("undefined"))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  });
});

test("what a handler enters itself stays in force in all that it awaits", async () => {
  await using system = new TestSystem();
  using address = system.spawn(observed, { args: new Map() });
  const how = (): unknown =>
    storage.run("own", async () => {
      await new Promise(setImmediate);
      return storage.getStore();
    });
  expect(await inStrange(() => address.ask({ type: "run", how }))).toBe("own");
  expect(await address.ask({ type: "look" })).toBeUndefined();
});

test("the neutral context is nobody's, whoever loads the package first", async () => {
  const { inNeutralContext } = await storage.run("first", async () => {
    vi.resetModules();
    return import("../../../packages/actors/src/async-context.ts");
  });
  expect(inNeutralContext(() => storage.getStore())).toBeUndefined();
});
