/** A handler that gives up along with its caller is no panic: its message expires, and the actor goes on with its state. */
import { runInNewContext } from "node:vm";
import type { Address, Context } from "@pneumatic/actors";
import { AskTimeoutError, implement, retry } from "@pneumatic/actors";
import { syncChannel } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Worker {
  work(payload: { how: (context: Context<State, Worker>) => unknown }): unknown;
  count(): number;
}
interface State {
  count: number;
}

const worker = implement<Worker>()({
  state: (): State => ({ count: 0 }),
  on: {
    work: (context, { how }) => {
      context.state.count++;
      return how(context);
    },
    count: ({ state }) => state.count,
  },
});
type Work = Parameters<Worker["work"]>[0]["how"];
const work = (how: Work) => ({ type: "work", how }) as const;

/** Resolves with the reason of the signal when it aborts. */
const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));

/** Returns a handler that waits until its caller has given up, then throws what `make` returns. */
function throwing(make: (reason: unknown) => unknown): Work {
  return async ({ signal }) => {
    throw make(await aborted(signal));
  };
}

function named(name: string): Error {
  return Object.assign(new Error("bad"), { name });
}

async function sendTimedOut(): Promise<unknown> {
  const [sender] = syncChannel<number>(0);
  const sent = await sender.send(1, { timeout: 0 });
  return sent.ok ? undefined : sent.error;
}

const GIVING_UP: Record<string, Work> = {
  "the reason of its signal": throwing((reason) => reason),
  "the rejection of ctx.sleep": (context) => context.sleep(60_000),
  "the rejection of ctx.sleep with the signal": ({ sleep, signal }) => sleep(60_000, { signal }),
  "the rejection of ctx.sleep with another signal": ({ sleep }) =>
    sleep(60_000, { signal: new AbortController().signal }),
  "the rejection of a sleep that begins too late": async ({ signal, sleep }) => {
    await aborted(signal);
    await sleep(1);
  },
  "an AbortError": throwing(() => new DOMException("aborted", "AbortError")),
  "a TimeoutError": throwing(() => new DOMException("timed out", "TimeoutError")),
  "any error of that name": throwing(() => named("AbortError")),
  "an AskTimeoutError": throwing(() => new AskTimeoutError("/other", "get", 10)),
  "a SendTimeoutError": async ({ signal }) => {
    await aborted(signal);
    throw await sendTimedOut();
  },
  "an error of another realm": throwing(() =>
    runInNewContext("Object.assign(new Error('aborted'), { name: 'AbortError' })"),
  ),
  "an error with the reason as its cause": throwing((cause) => new Error("bad", { cause })),
  "an error with an AbortError deep in its causes": throwing(
    () => new Error("bad", { cause: new TypeError("worse", { cause: named("TimeoutError") }) }),
  ),
  "an AggregateError with the reason as its cause": throwing((cause) => new AggregateError([], "bad", { cause })),
};

const PANICS: Record<string, Work> = {
  "an error of its own": throwing(() => new Error("bad")),
  "an error with another cause": throwing(() => new Error("bad", { cause: new RangeError("worse") })),
  "an AggregateError of reasons": throwing((reason) => new AggregateError([reason, named("AbortError")], "bad")),
  "an error that is its own cause": throwing(() => {
    const error = new Error("bad");
    return Object.assign(error, { cause: error });
  }),
  "an error with causes without an end": throwing(() => {
    const endless = (): object => ({ name: "Error", get cause() { return endless(); } }); // biome-ignore format: short
    return endless();
  }),
  "an error whose name cannot be read": throwing(() => ({
    get name(): string {
      throw new Error("no");
    },
  })),
  undefined: throwing(() => undefined),
  "a text": throwing(() => "AbortError"),
};

type GiveUp = "abort" | "abort for a reason" | "abort for a text" | "timeout";
const WAYS: readonly GiveUp[] = ["abort", "abort for a reason", "abort for a text", "timeout"];

/** Asks `address` for the work and gives up while it is in hand. */
async function giveUpOn(system: TestSystem, address: Address<Worker>, how: Work, way: GiveUp = "abort") {
  const controller = new AbortController();
  const asked = rejection(address.ask(work(how), { timeout: 1000, signal: controller.signal }));
  await quiet();
  if (way === "abort") controller.abort();
  else if (way === "abort for a reason") controller.abort(new RangeError("hung up"));
  else if (way === "abort for a text") controller.abort("hung up");
  await system.advance(way === "timeout" ? 1000 : 0);
  return asked;
}

describe.each(WAYS)("once the caller has given up by %s", (way) => {
  test.each(Object.entries(GIVING_UP))("it is no panic if the handler throws %s", async (_, how) => {
    await using system = new TestSystem();
    using address = system.spawn(worker, { intensity: { restarts: 0, withinMs: 1 } });
    await giveUpOn(system, address, how, way);
    expect(await address.ask({ type: "count" })).toBe(1);
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 1, expired: 1, panicked: 0 });
    expect(system.logged.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
  });

  test.each(Object.entries(PANICS))("it is a panic as ever if the handler throws %s", async (_, how) => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await giveUpOn(system, address, how, way);
    expect(await address.ask({ type: "count" })).toBe(0);
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 1, expired: 0, panicked: 1 });
  });
});

describe("giving up", () => {
  test("is a panic while the caller waits", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const thrown = await rejection(
      address.ask(
        work(() => {
          throw named("AbortError");
        }),
      ),
    );
    expect(thrown).toMatchObject({ code: "ERR_ACTOR_PANICKED" });
    expect(await address.ask({ type: "count" })).toBe(0);
  });

  test("is a panic of a tell, which nobody waits for", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    address.tell(
      work(() => {
        throw named("AbortError");
      }),
    );
    expect(await address.ask({ type: "count" })).toBe(0);
  });

  test("is possible at once, in a handler that gives itself up", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const controller = new AbortController();
    const asked = rejection(
      address.ask(
        work(() => {
          controller.abort(new Error("enough"));
          throw controller.signal.reason;
        }),
        { signal: controller.signal },
      ),
    );
    const next = address.ask({ type: "count" });
    expect(await asked).toMatchObject({ message: "enough" });
    expect(await next).toBe(1);
    expect(system.ledger()).toMatchObject({ handled: 1, expired: 1, panicked: 0 });
  });

  test("writes one line of level debug", async () => {
    await using system = new TestSystem({ logLevel: "debug" });
    using address = system.spawn(worker, { name: "worker" });
    await giveUpOn(system, address, ({ sleep }) => sleep(5000));
    const lines = system.logged.filter(({ message }) => message?.includes("given up"));
    expect(lines).toMatchObject([{ level: "debug", fields: { actor: "/worker", type: "work" } }]);
  });

  test("is handled if the handler replies all the same", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await giveUpOn(system, address, async ({ signal }) => void (await aborted(signal)));
    expect(system.ledger()).toMatchObject({ handled: 1, expired: 0 });
  });

  test("spends no attempt of a retry, and does not come to the next message", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker, { poison: retry(3) });
    let calls = 0;
    await giveUpOn(system, address, ({ sleep }) => {
      calls++;
      return sleep(5000);
    });
    expect(calls).toBe(1);
    expect(await address.ask(work(({ attempt }) => attempt))).toBe(1);
    expect(system.ledger()).toMatchObject({ handled: 1, expired: 1, panicked: 0 });
  });

  test("undoes the stash of the message", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await giveUpOn(system, address, ({ stash, sleep }) => {
      stash();
      return sleep(5000);
    });
    expect(await address.ask(work(({ unstashAll }) => unstashAll()))).toBeUndefined();
    expect(system.ledger()).toMatchObject({ handled: 1, expired: 1, stashed: 0 });
  });

  test("goes along a chain of actors, and leaves each of them as it is", async () => {
    await using system = new TestSystem();
    using first = system.spawn(worker);
    using second = system.spawn(worker);
    using third = system.spawn(worker);
    const pass =
      (to: Address<Worker>, how: Work): Work =>
      ({ signal }) =>
        to.ask(work(how), { signal });
    await giveUpOn(
      system,
      first,
      pass(
        second,
        pass(third, ({ sleep }) => sleep(60_000)),
      ),
    );
    expect(await Promise.all([first, second, third].map((each) => each.ask({ type: "count" })))).toEqual([1, 1, 1]);
    expect(system.ledger()).toMatchObject({ handled: 3, expired: 3, panicked: 0 });
  });

  test.each(["panic", "kill", "stop"] as const)("follows when its caller, an actor, ends by %s", async (end) => {
    await using system = new TestSystem();
    using caller = system.spawn(worker, { shutdownMs: 0 });
    using asked = system.spawn(worker);
    const failure = gate();
    caller.tell(
      work(async ({ signal }) => {
        asked.ask(
          work(({ sleep }) => sleep(60_000)),
          { signal },
        );
        await failure.promise;
      }),
    );
    await quiet();
    if (end === "panic") failure.fail(new RangeError("bad"));
    else if (end === "kill") await system.kill(caller);
    else {
      void system.stop(caller);
      failure.open();
    }
    await quiet();
    expect(await asked.ask({ type: "count" })).toBe(1);
    expect(system.ledger()).toMatchObject({ expired: 1, panicked: end === "panic" ? 1 : 0 });
  });

  test("ends no pool, however many callers hang up", async () => {
    await using system = new TestSystem();
    using pool = system.route(worker, { strategy: "round_robin", size: 2 });
    for (let caller = 0; caller < 20; caller++) await giveUpOn(system, pool, ({ sleep }) => sleep(5000));
    const counts = await Promise.all([pool.ask({ type: "count" }), pool.ask({ type: "count" })]);
    expect(counts).toEqual([10, 10]);
    expect(system.ledger()).toMatchObject({ expired: 20, handled: 2, panicked: 0 });
  });

  test("lets a pending stop of the actor come to pass", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    const controller = new AbortController();
    const asked = rejection(
      address.ask(
        work(({ sleep }) => sleep(5000)),
        { signal: controller.signal },
      ),
    );
    await quiet();
    const stopped = system.stop(address);
    controller.abort();
    await asked;
    expect(await stopped).toEqual({ kind: "shutdown" });
    expect(system.ledger()).toMatchObject({ expired: 1, panicked: 0 });
  });

  test("ends a sleep of another ask not at all", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    await giveUpOn(system, address, ({ sleep }) => sleep(5000));
    const slept = address.ask(
      work(async ({ sleep }) => {
        await sleep(10);
        return "rested";
      }),
    );
    await quiet();
    await system.advance(10);
    expect(await slept).toBe("rested");
  });
});
