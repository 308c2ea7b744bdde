/** A priority mailbox: what is urgent goes first, whatever the function that says so does. */
import type { Address, MessageOf, Overflow } from "@pneumatic/actors";
import { actor, implement, MailboxFullError, priority } from "@pneumatic/actors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesInUse } from "../../support/garbage.ts";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Desk {
  hold(): void;
  put(payload: { rank: unknown; id?: unknown }): unknown;
}

type RankOf = (message: MessageOf<Desk>) => number;

const byRank: RankOf = (message) => (message.type === "put" ? (message.rank as number) : 0);
const put = (rank: unknown, id: unknown = rank) => ({ type: "put", rank, id }) as const;

/** An actor that is busy until `open`, and notes what it handles then. */
async function desk(rankOf: RankOf = byRank, options?: { capacity?: number; overflow?: Overflow }) {
  const system = new TestSystem();
  const open = gate();
  const seen: unknown[] = [];
  const definition = implement<Desk>()({
    on: {
      hold: () => open.promise,
      put: (_, { id }) => {
        seen.push(id);
        return id;
      },
    },
  });
  const address: Address<Desk> = system.spawn(definition, { name: "desk", mailbox: priority(rankOf, options) });
  address.tell({ type: "hold" });
  await quiet();
  const handled = async () => {
    open.open();
    await quiet();
    return seen;
  };
  return { system, address, handled };
}

test("the lowest number is handled first, and equals in the order they were sent", async () => {
  const { system, address, handled } = await desk();
  await using _ = system;
  address.tell(put(2, "c"));
  address.trySend(put(1, "b1"));
  void address.send(put(1, "b2"));
  const asked = address.ask(put(-1, "a"));
  address.tell(put(Number.POSITIVE_INFINITY, "d"));
  address.tell(put(1, "b3"));
  expect(await handled()).toEqual(["a", "b1", "b2", "b3", "c", "d"]);
  expect(await asked).toBe("a");
});

test("any sequence of sends and of asks given up is handled as a stable sort would order it", async () => {
  const ranks = fc.array(fc.record({ rank: fc.oneof(fc.nat(4), fc.nat(10_000)), gone: fc.boolean() }), {
    maxLength: 300,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(ranks, async (sends) => {
      const { system, address, handled } = await desk();
      await using _ = system;
      const controller = new AbortController();
      for (const [id, { rank, gone }] of sends.entries()) {
        if (gone) void address.ask(put(rank, id), { signal: controller.signal });
        else address.tell(put(rank, id));
      }
      controller.abort();
      const left = [...sends.entries()].filter(([, { gone }]) => !gone);
      const sorted = left.toSorted(([, one], [, other]) => one.rank - other.rank);
      expect(system.ledger(address)).toMatchObject({ queued: left.length, expired: sends.length - left.length });
      expect(await handled()).toEqual(sorted.map(([id]) => id));
    }),
    { numRuns: 60 },
  );
});

test("a queue that drains and grows again keeps its order", async () => {
  const { system, address, handled } = await desk();
  await using _ = system;
  for (const rank of numbers(200).reverse()) address.tell(put(rank));
  expect(await handled()).toEqual(numbers(200));
  for (const rank of [3, 1, 2]) address.tell(put(rank, `again ${rank}`));
  expect((await handled()).slice(200)).toEqual(["again 1", "again 2", "again 3"]);
});

test("a queue that has drained gives its memory back", async () => {
  const { system, address, handled } = await desk(() => 0);
  await using _ = system;
  const before = await bytesInUse();
  for (const __ of numbers(100_000)) void address.trySend({ type: "hold" });
  expect((await bytesInUse()) - before).toBeGreaterThan(1_000_000);
  await handled();
  expect(system.ledger(address)).toMatchObject({ queued: 0, handled: 100_001 });
  expect((await bytesInUse()) - before).toBeLessThan(1_000_000);
});

describe("a message whose priority cannot be told", () => {
  const bad = new Error("bad");
  const fail = (): never => {
    throw bad;
  };

  test.each([
    ["throws", fail, bad],
    ["returns NaN", () => Number.NaN, Number.NaN],
    ["returns nothing", () => undefined as unknown as number, undefined],
    ["returns a bigint", () => 0n as unknown as number, 0n],
  ] as const)("goes last and is logged when the function %s", async (_name, rank, err) => {
    const { system, address, handled } = await desk((message) =>
      message.type === "put" && message.rank === "bad" ? rank() : byRank(message),
    );
    await using _ = system;
    address.tell(put("bad", "x"));
    expect(kindOf(await address.send(put("bad", "y")))).toBe("ok");
    const asked = address.ask(put("bad", "z"));
    address.tell(put(1_000_000, "last of the good"));
    expect(await handled()).toEqual(["last of the good", "x", "y", "z"]);
    expect(await asked).toBe("z");
    const complaints = system.logged.filter(({ level }) => level === "error");
    expect(complaints.map(({ fields }) => fields)).toMatchObject([
      { actor: "/desk", type: "put", total: 1 },
      { actor: "/desk", type: "put", total: 2 },
    ]);
    expect(complaints[0]?.fields["err"]).toBe(err);
    expect(system.ledger(address)).toMatchObject({ accepted: 5, handled: 5 });
  });
});

test("what the function itself sends is queued like anything else", async () => {
  let self: Address<Desk> | undefined;
  let depth = 0;
  const { system, address, handled } = await desk((message) => {
    if (depth++ < 3) self?.tell(put(0, `sent by the function ${depth}`));
    return byRank(message);
  });
  await using _ = system;
  depth = 0;
  self = address;
  address.tell(put(0, "outer"));
  expect(system.ledger(address)).toMatchObject({ queued: 4 });
  expect(new Set(await handled())).toEqual(new Set(["outer", ...[1, 2, 3].map((n) => `sent by the function ${n}`)]));
});

test("an ask that the function aborts is neither accepted nor handled", async () => {
  const controller = new AbortController();
  const { system, address, handled } = await desk((message) => {
    if (message.type === "put") controller.abort("enough");
    return 0;
  });
  await using _ = system;
  expect(await rejection(address.ask(put(1), { signal: controller.signal }))).toBe("enough");
  expect(system.ledger(address)).toMatchObject({ accepted: 1, queued: 0 });
  expect(await handled()).toEqual([]);
});

describe.each([1, 3])("a function that fills the mailbox of %i it ranks for", (capacity) => {
  test.each(["wait", "reject", "dropOldest", "dropNewest"] as const)("never exceeds it: %s", async (overflow) => {
    let address: Address<Desk> | undefined;
    const fill: RankOf = (message) => {
      if (message.type === "put" && message.rank === "fill")
        for (const n of numbers(2 * capacity)) address?.tell(put(n));
      return 5;
    };
    const it = await desk(fill, { capacity, overflow });
    await using system = it.system;
    address = it.address;
    address.tell(put("fill"));
    void address.ask(put("fill"));
    expect(system.ledger(address).queued).toBe(capacity);
    expect(await it.handled()).toHaveLength(capacity + (overflow === "wait" ? 1 : 0));
  });
});

test.each(["kill", "drop"] as const)(
  "a function that ends its actor by %s leaves no message unaccounted for",
  async (by) => {
    let end = (): void => {};
    const { system, address } = await desk((message) => {
      if (message.type === "put") end();
      return 0;
    });
    await using _ = system;
    end = () => (by === "drop" ? address.drop() : void system.kill(address, { restart: false }));
    const reason = by === "drop" ? "draining" : "stopped";
    address.tell(put(1));
    expect(system.ledger(address).deadLettered).toMatchObject({ [reason]: 1 });
    await system.kill(address, { restart: false });
  },
);

describe("a full priority mailbox", () => {
  test("that drops the oldest gives up the least urgent, the oldest of them", async () => {
    const { system, address, handled } = await desk(byRank, { capacity: 3, overflow: "dropOldest" });
    await using _ = system;
    for (const [rank, id] of [
      [0, "a"],
      [2, "b"],
      [2, "c"],
    ] as const)
      address.tell(put(rank, id));
    address.tell(put(2, "d"));
    address.tell(put(1, "e"));
    expect(system.deadLetters().map(({ message, reason }) => [(message as { id: string }).id, reason])).toEqual([
      ["b", "overflow"],
      ["c", "overflow"],
    ]);
    expect(await handled()).toEqual(["a", "e", "d"]);
  });

  test("that drops the oldest gives up what is less urgent than all", async () => {
    const { system, address, handled } = await desk(byRank, { capacity: 2, overflow: "dropOldest" });
    await using _ = system;
    for (const rank of [1, 2]) address.tell(put(rank));
    expect(kindOf(address.trySend(put(3)))).toBe("ok");
    expect(await rejection(address.ask(put(4)))).toBeInstanceOf(MailboxFullError);
    const asked = rejection(address.ask(put(2, "asked")));
    address.tell(put(0));
    expect(await asked).toBeInstanceOf(MailboxFullError);
    expect(system.ledger(address)).toMatchObject({ accepted: 7, queued: 2, deadLettered: { overflow: 4 } });
    expect(await handled()).toEqual([0, 1]);
  });

  test("that drops the oldest knows what was given up meanwhile, or handled", async () => {
    const { system, address, handled } = await desk(byRank, { capacity: 3, overflow: "dropOldest" });
    await using _ = system;
    const gone = rejection(address.ask(put(9, "gone"), { timeout: 10 }));
    for (const rank of [1, 2]) address.tell(put(rank));
    await system.advance(10);
    await gone;
    for (const rank of [3, 0]) address.tell(put(rank));
    expect(system.deadLetters().map(({ message }) => message)).toEqual([put(3)]);
    expect(await handled()).toEqual([0, 1, 2]);
    for (const rank of [8, 7, 6, 5]) address.tell(put(rank));
    expect(system.deadLetters().map(({ message }) => message)).toEqual([put(3), put(8)]);
    expect(await handled()).toEqual([0, 1, 2, 5, 6, 7]);
  });

  test("that waits admits in the order of arrival, and orders what it has admitted", async () => {
    const { system, address, handled } = await desk(byRank, { capacity: 2 });
    await using _ = system;
    for (const rank of [5, 6]) address.tell(put(rank));
    const waiting = [address.send(put(9)), address.send(put(1)), address.ask(put(0))];
    const gone = address.send(put(0, "gone"), { timeout: 10 });
    expect(await isPending(Promise.race(waiting))).toBe(true);
    await system.advance(10);
    expect(kindOf((await gone) as { ok: false; error: { kind: "timeout" } })).toBe("timeout");
    // 5 makes room for 9; of 6 and 9, 6 makes room for 1, which overtakes 9; then 0 does.
    expect(await handled()).toEqual([5, 6, 1, 0, 9]);
    await Promise.all(waiting);
  });

  test("lets an ask that was let in be given up", async () => {
    const { system, address, handled } = await desk(byRank, { capacity: 1 });
    await using _ = system;
    const first = rejection(address.ask(put(1), { timeout: 10 }));
    const second = rejection(address.ask(put(2), { timeout: 20 }));
    const third = address.ask(put(3), { timeout: 30 });
    await system.advance(10);
    await first;
    expect(system.ledger(address)).toMatchObject({ queued: 1, expired: 1 });
    await system.advance(10);
    await second;
    expect(system.ledger(address)).toMatchObject({ queued: 1, expired: 2 });
    expect(await handled()).toEqual([3]);
    expect(await third).toBe(3);
  });
});

test("a restart keeps the order of what is queued", async () => {
  const { system, address, handled } = await desk();
  await using _ = system;
  for (const rank of [3, 1, 2]) address.tell(put(rank));
  await system.kill(address);
  await quiet();
  expect(await handled()).toEqual([1, 2, 3]);
});

test("a priority mailbox without a limit warns when it grows", async () => {
  const { system, address, handled } = await desk();
  await using _ = system;
  for (const n of numbers(1001)) address.tell(put(n));
  await quiet();
  expect(system.logged.filter(({ message }) => message === "mailbox is growing")).toHaveLength(1);
  await handled();
});

describe("priority", () => {
  test.each([
    ["no function", () => priority(5 as unknown as RankOf), /takes a function of the message, not number/],
    ["nothing", () => (priority as unknown as () => unknown)(), /takes a function of the message, not undefined/],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: "ERR_ACTOR_INVALID_DEFINITION" }));
    expect(make).toThrow(message);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a capacity of %s", (capacity) => {
    expect(() => priority(byRank, { capacity })).toThrow(RangeError);
  });

  test("refuses an overflow that does not exist, and a hand-made one is refused at spawn", async () => {
    expect(() => priority(byRank, { overflow: "block" as Overflow })).toThrow(/must be one of/);
    await using system = new TestSystem();
    const mailbox = { capacity: 1, overflow: "wait", rankOf: 5 } as never;
    expect(() => system.spawn(actor({ on: {} }), { mailbox })).toThrow(/takes a function/);
  });
});
