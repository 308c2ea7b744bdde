/** Every step in the life of an actor is an event for those who subscribe, and harms nobody who does not. */
import type { DiagnosticsEvents } from "@pneumatic/actors";
import { actor, subscribe } from "@pneumatic/actors";
import { afterEach, describe, expect, test } from "vitest";
import { gate, rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const LIFE = [
  "pneumatic:actor:spawned",
  "pneumatic:actor:started",
  "pneumatic:actor:panicked",
  "pneumatic:actor:restarted",
  "pneumatic:actor:stopped",
  "pneumatic:dead-letter",
] as const;

const BAD = new Error("bad");
const subscriptions: Disposable[] = [];

afterEach(() => {
  for (const subscription of subscriptions.splice(0)) subscription[Symbol.dispose]();
});

/** What is published on these channels from now on, in order: the name without its stem, and the event. */
function recorded(names: readonly (keyof DiagnosticsEvents)[]): [string, object][] {
  const events: [string, object][] = [];
  for (const name of names) {
    const record = (event: object): void => void events.push([name.replace(/^pneumatic:(actor:)?/, ""), event]);
    subscriptions.push(subscribe(name, record));
  }
  return events;
}

const worker = actor({
  name: "worker",
  on: {
    fail: () => {
      throw BAD;
    },
    work: () => "done",
    hold: () => gate().promise,
  },
});

test("the steps of a life are told in order, each with system, path, id and generation", async () => {
  await using system = new TestSystem({ name: "shop" });
  const events = recorded(LIFE);
  using address = system.spawn(worker, { name: "w" });
  await address.started;
  address.tell({ type: "fail" });
  await quiet();
  await system.stop(address);
  address.tell({ type: "work" });
  await quiet();
  const panic = { kind: "panicked", error: BAD, message: { type: "fail" } };
  const about = (generation: number) => ({ system: "shop", path: "/w", id: 1, generation });
  expect(events).toEqual([
    ["spawned", { ...about(0), definition: "worker" }],
    ["started", about(1)],
    ["panicked", { ...about(1), reason: panic, restarts: true }],
    ["restarted", { ...about(2), after: panic }],
    ["stopped", { ...about(2), reason: { kind: "shutdown" } }],
    ["dead-letter", { ...about(2), type: "work", reason: "stopped" }],
  ]);
});

test("a start that fails is told as a panic without a restart, and then as the end", async () => {
  await using system = new TestSystem();
  const events = recorded(LIFE);
  using address = system.spawn(actor({ state: () => Promise.reject(BAD), on: {} }));
  await address.exited;
  await quiet();
  const reason = { kind: "startFailed", error: BAD };
  expect(events.map(([name, event]) => [name, event])).toEqual([
    ["spawned", expect.objectContaining({ generation: 0 })],
    ["panicked", expect.objectContaining({ generation: 1, reason, restarts: false })],
    ["stopped", expect.objectContaining({ generation: 1, reason })],
  ]);
});

test("a kill is no panic: the restart that follows tells of it", async () => {
  await using system = new TestSystem();
  using address = system.spawn(worker);
  await address.started;
  const events = recorded(LIFE);
  await system.kill(address);
  await quiet();
  expect(events.map(([name]) => name)).toEqual(["restarted"]);
  expect(events[0]?.[1]).toMatchObject({ generation: 2, after: { kind: "killed" } });
});

test("the end is told before those who await it go on, and after the actor is gone", async () => {
  await using system = new TestSystem();
  const seen: unknown[] = [];
  subscriptions.push(
    subscribe("pneumatic:actor:stopped", ({ path }) => seen.push([path, system.lookup(path) === undefined])),
  );
  using address = system.spawn(worker, { name: "w" });
  await system.stop(address);
  expect(seen).toEqual([["/w", true]]);
});

describe("every message", () => {
  test("is told to those who subscribe to that, as it is given to its handler", async () => {
    await using system = new TestSystem();
    const events = recorded(["pneumatic:message"]);
    using address = system.spawn(worker, { name: "w" });
    address.tell({ type: "work" });
    await address.ask({ type: "work" });
    await rejection(address.ask({ type: "fail" }));
    const event = (type: string, isAsk: boolean) => [
      "message",
      { system: "system", path: "/w", id: 1, generation: 1, type, isAsk, attempt: 1 },
    ];
    await quiet();
    expect(events).toEqual([event("work", false), event("work", true), event("fail", true)]);
  });

  test("is not told after the subscription was disposed of", async () => {
    await using system = new TestSystem();
    const events = recorded(["pneumatic:message"]);
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
    using address = system.spawn(worker);
    await address.ask({ type: "work" });
    expect(events).toEqual([]);
  });

  test("can have its actor killed by a subscriber, and is then in flight or handled like any other", async () => {
    await using system = new TestSystem();
    using address = system.spawn(worker);
    subscriptions.push(subscribe("pneumatic:message", () => void system.kill(address, { restart: false })));
    address.tell({ type: "hold" });
    address.tell({ type: "work" });
    expect(await address.exited).toEqual({ kind: "killed" });
    expect(system.ledger().deadLettered).toEqual({ killed: 1, stopped: 1 });
  });
});

test("a listener can be subscribed twice, and each subscription is disposed of alone", async () => {
  await using system = new TestSystem();
  const seen: string[] = [];
  const listener = ({ path }: { readonly path: string }): void => void seen.push(path);
  subscriptions.push(subscribe("pneumatic:actor:spawned", listener));
  const second = subscribe("pneumatic:actor:spawned", listener);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  using address = system.spawn(worker);
  await quiet();
  expect(seen).toEqual([address.path]);
});
