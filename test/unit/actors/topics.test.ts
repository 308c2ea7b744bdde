/** A topic tells every subscriber, in order, and none at the cost of another. */
import type { Address } from "@pneumatic/actors";
import { actor, bounded, InvalidDefinitionError, InvalidMessageError, topic } from "@pneumatic/actors";
import { UseAfterDropError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface News {
  readonly type: "news";
  readonly n?: number;
  readonly extra?: unknown;
}
const NEWS = topic<News>("news");
const idle = actor({ on: { ping: () => "pong" } });
type Idle = Address<{ ping(): string }>;

/** Keeps what it is told in `told`; drops the address in a message, if it is told to. */
function reader(told: News[]) {
  return actor({
    on: {
      news: (_, message: { n?: number; extra?: unknown }) => {
        told.push(message as News);
      },
      hold: (_, { open }: { open: Promise<void> }) => open,
      fail: () => {
        throw new Error("bad");
      },
    },
  });
}

describe("a publication", () => {
  test("reaches every subscriber in order, and is an acceptance for each", async () => {
    await using system = new TestSystem();
    const told: News[][] = [[], [], []];
    const addresses = told.map((each) => system.spawn(reader(each)));
    for (const address of addresses) system.topics.subscribe(NEWS, address);
    for (const n of numbers(20)) expect(system.topics.publish(NEWS, { type: "news", n })).toBe(3);
    await quiet();
    for (const each of told) expect(each.map(({ n }) => n)).toEqual(numbers(20));
    expect(system.ledger()).toMatchObject({ accepted: 60, handled: 60 });
    for (const address of addresses) address.drop();
  });

  test("reaches nobody who has not subscribed, or no longer, or to another topic of that name", async () => {
    await using system = new TestSystem();
    const told: News[] = [];
    using address = system.spawn(reader(told));
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(0);
    const subscription = system.topics.subscribe(NEWS, address);
    expect(system.topics.publish(topic<News>("news"), { type: "news" })).toBe(0);
    subscription[Symbol.dispose]();
    subscription[Symbol.dispose]();
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(0);
    await quiet();
    expect(told).toEqual([]);
  });

  test("reaches once who has subscribed twice", async () => {
    await using system = new TestSystem();
    const told: News[] = [];
    using address = system.spawn(reader(told));
    const subscription = system.topics.subscribe(NEWS, address);
    expect(system.topics.subscribe(NEWS, address.downgrade())).toBe(subscription);
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(1);
    await quiet();
    expect(told).toHaveLength(1);
  });

  test("is a dead letter for the subscriber that is full, and reaches the others", async () => {
    await using system = new TestSystem();
    const told: News[] = [];
    using full = system.spawn(reader([]), { mailbox: bounded(1) });
    using other = system.spawn(reader(told));
    const open = gate();
    full.tell({ type: "hold", open: open.promise });
    await quiet();
    system.topics.subscribe(NEWS, full);
    system.topics.subscribe(NEWS, other);
    for (const n of numbers(3)) expect(system.topics.publish(NEWS, { type: "news", n })).toBe(2);
    await quiet();
    expect(told.map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(system.ledger(full).deadLettered).toEqual({ full: 2 });
    expect(system.deadLetters().map(({ to }) => to)).toEqual([full.path, full.path]);
    open.open();
    await quiet();
  });

  test("survives subscribers that come and go while it is read", async () => {
    await using system = new TestSystem();
    const told: News[][] = [[], [], []];
    const spawn = (n: number) => system.spawn(reader(told[n] as News[]));
    const [a, b, c] = [spawn(0), spawn(1), spawn(2)];
    const subscription = system.topics.subscribe(NEWS, a);
    system.topics.subscribe(NEWS, b);
    const sly = {
      type: "news" as const,
      get extra(): unknown {
        subscription[Symbol.dispose]();
        system.topics.subscribe(NEWS, c);
        b.drop();
        return { nested: true };
      },
    };
    system.topics.publish(NEWS, sly);
    await quiet();
    expect(told.map(({ length }) => length)).toEqual([1, 0, 0]);
    expect(system.deadLetters()).toMatchObject([{ to: b.path, reason: "draining" }]);
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(1);
    await quiet();
    expect(told.map(({ length }) => length)).toEqual([1, 0, 1]);
    a.drop();
    c.drop();
  });
});

describe("a subscription", () => {
  test("keeps no actor alive and goes with it, but not at a restart", async () => {
    await using system = new TestSystem();
    const told: News[] = [];
    const address = system.spawn(reader(told));
    system.topics.subscribe(NEWS, address);
    address.tell({ type: "fail" });
    await quiet();
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(1);
    address.drop();
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(0);
    await address.exited;
    expect(told).toHaveLength(1);
    expect(system.deadLetters()).toEqual([]);
  });

  test("of an actor that has ended is none", async () => {
    await using system = new TestSystem();
    const address = system.spawn(reader([]));
    const weak = address.downgrade();
    address.drop();
    await weak.exited;
    const none = system.topics.subscribe(NEWS, weak);
    none[Symbol.dispose]();
    expect(system.topics.subscribe(topic<News>("other"), weak)).toBe(none);
    expect(system.topics.publish(NEWS, { type: "news" })).toBe(0);
  });
});

describe("a strong address in a publication", () => {
  test("is each subscriber's own", async () => {
    await using system = new TestSystem();
    const told: News[][] = [[], [], []];
    const addresses = told.map((each) => system.spawn(reader(each)));
    for (const address of addresses) system.topics.subscribe(NEWS, address);
    const passed = system.spawn(idle);
    const extra = {
      list: [passed],
      same: passed,
      weak: passed.downgrade(),
      map: new Map([["same", passed]]),
      self: undefined as unknown,
    };
    extra.self = extra;
    system.topics.publish(NEWS, { type: "news", extra });
    await quiet();
    const got = told.map(([message]) => message?.extra as typeof extra);
    expect(new Set(got.map(({ same }) => same)).size).toBe(3);
    for (const each of got) {
      expect(each.list[0]).toBe(each.same);
      expect(each.self).toBe(each);
      expect(each.map.get("same")).toBe(each.same);
      expect(await isPending(passed.exited)).toBe(true);
      expect(await each.same.ask({ type: "ping" })).toBe("pong");
      each.same.drop();
    }
    expect(await passed.exited).toEqual({ kind: "normal" });
    for (const address of addresses) address.drop();
  });

  test("is dropped without subscribers", async () => {
    await using system = new TestSystem();
    const passed = system.spawn(idle);
    system.topics.publish(NEWS, { type: "news", extra: [passed] });
    expect(await passed.exited).toEqual({ kind: "normal" });
  });

  test("is misuse when it was dropped: nobody is told, and nothing stays behind", async () => {
    await using system = new TestSystem();
    const told: News[] = [];
    const addresses = [system.spawn(reader(told)), system.spawn(reader(told))];
    for (const address of addresses) system.topics.subscribe(NEWS, address);
    const alive: Idle = system.spawn(idle);
    const dropped = system.spawn(idle);
    dropped.drop();
    expect(() => system.topics.publish(NEWS, { type: "news", extra: [alive, dropped] })).toThrow(UseAfterDropError);
    await quiet();
    expect(told).toEqual([]);
    alive.drop();
    expect(await alive.exited).toEqual({ kind: "normal" });
    for (const address of addresses) address.drop();
  });
});

test("a message that holds no strong address is the same object for all", async () => {
  await using system = new TestSystem();
  const told: News[] = [];
  const addresses = [system.spawn(reader(told)), system.spawn(reader(told))];
  for (const address of addresses) system.topics.subscribe(NEWS, address);
  const message: News = { type: "news", extra: [{ weak: addresses[0]?.downgrade() }] };
  system.topics.publish(NEWS, message);
  await quiet();
  expect(told[0]).toBe(message);
  expect(told[1]).toBe(message);
  for (const address of addresses) address.drop();
});

test("what is no topic, no address and no message is refused", async () => {
  await using system = new TestSystem();
  using address = system.spawn(reader([]));
  expect(() => topic("")).toThrow(InvalidDefinitionError);
  expect(() => system.topics.subscribe({ name: "news" }, address as never)).toThrow(/made by topic/);
  expect(() => system.topics.publish({ name: "news" }, undefined)).toThrow(InvalidDefinitionError);
  expect(() => system.topics.subscribe(NEWS, 5 as never)).toThrow(InvalidDefinitionError);
  expect(() => system.topics.publish(NEWS, { n: 5 } as never)).toThrow(InvalidMessageError);
  expect(await rejection(Promise.resolve().then(() => system.topics.publish(NEWS, 5 as never)))).toMatchObject({
    code: "ERR_ACTOR_INVALID_MESSAGE",
  });
});
