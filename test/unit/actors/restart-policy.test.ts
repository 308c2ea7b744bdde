/** Which end is followed by a restart: every kind of restart with every way to end. */
import type { Address, ExitReason, ProtocolOf, Restart } from "@pneumatic/actors";
import { actor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");

/** Every way to end it, apart from a start that fails. */
const mortal = actor({
  state: (_: undefined, { generation }) => generation,
  on: {
    generation: ({ state }) => state,
    panic: () => {
      throw BAD;
    },
    stopSelf: (context) => context.stop(),
    hang: () => gate().promise,
  },
});

type MortalAddress = Address<ProtocolOf<typeof mortal>>;

interface End {
  readonly end: string;
  readonly reason: ExitReason;
  readonly by: (address: MortalAddress, system: TestSystem) => unknown;
  readonly restarts: readonly Restart[];
}

const ENDS: readonly End[] = [
  {
    end: "a panic",
    reason: { kind: "panicked", error: BAD, message: { type: "panic" } },
    by: (address) => address.tell({ type: "panic" }),
    restarts: ["permanent", "transient"],
  },
  {
    end: "ctx.stop()",
    reason: { kind: "normal" },
    by: (address) => address.tell({ type: "stopSelf" }),
    restarts: ["permanent"],
  },
  {
    end: "kill",
    reason: { kind: "killed" },
    by: (address, system) => system.kill(address),
    restarts: ["permanent", "transient"],
  },
  {
    end: "kill in the middle of a message",
    reason: { kind: "killed" },
    by: async (address, system) => {
      address.tell({ type: "hang" });
      await quiet();
      await system.kill(address);
    },
    restarts: ["permanent", "transient"],
  },
  {
    end: "kill without restart",
    reason: { kind: "killed" },
    by: (address, system) => system.kill(address, { restart: false }),
    restarts: [],
  },
  { end: "stop", reason: { kind: "shutdown" }, by: (address, system) => system.stop(address), restarts: [] },
  { end: "drain", reason: { kind: "shutdown" }, by: (address, system) => system.drain(address), restarts: [] },
  { end: "its last drop", reason: { kind: "normal" }, by: (address) => address.drop(), restarts: [] },
];

const KINDS: readonly Restart[] = ["permanent", "transient", "temporary"];
const TABLE = ENDS.flatMap(({ restarts, ...row }) =>
  KINDS.map((restart) => ({ ...row, restart, follows: restarts.includes(restart) ? "restarts" : "ends" })),
);

describe.each(TABLE)("a $restart actor at $end", ({ restart, by, reason, follows }) => {
  test(follows, async () => {
    await using system = new TestSystem();
    const address = system.spawn(mortal, { restart, name: "mortal" });
    await address.started;
    await by(address, system);
    await quiet();
    if (follows === "restarts") {
      expect(await address.ask({ type: "generation" })).toBe(2);
      address.drop();
    } else {
      expect(await address.exited).toEqual(reason);
      expect(system.lookup("/mortal")).toBeUndefined();
    }
  });
});

describe("an actor that nobody can reach", () => {
  test.each(KINDS)("is not restarted when it panics at its last message and is %s", async (restart) => {
    await using system = new TestSystem();
    const address = system.spawn(mortal, { restart });
    address.tell({ type: "panic" });
    address.drop();
    expect(await address.exited).toEqual({ kind: "panicked", error: BAD, message: { type: "panic" } });
    expect(system.ledger()).toMatchObject({ accepted: 1, panicked: 1 });
    expect(system.logged.map(({ message }) => message)).toEqual(["actor panicked: Error: bad: stopping"]);
  });

  test.each(["permanent", "transient"] as const)("is restarted for what is queued when it is %s", async (restart) => {
    await using system = new TestSystem();
    const address = system.spawn(mortal, { restart });
    address.tell({ type: "panic" });
    const asked = address.ask({ type: "generation" });
    address.drop();
    expect(await asked).toBe(2);
    expect(await address.exited).toEqual({ kind: "normal" });
  });

  test("is not restarted when it stops itself at its last message", async () => {
    await using system = new TestSystem();
    const address = system.spawn(mortal, { restart: "permanent" });
    address.tell({ type: "stopSelf" });
    address.drop();
    expect(await address.exited).toEqual({ kind: "normal" });
  });
});

describe("the default", () => {
  test("of a spawned actor is transient", async () => {
    await using system = new TestSystem();
    using address = system.spawn(mortal);
    address.tell({ type: "panic" });
    expect(await address.ask({ type: "generation" })).toBe(2);
    address.tell({ type: "stopSelf" });
    expect(await address.exited).toEqual({ kind: "normal" });
  });
});

test("an actor that is asked to stop while it handles a poison ends with the panic", async () => {
  await using system = new TestSystem();
  const open = gate();
  const slow = actor({
    on: {
      fail: async () => {
        await open.promise;
        throw BAD;
      },
    },
  });
  using address = system.spawn(slow, { restart: "permanent" });
  const message = { type: "fail" } as const;
  address.tell(message);
  await quiet();
  const stopped = system.stop(address);
  open.open();
  expect(await stopped).toEqual({ kind: "panicked", error: BAD, message });
});

test("an actor whose `stopped` hook throws ends as panicked", async () => {
  await using system = new TestSystem();
  const clumsy = actor({
    on: {},
    stopped: () => {
      throw BAD;
    },
  });
  using address = system.spawn(clumsy);
  await address.started;
  expect(await system.stop(address)).toEqual({ kind: "panicked", error: BAD, message: undefined });
});

test("an actor whose `stopped` hook throws before a restart restarts", async () => {
  await using system = new TestSystem();
  let throws = true;
  const clumsy = actor({
    on: {
      fail: () => {
        throw BAD;
      },
      generation: ({ generation }) => generation,
    },
    stopped: () => {
      if (throws) throw BAD;
    },
  });
  using address = system.spawn(clumsy);
  address.tell({ type: "fail" });
  expect(await address.ask({ type: "generation" })).toBe(2);
  throws = false;
});
