/** Under a seed, a wait for what is not of the runtime is found and named; a wait for what is of the runtime is not. */
import { readFile, stat } from "node:fs/promises";
import { setTimeout as platformTimer } from "node:timers/promises";
import { ActorStoppedError, AskTimeoutError, actor } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import {
  ExplorationError,
  explore,
  StepLimitError,
  testSystem,
  UncontrolledWaitError,
} from "@pneumatic/actors/testing";
import { after, channel, oneshot, select, syncChannel, tick } from "@pneumatic/core";
import { describe, expect, it } from "vitest";

const FOR_EVER = { timeout: Number.POSITIVE_INFINITY };
const DAY_MS = 86_400_000;

/** What the runs of a scenario fail with. */
async function failureOf(scenario: (system: TestSystem) => unknown, options = {}): Promise<ExplorationError> {
  const failure: unknown = await explore(scenario, { runs: 3, ...options }).catch((error: unknown) => error);
  if (failure instanceof ExplorationError) return failure;
  throw new Error("The exploration found nothing", { cause: failure });
}

async function waitersOf(scenario: (system: TestSystem) => unknown): Promise<readonly string[]> {
  const { cause } = await failureOf(scenario);
  if (cause instanceof UncontrolledWaitError) return cause.waiting;
  throw new Error("It fails otherwise", { cause });
}

const waits: Readonly<Record<string, () => Promise<unknown>>> = {
  "a timer of the platform": () => platformTimer(1),
  "a file": () => readFile(new URL(import.meta.url)),
  "the next turn of the event loop": () => new Promise((resolve) => setImmediate(resolve)),
  "what never comes": () => new Promise(() => {}),
};

describe.each(Object.entries(waits))("a run in which somebody waits for %s", (_, wait) => {
  it("fails and names the handler that somebody awaits for ever", async () => {
    const waiter = actor({ on: { wait } });
    const scenario = async (system: TestSystem): Promise<void> => {
      using address = system.spawn(waiter, { name: "waiter" });
      await address.ask({ type: "wait" }, FOR_EVER);
    };
    expect(await waitersOf(scenario)).toEqual(['handler "wait" of "/waiter"']);
  });

  it("fails and names the handler although the ask for it has timed out", async () => {
    const waiter = actor({ on: { wait } });
    const scenario = async (system: TestSystem): Promise<void> => {
      using address = system.spawn(waiter, { name: "waiter" });
      await address.ask({ type: "wait" });
    };
    expect(await waitersOf(scenario)).toEqual(['handler "wait" of "/waiter"']);
    expect((await failureOf(scenario)).message).toMatch(/Besides: AskTimeoutError/);
  });

  it("fails and names the handler that nobody awaits", async () => {
    const waiter = actor({ on: { wait } });
    const scenario = (system: TestSystem): void => {
      using address = system.spawn(waiter, { name: "waiter" });
      address.tell({ type: "wait" });
    };
    expect(await waitersOf(scenario)).toEqual(['handler "wait" of "/waiter"']);
  });

  it("fails and names the start that waits in `state` or `started`", async () => {
    for (const definition of [actor({ state: wait, on: {} }), actor({ started: wait, on: {} })]) {
      const scenario = async (system: TestSystem): Promise<void> => {
        using address = system.spawn(definition, { name: "waiter" });
        await address.started;
      };
      expect(await waitersOf(scenario)).toEqual(['the start of "/waiter"']);
    }
  });

  it("fails and names the stopped hook", async () => {
    const waiter = actor({ on: {}, stopped: wait });
    const scenario = async (system: TestSystem): Promise<void> => {
      using address = system.spawn(waiter, { name: "waiter" });
      await address.started;
      await system.stop(address);
    };
    expect(await waitersOf(scenario)).toEqual(['the stopped hook of "/waiter"']);
  });

  it("fails and names nobody when it is the scenario", async () => {
    expect(await waitersOf(wait)).toEqual([]);
  });
});

/** Waits of a handler that are all of the runtime, and take their time. */
const controlled: Readonly<Record<string, (system: TestSystem, sleep: (ms: number) => Promise<void>) => unknown>> = {
  "its own sleep": (_, sleep) => sleep(30 * DAY_MS),
  "a channel that is filled a day later": async (_, sleep) => {
    const [tx, rx] = channel<number>();
    void sleep(DAY_MS).then(() => {
      for (let n = 0; n < 100; n++) tx.send(n);
      tx.drop();
    });
    let sum = 0;
    for await (const n of rx) sum += n;
    return sum;
  },
  "a oneshot": async (_, sleep) => {
    const [tx, rx] = oneshot<string>();
    void sleep(DAY_MS).then(() => tx.send("late"));
    return rx.recv();
  },
  "a receive that times out, a timer receiver, and ticks": async () => {
    const [tx, rx] = channel<number>();
    await rx.recvTimeout(DAY_MS);
    using late = after(DAY_MS);
    await select({ rx, late });
    using ticks = tick(1000);
    for (let n = 0; n < 10; n++) await ticks.recv();
    tx.drop();
    rx.drop();
  },
  "the start and the end of another actor": async (system) => {
    const slow = actor({ started: ({ sleep }) => sleep(DAY_MS), on: {}, stopped: ({ sleep }) => sleep(1000) });
    using address = system.spawn(slow);
    await address.started;
    await system.drain(address);
  },
  "promises that are settled already, and the ticks of Node": async () => {
    for (let n = 0; n < 1000; n++) await undefined;
    for (let n = 0; n < 5; n++) await new Promise<void>((resolve) => process.nextTick(resolve));
  },
};

it.each(Object.entries(controlled))("a handler may wait for %s", async (_, wait) => {
  const scenario = async (system: TestSystem): Promise<void> => {
    const waiter = actor({ on: { wait: ({ sleep }) => wait(system, sleep) } });
    using address = system.spawn(waiter);
    await address.ask({ type: "wait" }, FOR_EVER);
  };
  expect(await explore(scenario, { runs: 10 })).toMatchObject({ runs: 10 });
});

it("a run goes on without a turn of the event loop through 100,000 operations of channels, however much time passes", async () => {
  const scenario = async (system: TestSystem): Promise<void> => {
    const [tx, rx] = syncChannel<number>(1);
    const sender = actor({
      on: {
        send: async ({ sleep }) => {
          for (let n = 1; n <= 50_000; n++) {
            await tx.send(n);
            if (n % 5000 === 0) await sleep(1000);
          }
          tx.drop();
        },
      },
    });
    using address = system.spawn(sender);
    address.tell({ type: "send" });
    let received = 0;
    for await (const _ of rx) received++;
    expect(received).toBe(50_000);
  };
  expect(await explore(scenario, { runs: 1 })).toMatchObject({ runs: 1 });
});

it("a timer of the platform has no turn in the middle of a run of very many steps", async () => {
  const echo = actor({ on: { get: () => 1 } });
  const scenario = async (system: TestSystem): Promise<void> => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
    }, 0);
    using address = system.spawn(echo);
    for (let n = 0; n < 10_000; n++) await address.ask({ type: "get" });
    clearTimeout(timer);
    expect(isOver).toBe(false);
  };
  const { steps } = await explore(scenario, { runs: 1 });
  expect(steps).toBeGreaterThan(20_000);
});

it("a run that goes round in circles fails at the limit of its steps, and its message stays short", async () => {
  const failure = await failureOf(
    async (system) => {
      using ticks = tick(1000);
      using address = system.spawn(actor({ on: { take: () => 1 } }));
      for (;;) {
        await ticks.recv();
        address.tell({ type: "take" });
      }
    },
    { maxSteps: 3000 },
  );
  expect(failure.cause).toBeInstanceOf(StepLimitError);
  expect(failure.message.split("\n").length).toBeLessThan(520);
  expect(failure.trace.split("\n").length).toBeGreaterThan(1000);
});

it("a test system with a seed finds at its end the handler that nothing settles, one without does not", async () => {
  const waiter = actor({
    on: {
      wait: () => new Promise<void>(() => {}),
      look: async () => {
        for (let n = 0; n < 100; n++) await stat(new URL(import.meta.url));
      },
    },
  });
  const run = async (seed: number | undefined, type: "wait" | "look"): Promise<void> => {
    await using system = testSystem(seed === undefined ? {} : { seed });
    using address = system.spawn(waiter, { name: "waiter" });
    address.tell({ type });
    await system.settle();
  };
  await expect(run(1, "wait")).rejects.toMatchObject({ waiting: ['handler "wait" of "/waiter"'] });
  await run(undefined, "wait");
  await run(1, "look"); // waited for, since it is on its way
});

it("what a run has left waiting does nothing to the runs after it", async () => {
  const woken: string[] = [];
  const waiter = actor({
    on: {
      wait: async ({ sleep }) => {
        await platformTimer(1);
        await sleep(1).catch((error: Error) => woken.push(error.name));
      },
    },
  });
  await failureOf(async (system) => {
    using address = system.spawn(waiter);
    await address.ask({ type: "wait" }, FOR_EVER);
  });
  const echo = actor({ on: { get: ({ sleep }) => sleep(1) } });
  const { steps } = await explore(
    async (system) => {
      using address = system.spawn(echo);
      await address.ask({ type: "get" });
      expect(system.now).toBe(1);
    },
    { runs: 500 },
  );
  expect(steps % 500).toBe(0);
  expect(new Set(woken)).toEqual(new Set([ActorStoppedError.name]));
});

it("an ask that times out while the handler sleeps is no uncontrolled wait", async () => {
  const { cause } = await failureOf(async (system) => {
    using address = system.spawn(actor({ on: { sleep: ({ sleep }) => sleep(DAY_MS) } }));
    await address.ask({ type: "sleep" });
  });
  expect(cause).toBeInstanceOf(AskTimeoutError);
});
