/** A message that no handler will see is a dead letter, with its reason; the addresses in it are dropped. */
import type { Address, DeadLetterReason, ExitReason, MailboxSpec } from "@pneumatic/actors";
import { ActorSystem, actor, bounded, implement, unbounded } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const idle = actor({ on: { ping: () => "pong" } });
type Idle = Address<{ ping(): string }>;

interface Letterbox {
  post(payload: { letter?: unknown }): void;
  hold(payload: { letter?: unknown }): Promise<void>;
  fail(): void;
}

/** Takes letters, unless it holds one. */
const letterbox = implement<Letterbox>()({
  on: {
    post: () => {},
    hold: () => gate().promise,
    fail: () => {
      throw new Error("bad");
    },
  },
  stopped: (_, reason) => (reason.kind === "shutdown" ? quiet() : undefined),
});

type LetterboxAddress = Address<Letterbox>;

/** Makes exactly one dead letter of `letter`. */
interface Way {
  readonly reason: DeadLetterReason;
  readonly how: string;
  readonly mailbox?: MailboxSpec;
  readonly by: (address: LetterboxAddress, letter: unknown, system: TestSystem) => unknown;
  /** Whether it had been given to its handler, which may have passed on what is in it. */
  readonly delivered?: boolean;
}

const SMALL = (overflow: "wait" | "reject" | "dropOldest" | "dropNewest"): MailboxSpec => bounded(1, { overflow });

const hold = async (address: LetterboxAddress): Promise<void> => {
  address.tell({ type: "hold" });
  await quiet();
};

const WAYS: readonly Way[] = [
  ...(["wait", "reject"] as const).map(
    (overflow): Way => ({
      reason: "full",
      how: `a tell to a full mailbox that would ${overflow}`,
      mailbox: SMALL(overflow),
      by: async (address, letter) => {
        await hold(address);
        await address.send({ type: "post" });
        address.tell({ type: "post", letter });
      },
    }),
  ),
  {
    reason: "overflow",
    how: "the oldest of a full mailbox",
    mailbox: SMALL("dropOldest"),
    by: async (address, letter) => {
      await hold(address);
      address.tell({ type: "post", letter });
      address.tell({ type: "post" });
    },
  },
  {
    reason: "overflow",
    how: "the newest of a full mailbox",
    mailbox: SMALL("dropNewest"),
    by: async (address, letter) => {
      await hold(address);
      address.tell({ type: "post" });
      address.tell({ type: "post", letter });
    },
  },
  {
    reason: "draining",
    how: "a tell to an actor that drains",
    by: async (address, letter) => {
      await hold(address);
      const weak = address.downgrade();
      address.drop();
      weak.tell({ type: "post", letter });
    },
  },
  {
    reason: "draining",
    how: "a tell to an actor in its backoff that nobody else can reach",
    by: async (address, letter) => {
      for (const _ of numbers(2)) address.tell({ type: "fail" });
      await quiet();
      address.tell({ type: "post" });
      const weak = address.downgrade();
      address.drop();
      weak.tell({ type: "post", letter });
    },
  },
  {
    reason: "stopped",
    how: "queued at an actor that is stopped",
    by: async (address, letter, system) => {
      address.tell({ type: "post", letter });
      await system.stop(address);
    },
  },
  {
    reason: "stopped",
    how: "told to an actor whose last hook runs",
    by: async (address, letter, system) => {
      address.tell({ type: "post" });
      await quiet();
      void system.stop(address);
      address.tell({ type: "post", letter });
    },
  },
  {
    reason: "stopped",
    how: "told to an actor that has ended",
    by: async (address, letter, system) => {
      await system.stop(address);
      address.tell({ type: "post", letter });
    },
  },
  {
    reason: "killed",
    how: "handled by an actor that is killed",
    delivered: true,
    by: async (address, letter, system) => {
      address.tell({ type: "hold", letter });
      await quiet();
      await system.kill(address);
    },
  },
  {
    reason: "unknownMessage",
    how: "a message without a handler",
    by: (address, letter) =>
      (address as unknown as Address<{ dance(payload: { letter: unknown }): void }>).tell({ type: "dance", letter }),
  },
  {
    reason: "intensityExceeded",
    how: "queued at an actor that may not restart any more",
    by: async (address, letter, system) => {
      for (const _ of numbers(4)) address.tell({ type: "fail" });
      address.tell({ type: "post", letter });
      await quiet();
      for (const _ of numbers(3)) await system.advance(500);
    },
  },
];

describe.each(WAYS)("$reason: $how", ({ reason, mailbox = unbounded(), by, delivered = false }) => {
  test("is one dead letter, in the store and in the ledger", async () => {
    await using system = new TestSystem();
    const address = system.spawn(letterbox, { name: "box", mailbox });
    await by(address, "the letter", system);
    await system.advance(1000);
    expect(system.deadLetters()).toMatchObject([
      { message: expect.objectContaining({ letter: "the letter" }), reason, to: "/box" },
    ]);
    expect(system.ledger().deadLettered).toEqual({ [reason]: 1 });
    await system.kill(address, { restart: false });
  });

  test(`${delivered ? "leaves alone" : "drops"} the addresses in it when the store lets go of it`, async () => {
    const system = new TestSystem();
    const other = new TestSystem();
    const enclosed = other.spawn(idle);
    const address = system.spawn(letterbox, { mailbox });
    await by(address, { deep: [enclosed] }, system);
    await system.advance(1000);
    expect(await isPending(enclosed.exited)).toBe(true);
    await system.kill(address, { restart: false });
    await system.shutdown();
    expect(await isPending(enclosed.exited)).toBe(delivered);
    expect(system.deadLetters()).toEqual([]);
    await other.shutdown();
  });
});

test("startFailed: queued at an actor that cannot start", async () => {
  await using system = new TestSystem();
  const broken = actor({
    state: () => {
      throw new Error("bad");
    },
    on: { post: (_, { n }: { n: number }) => n },
  });
  using address = system.spawn(broken, { name: "broken" });
  for (const n of numbers(2)) address.tell({ type: "post", n });
  await address.exited;
  expect(system.deadLetters()).toMatchObject(
    numbers(2).map((n) => ({ message: { type: "post", n }, reason: "startFailed", to: "/broken" })),
  );
});

describe.each(["constructor", "__proto__", "toString", "hasOwnProperty", "", "on", "ping "])(
  'a message of the type "%s"',
  (type) => {
    test("has no handler, and harms nobody", async () => {
      await using system = new TestSystem();
      using address = system.spawn(idle);
      const untyped = address as unknown as Address<Record<string, () => unknown>>;
      untyped.tell({ type });
      expect(await rejection(untyped.ask({ type }))).toMatchObject({ code: "ERR_ACTOR_UNKNOWN_MESSAGE" });
      expect(await address.ask({ type: "ping" })).toBe("pong");
      expect(system.ledger()).toMatchObject({ handled: 1, panicked: 0, deadLettered: { unknownMessage: 2 } });
    });
  },
);

test("a handler that is an own property named `constructor` or `__proto__` is one like any other", async () => {
  await using system = new TestSystem();
  using address = system.spawn(actor({ on: { constructor: () => 1, ["__proto__"]: () => 2 } }));
  expect(await address.ask({ type: "constructor" })).toBe(1);
  const untyped = address as unknown as Address<{ ["__proto__"](): number }>;
  expect(await untyped.ask({ type: "__proto__" })).toBe(2);
});

test("a handler that a definition inherits is none", async () => {
  await using system = new TestSystem();
  const on = Object.create({ inherited: () => 1 }) as { inherited(): number };
  using address = system.spawn(actor({ on }));
  address.tell({ type: "inherited" });
  await quiet();
  expect(system.ledger().deadLettered).toEqual({ unknownMessage: 1 });
});

describe("a message that an ask gave up", () => {
  test("in the queue has its addresses dropped, and is no dead letter", async () => {
    await using system = new TestSystem();
    const enclosed = system.spawn(idle);
    using address = system.spawn(letterbox);
    await hold(address);
    const asked = address.ask({ type: "post", letter: enclosed }, { timeout: 10 });
    await system.advance(10);
    await rejection(asked);
    expect(await enclosed.exited).toEqual<ExitReason>({ kind: "normal" });
    expect(system.deadLetters()).toEqual([]);
    await system.kill(address, { restart: false });
  });

  test("while it waited for room, or that was refused, keeps them, as it never left its sender", async () => {
    await using system = new TestSystem();
    const enclosed = system.spawn(idle);
    using address = system.spawn(letterbox, { mailbox: bounded(0) });
    await address.started;
    await hold(address);
    const message = { type: "post", letter: enclosed } as const;
    const asked = address.ask(message, { timeout: 10 });
    const sent = address.send(message, { timeout: 10 });
    expect(address.trySend(message).ok).toBe(false);
    await system.advance(10);
    await rejection(asked);
    expect((await sent).ok).toBe(false);
    await system.kill(address, { restart: false });
    await rejection(address.ask(message));
    await address.send(message);
    expect(await enclosed.ask({ type: "ping" })).toBe("pong");
    enclosed.drop();
  });
});

describe("the store", () => {
  test("keeps the newest 1,000 in order, drops what is in the others, and counts all", async () => {
    await using system = new TestSystem();
    const enclosed = numbers(3).map(() => system.spawn(idle));
    using address = system.spawn(letterbox);
    await system.stop(address);
    for (const letter of enclosed) address.tell({ type: "post", letter });
    for (const n of numbers(997)) address.tell({ type: "post", letter: n });
    await quiet();
    expect(system.deadLetters()).toHaveLength(1000);
    for (const each of enclosed) expect(await isPending(each.exited)).toBe(true);
    for (const n of [997, 998]) address.tell({ type: "post", letter: n });
    await quiet();
    expect(system.deadLetters()).toHaveLength(1000);
    const letters = system.deadLetters().map(({ message }) => (message as { letter: unknown }).letter);
    expect(letters).toEqual([enclosed[2], ...numbers(999)]);
    expect(await Promise.all(enclosed.map(({ exited }) => isPending(exited)))).toEqual([false, false, true]);
    expect(system.ledger().deadLettered).toEqual({ stopped: 1002 });
  });

  test("gives a copy of its list", async () => {
    await using system = new TestSystem();
    using address = system.spawn(letterbox);
    await system.stop(address);
    address.tell({ type: "post" });
    system.deadLetters().length = 0;
    expect(system.deadLetters()).toHaveLength(1);
  });

  test("lets go of messages that cannot be looked into", async () => {
    const system = new TestSystem();
    const enclosed = system.spawn(idle);
    using address = system.spawn(letterbox);
    const hostile = {
      get trap(): never {
        throw new Error("trap");
      },
    };
    const circular: { self?: unknown; enclosed: Idle } = { enclosed };
    circular.self = circular;
    await system.kill(address, { restart: false });
    address.tell({ type: "post", letter: hostile });
    address.tell({ type: "post", letter: circular });
    await system.shutdown();
    expect(await enclosed.exited).toEqual({ kind: "shutdown" });
    expect(system.deadLetters()).toEqual([]);
  });

  test("is warned about at every doubling", async () => {
    await using system = new TestSystem();
    using address = system.spawn(letterbox, { name: "box" });
    await system.stop(address);
    for (const _ of numbers(20)) address.tell({ type: "post" });
    await quiet();
    const warnings = system.logged.filter(({ message }) => message?.startsWith("dead letter: "));
    expect(warnings.map(({ level, fields }) => [level, fields["total"]])).toEqual(
      [1, 2, 4, 8, 16].map((total) => ["warn", total]),
    );
    expect(warnings[0]?.fields).toMatchObject({ reason: "stopped", to: "/box", type: "post" });
  });
});

test("a send, a trySend and an ask that are refused make no dead letters", async () => {
  await using system = new ActorSystem({ logger: new RecordingLog().logger });
  using address = system.spawn(letterbox, { mailbox: bounded(1, { overflow: "reject" }) });
  await hold(address);
  address.tell({ type: "post" });
  address.trySend({ type: "post" });
  await address.send({ type: "post" });
  await rejection(address.ask({ type: "post" }));
  expect(system.deadLetters()).toEqual([]);
  await system.kill(address, { restart: false });
});
