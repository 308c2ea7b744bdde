/** The end of a system: its hooks, its signal, its deadline, and what its health says meanwhile. */
import { actor, child, supervisor } from "@pneumatic/actors";
import { testSystem } from "@pneumatic/actors/testing";
import { describe, expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const echo = actor({ on: { ping: () => "pong" } });
const failing = actor({
  on: {
    fail: () => {
      throw new Error("bad");
    },
  },
});

describe("a hook of beforeShutdown", () => {
  test("is awaited in reverse order, before any mailbox closes and after the signal of the system", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    const steps: unknown[] = [];
    system.stopping.addEventListener("abort", () => steps.push("stopping"));
    system.beforeShutdown(async () => steps.push("first", await address.ask({ type: "ping" })));
    system.beforeShutdown(async () => {
      await undefined;
      using late = system.spawn(echo);
      steps.push("second", await late.ask({ type: "ping" }));
    });
    await system.shutdown();
    expect(steps).toEqual(["stopping", "second", "pong", "first", "pong"]);
    expect(() => system.spawn(echo)).toThrow(/shut down/);
  });

  test("and a listener of the signal may ask for the shutdown as well", async () => {
    await using system = new TestSystem();
    const ends: Promise<void>[] = [];
    const called: number[] = [];
    system.stopping.addEventListener("abort", () => ends.push(system.shutdown()));
    system.beforeShutdown(() => called.push(1));
    ends.push(system.shutdown());
    await Promise.all(ends);
    expect(ends).toHaveLength(2);
    expect(called).toEqual([1]);
  });

  test("that fails is logged, and the others are called", async () => {
    await using system = new TestSystem();
    const called: number[] = [];
    system.beforeShutdown(() => called.push(1));
    system.beforeShutdown(() => Promise.reject(new Error("bad")));
    system.beforeShutdown(() => {
      throw new Error("bad");
    });
    await system.shutdown();
    expect(called).toEqual([1]);
    expect(system.logged.filter(({ message }) => message?.includes("hook of beforeShutdown"))).toHaveLength(2);
  });

  test("is not called once it was disposed of", async () => {
    await using system = new TestSystem();
    const called: number[] = [];
    using hook = system.beforeShutdown(() => called.push(1));
    hook[Symbol.dispose]();
    await system.shutdown();
    expect(called).toEqual([]);
  });

  test("that is added by another one is called, too", async () => {
    await using system = new TestSystem();
    const called: number[] = [];
    system.beforeShutdown(() => void system.beforeShutdown(() => called.push(1)));
    await system.shutdown();
    expect(called).toEqual([1]);
  });

  test("that comes after the hooks is refused, as is what is no function", async () => {
    await using system = new TestSystem();
    expect(() => system.beforeShutdown(5 as never)).toThrow(/The hook of beforeShutdown\(\) must be a function, not 5/);
    await system.shutdown();
    expect(() => system.beforeShutdown(() => {})).toThrow(/too late/);
  });

  test("that does not settle is left after half of the time, with a warning", async () => {
    await using system = new TestSystem();
    using address = system.spawn(echo);
    system.beforeShutdown(() => new Promise(() => {}));
    const over = system.shutdown({ timeoutMs: 1000 });
    await system.advance(499);
    expect(await address.ask({ type: "ping" })).toBe("pong");
    await system.advance(1);
    await over;
    expect(system.logged.map(({ message }) => message)).toContain(
      "hooks of beforeShutdown took half of the time: mailboxes close now",
    );
  });

  test("is hurried by a second shutdown with less time", async () => {
    await using system = new TestSystem();
    system.beforeShutdown(() => new Promise(() => {}));
    const over = system.shutdown();
    await system.advance(10);
    void system.shutdown({ timeoutMs: 20 });
    await system.advance(9);
    expect(system.health().live).toBe(true);
    await system.advance(1);
    await over;
    expect(system.health()).toEqual({ live: false, ready: false, reasons: ["the system is shutting down"] });
  });
});

describe("health() says that a system is not ready", () => {
  test("while an essential root starts, restarts, or has failed, until another one takes its place", async () => {
    await using system = new TestSystem();
    using address = system.spawn(failing, {
      name: "store",
      essential: true,
      intensity: { restarts: 2, withinMs: 1000 },
      backoff: { initialMs: 100, jitter: 0 },
    });
    expect(system.health()).toEqual({ live: true, ready: false, reasons: ["/store is starting"] });
    await quiet();
    expect(system.health()).toEqual({ live: true, ready: true, reasons: [] });
    address.tell({ type: "fail" });
    await quiet();
    expect(system.health().ready).toBe(true); // the first restart does not wait
    address.tell({ type: "fail" });
    await quiet();
    expect(system.health().reasons).toEqual([expect.stringMatching(/^\/store waits for its restart \(panicked/)]);
    await system.advance(100);
    expect(system.health().ready).toBe(true);
    address.tell({ type: "fail" });
    await quiet();
    expect(system.health().reasons).toEqual([expect.stringMatching(/^\/store panicked/)]);
    using again = system.spawn(failing, { name: "store", essential: true });
    await again.started;
    expect(system.health().ready).toBe(true);
  });

  test("while a static child at any depth is not up, and not for a child started later or a root", async () => {
    await using system = new TestSystem();
    const opened = gate();
    const late = actor({ state: () => opened.promise, on: {} });
    using tree = system.supervise(
      supervisor({ children: { inner: supervisor({ children: { late: child(late) } }), echo: child(echo) } }),
      { name: "tree" },
    );
    await quiet();
    expect(system.health().reasons).toEqual([
      "/tree/inner/late is starting",
      "/tree/inner is starting",
      "/tree/echo is starting",
    ]);
    opened.open();
    await quiet();
    expect(system.health().ready).toBe(true);
    const never = actor({ state: () => new Promise<void>(() => {}), on: {} });
    tree.startChild("more", child(never)).drop();
    using root = system.spawn(never);
    await quiet();
    expect(system.health().ready).toBe(true);
    await system.kill(root, { restart: false });
  });

  test("once a supervisor without a parent has given up", async () => {
    await using system = new TestSystem();
    using tree = system.supervise(
      supervisor({ intensity: { restarts: 0, withinMs: 1000 }, children: { failing: child(failing) } }),
      { name: "tree" },
    );
    using first = tree.child("failing");
    await quiet();
    expect(system.health().ready).toBe(true);
    first.tell({ type: "fail" });
    await quiet();
    expect(system.health().reasons).toEqual([expect.stringMatching(/^\/tree panicked/)]);
  });

  test("for a router that is essential, not for its routees", async () => {
    await using system = new TestSystem();
    using router = system.route(failing, { size: 2, name: "pool", essential: true });
    await quiet();
    expect(system.health().ready).toBe(true);
    await system.kill(router, { restart: false });
    await quiet();
    expect(system.health().reasons).toEqual(["/pool killed"]);
  });

  test.each([5, "yes"])("refuses essential: %j", async (essential) => {
    await using system = new TestSystem();
    expect(() => system.spawn(echo, { essential } as never)).toThrow(/essential of an actor must be a boolean/);
    expect(() => system.supervise(supervisor({ children: {} }), { essential } as never)).toThrow(/must be a boolean/);
    expect(() => supervisor({ children: { a: child(echo, { essential } as never) } })).toThrow(/each child in a spec/);
  });
});

test.each([
  ["failureExitCode", 0],
  ["failureExitCode", 256],
  ["failureExitCode", "1"],
  ["shutdownOn", "SIGTERM"],
  ["shutdownOn", ["SIGKILL"]],
  ["shutdownOn", ["SIGSTOP"]],
  ["shutdownOn", ["TERM"]],
])("a system refuses %s: %j", (name, value) => {
  expect(() => new TestSystem({ [name]: value })).toThrow(new RegExp(`${name} of a system must be`));
});

test("a root that fails in a test system leaves the exit code alone", async () => {
  const before = process.exitCode;
  process.exitCode = undefined;
  await using system = testSystem();
  const address = system.spawn(failing, { intensity: { restarts: 0, withinMs: 1000 } });
  address.tell({ type: "fail" });
  await system.settle();
  expect(system.lookup(address.path)).toBeUndefined();
  expect(process.exitCode).toBeUndefined();
  process.exitCode = before;
  address.drop();
});
