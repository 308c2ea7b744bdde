/** Whose an address is after a retry, a reply to nobody, a stash: each actor ends once its users have let go of it. */
import type { Address } from "@pneumatic/actors";
import { actor, implement, retry } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Listener {
  hear(payload: { what: string }): void;
}

interface Source {
  watchWith(payload: { listener: Address<Listener>; fails: number; how?: "stash" | "later" }): void;
  unstash(): void;
}

function listening(heard: string[]) {
  return implement<Listener>()({ on: { hear: (_, { what }) => void heard.push(what) } });
}

const source = implement<Source>()({
  on: {
    watchWith: async (context, { listener, fails, how }) => {
      using own = listener;
      if (how === "later") await undefined;
      if (context.attempt <= fails) throw new Error(`attempt ${context.attempt}`);
      own.tell({ type: "hear", what: `attempt ${context.attempt}` });
    },
    unstash: ({ unstashAll }) => unstashAll(),
  },
});

const RETRIES = {
  poison: retry(2),
  backoff: { initialMs: 0, maxMs: 0 },
  intensity: { restarts: 10, withinMs: 1000 },
} as const;

describe("an attempt of retry", () => {
  it.each([
    [0, ["attempt 1"]],
    [1, ["attempt 2"]],
    [2, ["attempt 3"]],
    [3, []],
  ])("has handles of its own when %i fail", async (fails, wanted) => {
    for (const send of ["tell", "ask"] as const) {
      await using system = new TestSystem();
      const heard: string[] = [];
      using address = system.spawn(source, RETRIES);
      const listener = system.spawn(listening(heard));
      let end = "none";
      void listener.exited.then(({ kind }) => {
        end = kind;
      });
      const message = { type: "watchWith", listener, fails } as const;
      if (send === "tell") address.tell(message);
      else await address.ask(message).catch((error) => expect(error.code).toBe("ERR_ACTOR_PANICKED"));
      for (let ms = 0; ms < 10; ms++) await system.advance(1);
      expect([heard, end]).toEqual([wanted, "normal"]);
    }
  });

  it("has them in what is nested, and keeps the message for a dead letter that is sent once more", async () => {
    await using system = new TestSystem();
    const heard: string[] = [];
    const listener = system.spawn(listening(heard));
    const nested = actor({
      on: {
        take: (_, { list }: { list: { to: Address<Listener> }[] }) => {
          for (const { to } of list) {
            using own = to;
            own.tell({ type: "hear", what: "now" });
          }
          throw new Error("bad");
        },
      },
    });
    using address = system.spawn(nested, RETRIES);
    let end = "none";
    void listener.exited.then(({ kind }) => {
      end = kind;
    });
    address.tell({ type: "take", list: [{ to: listener.clone() }, { to: listener }] });
    for (let ms = 0; ms < 10; ms++) await system.advance(1);
    expect([heard.length, end]).toEqual([6, "normal"]);
  });
});

interface Desk {
  open(payload: { until: Promise<void> }): Promise<{ session: Address<Listener> }>;
}

describe("a reply with an address in it", () => {
  const desk = implement<Desk>()({
    on: {
      open: async ({ spawn }, { until }) => {
        await until;
        return { session: spawn(listening([])) };
      },
    },
  });

  it.each(["a time-out", "an abort"])("is dropped when its caller has given up by %s", async (how) => {
    await using system = new TestSystem();
    using address = system.spawn(desk);
    let open = (): void => {};
    const until = new Promise<void>((resolve) => {
      open = resolve;
    });
    const caller = new AbortController();
    const asked = address.ask({ type: "open", until }, { timeout: 50, signal: caller.signal }).catch(() => "given up");
    await quiet();
    if (how === "an abort") caller.abort();
    else await system.advance(50);
    expect(await asked).toBe("given up");
    open();
    await quiet();
    expect(system.ledger().handled).toBe(1);
    expect((await system.inspect()).living).toBe(1); // the desk
  });

  it("is dropped when its actor was killed meanwhile", async () => {
    await using system = new TestSystem();
    const shared = system.spawn(listening([]));
    let open = (): void => {};
    const until = new Promise<void>((resolve) => {
      open = resolve;
    });
    const lender = actor({
      on: {
        lend: async (_, { from, wait }: { from: { address: Address<Listener> }; wait: Promise<void> }) => {
          const lent = from.address.clone();
          await wait;
          return lent;
        },
      },
    });
    const address = system.spawn(lender);
    const asked = address.ask({ type: "lend", from: { address: shared }, wait: until }).catch(() => "lost");
    await quiet();
    await system.kill(address, { restart: false });
    expect(await asked).toBe("lost");
    shared.drop();
    open();
    await quiet();
    expect((await shared.exited).kind).toBe("normal");
  });

  it("stays the caller's while it waits", async () => {
    await using system = new TestSystem();
    using address = system.spawn(desk);
    const { session } = await address.ask({ type: "open", until: Promise.resolve() });
    await quiet();
    session.tell({ type: "hear", what: "hello" });
    session.drop();
    expect((await session.exited).kind).toBe("normal");
  });
});
