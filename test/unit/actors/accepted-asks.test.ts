/** Whose the addresses in the message of an ask are once it has failed: the error says so. */
import type { Address, Definition } from "@pneumatic/actors";
import { actor, bounded, priority } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

type Echo = { ping(): string };
const echo: Definition<Echo, undefined> = actor({ on: { ping: () => "pong" } });
type Carrying = { address: Address<Echo> };

const busy = actor({
  on: {
    hold: (_, { until }: { until: Promise<void> }) => until,
    take: (_, { address }: Carrying) => void address.drop(),
    fail: (_, { address }: Carrying) => {
      address.drop();
      throw new Error("bad");
    },
  },
});
type Busy = Address<{
  hold(payload: { until: Promise<void> }): unknown;
  take(payload: Carrying): void;
  fail(payload: Carrying): void;
}>;

/** A world with an actor at work, whose mailbox is full, and an address to send. */
async function world(options: object, fill: number) {
  const system = new TestSystem({ deadLetters: { keep: 0 } });
  const address = system.spawn(busy as never, options as never) as unknown as Busy;
  const held = gate();
  address.tell({ type: "hold", until: held.promise });
  await quiet();
  for (let n = 0; n < fill; n++) address.tell({ type: "hold", until: held.promise });
  const carried = system.spawn(echo);
  return { system, address, held, carried };
}
type World = Awaited<ReturnType<typeof world>>;

const full = { mailbox: bounded(1) };
const cases: [string, object, number, boolean, (world: World) => Promise<unknown>][] = [
  [
    "a full mailbox that rejects",
    { mailbox: bounded(1, { overflow: "reject" }) },
    1,
    false,
    ({ address, carried }) => rejection(address.ask({ type: "take", address: carried })),
  ],
  [
    "a full mailbox that drops the newest",
    { mailbox: bounded(1, { overflow: "dropNewest" }) },
    1,
    true,
    ({ address, carried }) => rejection(address.ask({ type: "take", address: carried })),
  ],
  [
    "a wait for room that takes too long",
    full,
    1,
    false,
    async ({ system, address, carried }) => {
      const asked = rejection(address.ask({ type: "take", address: carried }, { timeout: 10 }));
      await system.advance(10);
      return asked;
    },
  ],
  [
    "a wait in the queue that takes too long",
    full,
    0,
    true,
    async ({ system, address, carried }) => {
      const asked = rejection(address.ask({ type: "take", address: carried }, { timeout: 10 }));
      await system.advance(10);
      return asked;
    },
  ],
  [
    "a wait in a queue by rank that takes too long",
    { mailbox: priority(() => 1) },
    0,
    true,
    async ({ system, address, carried }) => {
      const asked = rejection(address.ask({ type: "take", address: carried }, { timeout: 10 }));
      await system.advance(10);
      return asked;
    },
  ],
  [
    "an end during the wait for room",
    full,
    1,
    false,
    async ({ system, address, carried }) => {
      const asked = rejection(address.ask({ type: "take", address: carried }));
      await system.kill(address, { restart: false });
      return asked;
    },
  ],
  [
    "an end during the wait in the queue",
    full,
    0,
    true,
    async ({ system, address, carried }) => {
      const asked = rejection(address.ask({ type: "take", address: carried }));
      await system.kill(address, { restart: false });
      return asked;
    },
  ],
  [
    "an actor that has ended",
    {},
    0,
    false,
    async ({ system, address, carried }) => {
      await system.kill(address, { restart: false });
      return rejection(address.ask({ type: "take", address: carried }));
    },
  ],
  [
    "a handler that throws",
    {},
    0,
    true,
    ({ held, address, carried }) => {
      const asked = rejection(address.ask({ type: "fail", address: carried }));
      held.open();
      return asked;
    },
  ],
  [
    "a message without a handler",
    {},
    0,
    true,
    ({ held, address, carried }) => {
      const asked = rejection(address.ask({ type: "none", address: carried } as never));
      held.open();
      return asked;
    },
  ],
  ["a value that is no message", {}, 0, false, ({ address }) => rejection(address.ask({ of: 1 } as never))],
];

describe("the error of an ask says whose the addresses in its message are after", () => {
  test.each(cases)("%s", async (_, options, fill, accepted, fail) => {
    const made = await world(options, fill);
    await using system = made.system;
    using address = made.address;
    const error = (await fail(made)) as { accepted?: boolean };
    expect(error.accepted).toBe(accepted);
    made.held.open();
    await quiet();
    if (accepted) expect(await made.carried.exited).toEqual({ kind: "normal" });
    else expect(await made.carried.ask({ type: "ping" })).toBe("pong");
    if (!accepted) made.carried.drop();
    void [system, address];
  });
});

describe("an ask that is aborted has given the addresses away", () => {
  test.each([
    ["before the call", 1],
    ["during the wait for room", 1],
    ["in the queue", 0],
  ])("%s", async (when, fill) => {
    const { system, address, held, carried } = await world(full, fill);
    await using _ = system;
    using __ = address;
    const controller = new AbortController();
    if (when === "before the call") controller.abort("over");
    const asked = rejection(address.ask({ type: "take", address: carried }, { signal: controller.signal }));
    controller.abort("over");
    expect(await asked).toBe("over");
    await quiet();
    expect(await carried.exited).toEqual({ kind: "normal" });
    held.open();
  });
});

test("an ask with options that cannot be takes nothing", async () => {
  const { system, address, held, carried } = await world({}, 0);
  await using _ = system;
  using __ = address;
  await rejection(address.ask({ type: "take", address: carried }, { timeout: -1, signal: AbortSignal.abort() }));
  expect(await carried.ask({ type: "ping" })).toBe("pong");
  carried.drop();
  held.open();
});
