/** Every kind of wait is an edge, and none is invented: in handlers and hooks, for a stop, a drain, a restart, a sibling. */
import type { Address } from "@pneumatic/actors";
import { actor, child, DeadlockError, implement, supervisor } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { gate } from "../../support/gate.ts";
import { inTurnOf } from "../../support/own-turn.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const LONG = { timeout: 60_000 };

function outcomeOf(promise: Promise<unknown>): { value: unknown } {
  const outcome: { value: unknown } = { value: "pending" };
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error) => {
      outcome.value = error;
    },
  );
  return outcome;
}

/** The deadlock in the causes of an error. */
function deadlockIn(error: unknown): DeadlockError | undefined {
  for (let each = error as Error | undefined; each instanceof Error; each = each.cause as Error | undefined) {
    if (each instanceof DeadlockError) return each;
  }
  return undefined;
}

describe("no deadlock is invented", () => {
  it("for who asks somebody that told his own address, and went on", async () => {
    await using system = new TestSystem();
    interface Asked {
      busy(payload: { to: Address<Told>; ms: number }): Promise<string>;
      get(): string;
    }
    interface Told {
      told(payload: { from: Address<Asked> }): Promise<void>;
      heard(): string;
    }
    let heard = "nothing";
    const told = implement<Told>()({
      on: {
        told: async ({ sleep }, { from }) => {
          using asker = from;
          await sleep(10);
          heard = await asker.ask({ type: "get" }, LONG);
        },
        heard: () => heard,
      },
    });
    const asked = implement<Asked>()({
      on: {
        busy: async ({ self, sleep }, { to, ms }) => {
          const from = self.upgrade() as Address<Asked>;
          to.tell({ type: "told", from });
          await sleep(ms);
          return "done";
        },
        get: () => "got",
      },
    });
    using b = system.spawn(told);
    using a = system.spawn(asked);
    const busy = outcomeOf(a.ask({ type: "busy", to: b, ms: 2000 }, LONG));
    for (let ms = 0; ms < 2500; ms += 100) await system.advance(100);
    expect([busy.value, heard]).toEqual(["done", "got"]);
    expect(system.logged.filter(({ message }) => message?.includes("wait for each other"))).toEqual([]);
  });

  it("for a session whose clone was a reply, and that asks its server, busy with something else", async () => {
    await using system = new TestSystem();
    interface Server {
      open(): Address<Session>;
      work(): Promise<string>;
    }
    interface Session {
      run(): Promise<string>;
    }
    const server: ReturnType<typeof make> = make();
    function make() {
      return implement<Server>()({
        state: (): { session: Address<Session> | undefined } => ({ session: undefined }),
        on: {
          open: ({ state, spawn, self, own }) => {
            const at = self.upgrade() as Address<Server>;
            const session = implement<Session>()({
              state: (_: undefined, context) => context.own(at),
              on: { run: ({ state: to }) => to.ask({ type: "work" }, LONG) },
            });
            state.session ??= own(spawn(session));
            return state.session.clone();
          },
          work: async ({ sleep }) => {
            await sleep(1500);
            return "worked";
          },
        },
      });
    }
    using address = system.spawn(server);
    using session = await address.ask({ type: "open" });
    const first = outcomeOf(address.ask({ type: "work" }, LONG));
    await quiet();
    const client = actor({
      on: { ask: (_, { of }: { of: Address<Session> }) => of.ask({ type: "run" }, LONG) },
    });
    using asking = system.spawn(client);
    const second = outcomeOf(asking.ask({ type: "ask", of: session }, LONG));
    for (let ms = 0; ms < 3500; ms += 100) await system.advance(100);
    expect([first.value, second.value]).toEqual(["worked", "worked"]);
    expect(system.ledger().panicked).toBe(0);
    await system.stop(address);
  });
});

describe("a deadlock is seen within a second", () => {
  const waits = (await_: (system: TestSystem, self: Address<unknown>) => Promise<unknown>, system: TestSystem) =>
    actor({
      on: {
        wait: async ({ self }) => {
          await await_(system, self as never);
        },
      },
    });

  it.each([
    ["its own stop", (system: TestSystem, self: Address<unknown>) => system.stop(self)],
    ["its own drain", (system: TestSystem, self: Address<unknown>) => system.drain(self)],
  ])("of a handler that awaits %s", async (_, awaited) => {
    await using system = new TestSystem();
    using address = system.spawn(waits(awaited, system), { restart: "temporary" });
    const asked = outcomeOf(address.ask({ type: "wait" }, LONG));
    for (let ms = 0; ms < 1000; ms += 100) await system.advance(100);
    expect(deadlockIn(asked.value)).toMatchObject({ path: [address.path, address.path] });
  });

  it("of a handler that awaits the stop of an actor that asks it", async () => {
    await using system = new TestSystem();
    interface Stopper {
      stopIt(payload: { other: Address<Asker> }): Promise<void>;
      get(): string;
    }
    interface Asker {
      ask(payload: { of: Address<Stopper> }): Promise<string>;
    }
    const stopper = implement<Stopper>()({
      on: {
        stopIt: async (_, { other }) => {
          await system.stop(other);
        },
        get: () => "got",
      },
    });
    const asker = implement<Asker>()({
      on: {
        ask: async ({ self, sleep }, { of }) => {
          await sleep(50);
          return inTurnOf(self, () => of.ask({ type: "get" }, LONG));
        },
      },
    });
    using a = system.spawn(stopper, { restart: "temporary" });
    using b = system.spawn(asker, { restart: "temporary" });
    const asked = outcomeOf(b.ask({ type: "ask", of: a }, LONG));
    await quiet();
    const stopped = outcomeOf(a.ask({ type: "stopIt", other: b }, LONG));
    for (let ms = 0; ms < 1000; ms += 100) await system.advance(100);
    expect([stopped.value, asked.value].filter((value) => deadlockIn(value) !== undefined).length).toBeGreaterThan(0);
  });

  it("of a stopped hook that asks the parent, which restarts and waits for it", async () => {
    await using system = new TestSystem();
    interface Parent {
      begin(): void;
      fail(): void;
      get(): string;
    }
    const seen: unknown[] = [];
    const parent = implement<Parent>()({
      on: {
        begin: ({ spawn, self, own }) => {
          const to = self.upgrade() as Address<Parent>;
          const hooked = actor({
            stopped: async () => {
              using above = to;
              await above.ask({ type: "get" }, LONG).catch((error: unknown) => seen.push(error));
            },
            on: { go: () => {} },
          });
          own(spawn(hooked, { shutdownMs: 30_000 }));
        },
        fail: () => {
          throw new Error("bad");
        },
        get: () => "got",
      },
    });
    using address = system.spawn(parent, { restart: "permanent", backoff: { initialMs: 0, maxMs: 0 } });
    await address.ask({ type: "begin" });
    address.tell({ type: "fail" });
    for (let ms = 0; ms < 1000; ms += 100) await system.advance(100);
    expect(seen.map((error) => deadlockIn(error)?.path[0])).toEqual([expect.stringContaining(address.path)]);
    expect(await address.ask({ type: "get" })).toBe("got");
  });

  it("of a stopped hook that asks a sibling whose restart waits for it", async () => {
    await using system = new TestSystem();
    const seen: unknown[] = [];
    interface First {
      fail(): void;
      get(): string;
    }
    let first: Address<First> | undefined;
    const failing = implement<First>()({
      on: {
        fail: () => {
          throw new Error("bad");
        },
        get: () => "got",
      },
    });
    const asking = actor({
      stopped: async () => {
        await first?.ask({ type: "get" }, LONG).catch((error: unknown) => seen.push(error));
      },
      on: { go: () => {} },
    });
    const spec = supervisor({
      strategy: "one_for_all",
      children: { first: child(failing), second: child(asking, { shutdownMs: 30_000 }) },
    });
    using sup = system.supervise(spec, { name: "sup" });
    first = sup.child("first");
    await sup.started;
    first.tell({ type: "fail" });
    for (let ms = 0; ms < 1500; ms += 100) await system.advance(100);
    expect(seen.map((error) => deadlockIn(error) !== undefined)).toEqual([true]);
    expect(await first.ask({ type: "get" })).toBe("got");
    first.drop();
  });
});

describe("a wait that the runtime cannot see is reported", () => {
  interface Waiting {
    wait(payload: { of?: Address<Waiting> }): Promise<void>;
    read(payload: { of: Address<Waiting> }): void;
  }
  const waiting = implement<Waiting>()({
    on: {
      wait: async ({ self }, { of = self }) => void (await of.exited),
      read: (_, { of }) => void of.exited,
    },
  });
  const reports = (system: TestSystem) =>
    system.logged.filter(({ message }) => message === "actors may wait for each other: time-outs decide");

  it("once for an actor that awaits its own end", async () => {
    await using system = new TestSystem();
    using address = system.spawn(waiting);
    address.tell({ type: "wait" });
    await quiet();
    await system.advance(1000);
    expect(reports(system)).toHaveLength(1);
    await system.kill(address, { restart: false });
  });

  it("not for one that has only read it, and no timer is left of that", async () => {
    await using system = new TestSystem();
    using address = system.spawn(waiting);
    address.tell({ type: "read", of: address });
    await quiet();
    await system.advance(1000);
    expect(reports(system)).toHaveLength(0);
    address.tell({ type: "read", of: address });
    await quiet();
    await system.shutdown();
    expect(system.clock.pending).toBe(0);
  });
});

it("a stop that a deadlock rejects and nobody awaits ends no process", async () => {
  await using system = new TestSystem();
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const stopping = implement<{ stop(): Promise<unknown> }>()({
    on: {
      stop: ({ self }) => {
        void system.stop(self);
        return gate().promise;
      },
    },
  });
  using address = system.spawn(stopping);
  address.tell({ type: "stop" });
  await quiet();
  await system.advance(1000);
  await new Promise(setImmediate);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
  await system.kill(address, { restart: false });
});
