/** An actor handles one message at a time, in order, whatever its handlers return or throw. */
import { actor, bounded } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

describe("the handlers of one actor", () => {
  test("never overlap, also across awaits", async () => {
    await using system = new TestSystem();
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const busy = actor({
      on: {
        work: async (_, { n, hops }: { n: number; hops: number }) => {
          most = Math.max(most, ++running);
          for (let hop = 0; hop < hops; hop++) await Promise.resolve();
          order.push(n);
          running--;
        },
      },
    });
    using address = system.spawn(busy);
    for (const n of numbers(100)) address.tell({ type: "work", n, hops: (n * 7) % 5 });
    await quiet();
    expect(most).toBe(1);
    expect(order).toEqual(numbers(100));
  });

  test("keep the order of a sender when sync and async ones take turns", async () => {
    await using system = new TestSystem();
    const order: number[] = [];
    const mixed = actor({
      on: {
        now: (_, { n }: { n: number }) => {
          order.push(n);
        },
        later: async (_, { n }: { n: number }) => {
          await Promise.resolve();
          order.push(n);
        },
      },
    });
    using address = system.spawn(mixed);
    for (const n of numbers(300)) address.tell({ type: n % 3 === 0 ? "later" : "now", n });
    await quiet();
    expect(order).toEqual(numbers(300));
  });

  test("keep the order of a sender when it tells, asks, sends and tries in turn", async () => {
    await using system = new TestSystem();
    const order: number[] = [];
    const recorder = actor({ on: { put: (_, { n }: { n: number }) => order.push(n) } });
    using address = system.spawn(recorder, { mailbox: bounded(1000) });
    for (const n of numbers(200)) {
      const message = { type: "put", n } as const;
      if (n % 4 === 0) address.tell(message);
      else if (n % 4 === 1) void address.ask(message);
      else if (n % 4 === 2) void address.send(message);
      else address.trySend(message);
    }
    await quiet();
    expect(order).toEqual(numbers(200));
  });

  test("are not begun while an earlier one awaits", async () => {
    await using system = new TestSystem();
    const open = gate();
    const begun: string[] = [];
    const slow = actor({
      on: {
        wait: async () => {
          begun.push("wait");
          await open.promise;
        },
        next: () => begun.push("next"),
      },
    });
    using address = system.spawn(slow);
    address.tell({ type: "wait" });
    const next = address.ask({ type: "next" });
    expect(await isPending(next)).toBe(true);
    expect(begun).toEqual(["wait"]);
    open.open();
    expect(await next).toBe(2);
  });

  test("are not run inside the call that sends to them", async () => {
    await using system = new TestSystem();
    let ran = false;
    const quick = actor({
      on: {
        go: () => {
          ran = true;
        },
      },
    });
    using address = system.spawn(quick);
    await address.started;
    address.tell({ type: "go" });
    expect(ran).toBe(false);
    await quiet();
    expect(ran).toBe(true);
  });

  test("do not begin before `state` and `started` are through", async () => {
    await using system = new TestSystem();
    const state = gate<string>();
    const started = gate();
    const seen: unknown[] = [];
    const late = actor({
      state: () => state.promise,
      started: () => started.promise,
      on: { look: (context) => seen.push(context.state) },
    });
    using address = system.spawn(late);
    address.tell({ type: "look" });
    await quiet();
    state.open("ready");
    await quiet();
    expect(seen).toEqual([]);
    started.open();
    await quiet();
    expect(seen).toEqual(["ready"]);
  });
});

const THEN = "then";

/** An object whose `then` is what `read` returns each time. */
function thenable(read: () => unknown): object {
  return Object.defineProperty({}, THEN, { get: read });
}

describe("a handler that returns a thenable", () => {
  test.each([
    ["an object", (then: unknown) => ({ then })],
    ["a function", (then: unknown) => Object.assign(() => {}, { then })],
  ])("is awaited like any promise when the thenable is %s", async (_, wrap) => {
    await using system = new TestSystem();
    let settle: ((value: string) => void) | undefined;
    const made = wrap((resolve: (value: string) => void) => {
      settle = resolve;
    });
    const odd = actor({ on: { odd: () => made as unknown as Promise<string>, next: () => "next" } });
    using address = system.spawn(odd);
    const first = address.ask({ type: "odd" });
    const second = address.ask({ type: "next" });
    expect(await isPending(second)).toBe(true);
    settle?.("done");
    expect(await first).toBe("done");
    expect(await second).toBe("next");
  });

  test.each([
    [
      "calls back with an error",
      (_: unknown, reject: (error: Error) => void) => {
        reject(new Error("bad"));
      },
    ],
    [
      "throws",
      () => {
        throw new Error("bad");
      },
    ],
  ])("panics when the thenable %s", async (_, then) => {
    await using system = new TestSystem();
    const odd = actor({ on: { odd: () => ({ then }), next: () => "next" } });
    using address = system.spawn(odd);
    const first = address.ask({ type: "odd" });
    const second = address.ask({ type: "next" });
    expect(await rejection(first)).toMatchObject({ code: "ERR_ACTOR_PANICKED", cause: new Error("bad") });
    expect(await second).toBe("next");
  });

  test("panics when its `then` cannot be read", async () => {
    await using system = new TestSystem();
    const trap = thenable(() => {
      throw new Error("trap");
    });
    const odd = actor({ on: { odd: () => trap, next: () => "next" } });
    using address = system.spawn(odd);
    const first = address.ask({ type: "odd" });
    const second = address.ask({ type: "next" });
    expect(await rejection(first)).toMatchObject({ code: "ERR_ACTOR_PANICKED", cause: new Error("trap") });
    expect(await second).toBe("next");
  });

  test("panics once when its `then` can be read once only", async () => {
    await using system = new TestSystem();
    let reads = 0;
    const trap = thenable(() => {
      if (reads++ > 0) throw new Error("trap");
      return () => {};
    });
    const odd = actor({ on: { odd: () => trap, next: () => "next" } });
    using address = system.spawn(odd);
    const first = address.ask({ type: "odd" });
    const second = address.ask({ type: "next" });
    expect(await rejection(first)).toMatchObject({ code: "ERR_ACTOR_PANICKED" });
    expect(await second).toBe("next");
    expect(system.ledger().panicked).toBe(1);
  });
});

test.each([
  ["an error", new Error("bad")],
  ["undefined", undefined],
  ["null", null],
  ["a string", "bad"],
  ["a symbol", Symbol("bad")],
  ["an object without a prototype", Object.create(null)],
  [
    "an object that cannot be printed",
    {
      toString(): string {
        throw new Error("unprintable");
      },
    },
  ],
  ["a function", () => {}],
])("a handler that throws %s panics its actor and nothing else", async (_, thrown) => {
  await using system = new TestSystem();
  const thrower = actor({
    on: {
      throws: () => {
        throw thrown;
      },
      rejects: () => Promise.reject(thrown),
      next: () => "next",
    },
  });
  using address = system.spawn(thrower, { intensity: { restarts: 10, withinMs: 1000 }, backoff: { initialMs: 0 } });
  const asks = [() => address.ask({ type: "throws" }), () => address.ask({ type: "rejects" })];
  address.tell({ type: "throws" });
  address.tell({ type: "rejects" });
  for (const ask of asks) {
    expect(await rejection(ask())).toMatchObject({ code: "ERR_ACTOR_PANICKED", cause: thrown });
    expect(await address.ask({ type: "next" })).toBe("next");
  }
  expect(system.ledger()).toMatchObject({ panicked: 4, handled: 2 });
});
