/** What is over is let go of: nothing keeps what nobody can reach. */
import type { Address, ProtocolOf } from "@pneumatic/actors";
import { actor, bounded } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const echo = actor({
  on: {
    put: (_, { load }: { load: object }) => load,
    hold: (_, { until }: { until: Promise<void> }) => until,
    fail: (_, { load }: { load: object }) => {
      throw new Error(`bad: ${typeof load}`);
    },
  },
});

const FOR_EVER = { timeout: Number.POSITIVE_INFINITY };

describe("a message", () => {
  test.each(["tell", "send", "ask"] as const)("is let go of once it is handled, sent by %s", async (by) => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    const send = async (): Promise<WeakRef<object>> => {
      const load = {};
      await (by === "ask" ? address.ask({ type: "put", load }) : address[by]({ type: "put", load }));
      return new WeakRef(load);
    };
    const reference = await send();
    await quiet();
    expect(await isCollected(reference)).toBe(true);
  });

  test("of an ask is let go of once it has settled, whatever its timeout and however it does", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo, { mailbox: bounded(2), backoff: { initialMs: 0 } });
    const { signal } = new AbortController();
    const controller = new AbortController();
    const ask = async (type: "put" | "fail", options?: object): Promise<WeakRef<object>> => {
      const load = {};
      const asked = type === "put" ? address.ask({ type, load }, options) : address.ask({ type, load }, options);
      await asked.catch(() => {});
      return new WeakRef(load);
    };
    const open = gate();
    const references = [await ask("put"), await ask("put", FOR_EVER), await ask("put", { signal, timeout: 60_000 })];
    references.push(await ask("fail", FOR_EVER));
    address.tell({ type: "hold", until: open.promise });
    await quiet();
    const pending = [ask("put", { timeout: 5 }), ask("put", { ...FOR_EVER, signal: controller.signal })];
    pending.push(ask("put", { timeout: 6 }), ask("put", { ...FOR_EVER, signal: controller.signal }));
    controller.abort();
    await system.advance(10);
    references.push(...(await Promise.all(pending)));
    expect(await isCollected(...references)).toBe(true);
    open.open();
    await quiet();
  });
});

describe("an actor", () => {
  test("that has ended is let go of with its args and its state", async () => {
    await using system = new TestSystem();
    const owner = actor({ state: (args: { load: object }) => ({ args, own: {} }), on: { look: ({ state }) => state } });
    const live = async (): Promise<WeakRef<object>[]> => {
      const load = {};
      const address = system.spawn(owner, { args: { load }, name: "owner" });
      const state = await address.ask({ type: "look" });
      const references = [load, state, state.own, address].map((each) => new WeakRef<object>(each));
      address.drop();
      await address.exited;
      return references;
    };
    const references = await live();
    expect(await isCollected(...references)).toBe(true);
  });

  test("lets go of the state and the context of an incarnation that has ended", async () => {
    await using system = new TestSystem();
    const seen: WeakRef<object>[] = [];
    const fragile = actor({
      state: () => ({ load: {} }),
      started: (context) => {
        seen.push(new WeakRef(context), new WeakRef(context.state.load));
      },
      on: {
        fail: () => {
          throw new Error("bad");
        },
        get: () => "alive",
      },
    });
    using address = system.spawn(fragile);
    await rejection(address.ask({ type: "fail" }));
    expect(await address.ask({ type: "get" })).toBe("alive");
    expect(await isCollected(...seen.slice(0, 2))).toBe(true);
    expect(seen).toHaveLength(4);
    expect(seen[3]?.deref()).toBeDefined();
  });
});

describe("an address that was dropped", () => {
  test.each(["an actor", "a system"])("is let go of by its owner in the long run: %s", async (owner) => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    const keeper = actor({
      on: {
        keep: ({ own }, { given }: { given: Address<ProtocolOf<typeof echo>> }) => {
          (owner === "an actor" ? own(given) : system.own(given)).drop();
        },
      },
    });
    using keeping = system.spawn(keeper);
    const give = (): WeakRef<object> => {
      const given = address.clone();
      keeping.tell({ type: "keep", given });
      return new WeakRef(given);
    };
    const first = give();
    for (let n = 0; n < 64; n++) give();
    await quiet();
    expect(await isCollected(first)).toBe(true);
  });

  test("is not mistaken for one that is held: that one is dropped with its owner", async () => {
    await using system = new TestSystem();
    const held = system.spawn(echo);
    const keeper = actor({
      state: (_: undefined, { own }) => {
        own(held);
        for (let n = 0; n < 200; n++) own(held.clone()).drop();
      },
      on: {},
    });
    system.spawn(keeper).drop();
    await quiet();
    expect(await Promise.race([held.exited, "alive"])).toEqual({ kind: "normal" });
  });
});
