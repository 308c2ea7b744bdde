/** Dead letters can be received as they come, kept in a number of one's own, and sent once more. */
import type { Address, DeadLetter } from "@pneumatic/actors";
import { actor, bounded, InvalidDefinitionError } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const box = actor({
  state: (got?: unknown[]) => got ?? [],
  on: {
    post: ({ state }, { letter }: { letter?: unknown }) => void state.push(letter),
    hold: () => gate().promise,
  },
});
type Box = Address<{ post(payload: { letter?: unknown }): void; hold(): Promise<unknown> }>;

/** The address of an actor that has ended. */
async function gone(system: TestSystem, name = "box"): Promise<Box> {
  const address = system.spawn(box, { name });
  await system.stop(address);
  return address;
}

function post(address: Box, count: number): void {
  for (const letter of numbers(count)) address.tell({ type: "post", letter });
}

function lettersOf(dead: readonly DeadLetter[]): unknown[] {
  return dead.map(({ message }) => (message as { letter: unknown }).letter);
}

test("a letter says what, why, to whom and when", async () => {
  await using system = new TestSystem();
  await gone(system, "other");
  using address = await gone(system);
  await system.advance(30);
  address.tell({ type: "post", letter: 1 });
  const message = { type: "post", letter: 1 };
  expect(system.deadLetters()).toEqual([{ message, type: "post", reason: "stopped", to: "/box", id: 2, at: 30 }]);
});

describe("a receiver of dead letters", () => {
  test("gets those that come after it was made, in order, and the store keeps them too", async () => {
    await using system = new TestSystem();
    using address = await gone(system);
    post(address, 1);
    using letters = system.deadLetterReceiver();
    const waiting = letters.recv();
    post(address, 3);
    const first = await waiting;
    expect([first.ok && first.value, ...letters.drain()]).toEqual(system.deadLetters().slice(1));
    expect(system.deadLetters()).toHaveLength(4);
  });

  test("each gets all of them", async () => {
    await using system = new TestSystem();
    using address = await gone(system);
    using one = system.deadLetterReceiver();
    using other = system.deadLetterReceiver();
    post(address, 2);
    expect(one.drain()).toEqual(other.drain());
    expect((await system.inspect()).deadLetters).toEqual({ kept: 2, receivers: 2, undelivered: 0 });
  });

  test("that is slow misses what it has no room for, which is counted and harms neither store nor ledger", async () => {
    await using system = new TestSystem();
    using address = await gone(system);
    using letters = system.deadLetterReceiver({ capacity: 2 });
    post(address, 5);
    expect(lettersOf(letters.drain())).toEqual([0, 1]);
    expect((await system.inspect()).deadLetters).toEqual({ kept: 5, receivers: 1, undelivered: 3 });
    expect(system.ledger().deadLettered).toEqual({ stopped: 5 });
    post(address, 1);
    expect(letters.length).toBe(1);
  });

  test("of 1,000 has room when nothing is said", async () => {
    await using system = new TestSystem();
    using address = await gone(system);
    using letters = system.deadLetterReceiver();
    post(address, 1001);
    expect([letters.length, (await system.inspect()).deadLetters.undelivered]).toEqual([1000, 1]);
  });

  test("without any room gets a letter while it waits for one", async () => {
    await using system = new TestSystem();
    using address = await gone(system);
    using letters = system.deadLetterReceiver({ capacity: 0 });
    const waiting = letters.recv();
    post(address, 2);
    expect(await waiting).toMatchObject({ ok: true, value: { message: { letter: 0 } } });
    expect((await system.inspect()).deadLetters.undelivered).toBe(1);
  });

  test.each(["drop", "close"] as const)("is forgotten after %s()", async (way) => {
    await using system = new TestSystem();
    using address = await gone(system);
    const letters = system.deadLetterReceiver({ capacity: 1 });
    post(address, 1);
    letters[way]();
    post(address, 2);
    await quiet();
    expect((await system.inspect()).deadLetters).toEqual({ kept: 3, receivers: 0, undelivered: 0 });
    letters.drop();
  });

  test("ends when the system has shut down, with what it has not received yet", async () => {
    const system = new TestSystem();
    using letters = system.deadLetterReceiver();
    const address = system.spawn(box);
    address.tell({ type: "hold" });
    await quiet();
    post(address, 2);
    await system.kill(address, { restart: false });
    const received: unknown[] = [];
    const reading = (async () => {
      for await (const { reason } of letters) received.push(reason);
    })();
    await quiet();
    expect(await isPending(reading)).toBe(true);
    await system.shutdown();
    await reading;
    expect(received).toEqual(["killed", "stopped", "stopped"]);
    using late = system.deadLetterReceiver();
    expect(await late.recv()).toMatchObject({ ok: false, error: { kind: "disconnected" } });
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "3"])("cannot have a capacity of %s", async (capacity) => {
    await using system = new TestSystem();
    expect(() => system.deadLetterReceiver({ capacity: capacity as number })).toThrow(InvalidDefinitionError);
    expect(() => new TestSystem({ deadLetters: { keep: capacity as number } })).toThrow(
      /keep of deadLetters of a system must be an integer of 0 or more/,
    );
  });
});

describe("the store", () => {
  test("keeps as many as the system says, and drops what is in the others", async () => {
    await using system = new TestSystem({ deadLetters: { keep: 2 } });
    using address = await gone(system);
    const enclosed = numbers(3).map((n) => system.spawn(box, { name: `e${n}` }));
    for (const letter of enclosed) address.tell({ type: "post", letter });
    expect(await enclosed[0]?.exited).toEqual({ kind: "normal" });
    expect(lettersOf(system.deadLetters())).toEqual(enclosed.slice(1));
    expect(system.ledger().deadLettered).toEqual({ stopped: 3 });
  });

  test("of none drops what is in each letter at once, also for the receivers", async () => {
    await using system = new TestSystem({ deadLetters: { keep: 0 } });
    using address = await gone(system);
    using letters = system.deadLetterReceiver();
    const enclosed = system.spawn(box);
    address.tell({ type: "post", letter: enclosed });
    expect(await enclosed.exited).toEqual({ kind: "normal" });
    expect([system.deadLetters(), letters.length]).toEqual([[], 1]);
  });

  test("keeps nothing after shutdown", async () => {
    const system = new TestSystem();
    const other = new TestSystem();
    const address = await gone(system);
    await system.shutdown();
    const enclosed = other.spawn(box);
    address.tell({ type: "post", letter: enclosed });
    expect(await enclosed.exited).toEqual({ kind: "normal" });
    expect(system.deadLetters()).toEqual([]);
    expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
  });
});

describe("a letter that is redelivered", () => {
  test("goes to who lives at its path now, as a message newly accepted, with the addresses in it", async () => {
    await using system = new TestSystem();
    const dead = await gone(system);
    const enclosed = system.spawn(box, { name: "enclosed" });
    dead.tell({ type: "post", letter: enclosed });
    const got: unknown[] = [];
    using _ = system.spawn(box, { name: "box", args: got });
    const [letter] = system.deadLetters() as [DeadLetter];
    expect(system.redeliver(letter)).toBe(true);
    await quiet();
    expect(got).toEqual([enclosed]);
    expect(enclosed.isDisconnected).toBe(false);
    expect(system.deadLetters()).toEqual([]);
    expect(system.ledger()).toMatchObject({ accepted: 2, handled: 1, deadLettered: { stopped: 1 } });
    expect(system.redeliver(letter)).toBe(false);
    enclosed.drop();
  });

  test.each([
    ["nobody lives there", () => undefined],
    [
      "who lives there drains",
      (system: TestSystem) => {
        const address = system.spawn(box, { name: "box" });
        address.tell({ type: "hold" });
        const held = quiet().then(() => address.drop());
        return held;
      },
    ],
    [
      "who lives there has no room",
      async (system: TestSystem) => {
        const address = system.spawn(box, { name: "box", mailbox: bounded(1) });
        address.tell({ type: "hold" });
        await quiet();
        address.tell({ type: "post" });
        system.own(address);
      },
    ],
  ])("stays where it is when %s", async (_, prepare) => {
    await using system = new TestSystem();
    using dead = await gone(system);
    post(dead, 3);
    await prepare(system);
    const before = system.deadLetters();
    expect(system.redeliver(before[1] as DeadLetter)).toBe(false);
    expect(system.deadLetters()).toEqual(before);
    expect(system.ledger().deadLettered).toEqual({ stopped: 3 });
    const living = system.lookup("/box");
    if (living !== undefined) await system.kill(living, { restart: false });
  });

  test("is not taken from whoever made it up, nor after the store let go of it", async () => {
    await using system = new TestSystem({ deadLetters: { keep: 1 } });
    using dead = await gone(system);
    post(dead, 1);
    const [old] = system.deadLetters() as [DeadLetter];
    post(dead, 1);
    using _ = system.spawn(box, { name: "box" });
    expect([system.redeliver(old), system.redeliver({ ...old })]).toEqual([false, false]);
    expect(system.ledger().queued).toBe(0);
  });
});
