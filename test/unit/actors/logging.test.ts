/** What is written to the log, and who is named in it. */
import type { ActorSystemOptions } from "@pneumatic/actors";
import { ActorSystem, actor, child, supervisor } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { rejection } from "../../support/gate.ts";
import type { LogEntry } from "../../support/recording-log.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

const BAD = new Error("bad");
const EXCEEDED =
  "it has restarted too often, and stops. The option intensity: { restarts, withinMs } of spawn(), route() or supervisor() allows more";

const talker = actor({
  state: (_: undefined, { log }) => {
    log.info("state");
  },
  started: ({ log }) => log.info("started"),
  on: {
    say: ({ log }, { text }: { text: string }) => log.info({ text }, "say"),
    fail: () => {
      throw BAD;
    },
    end: (context) => context.stop(),
    get: () => "alive",
  },
  stopped: ({ log }) => log.info("stopped"),
});

function errors(system: TestSystem): LogEntry[] {
  return system.logged.filter(({ level }) => level === "error");
}

describe("the log of an actor", () => {
  test("names its system, its path, its id and its generation", async () => {
    const system = new TestSystem({ name: "shop" });
    const first = system.spawn(talker, { name: "first" });
    const second = system.spawn(talker, { name: "second" });
    second.tell({ type: "fail" });
    second.tell({ type: "say", text: "hello" });
    await quiet();
    first.drop();
    await system.shutdown();
    const lines = system.logged.filter(({ level }) => level === "info");
    const of = (actor: string, id: number, generation: number) => ({ system: "shop", actor, id, generation });
    expect(lines.filter(({ fields }) => fields["actor"] === "/first")).toEqual(
      ["state", "started", "stopped"].map((message) => ({ level: "info", message, fields: of("/first", 1, 1) })),
    );
    expect(
      lines.filter(({ fields }) => fields["actor"] === "/second").map(({ message, fields }) => [message, fields]),
    ).toEqual([
      ["state", of("/second", 2, 1)],
      ["started", of("/second", 2, 1)],
      ["stopped", of("/second", 2, 1)],
      ["state", of("/second", 2, 2)],
      ["started", of("/second", 2, 2)],
      ["say", { ...of("/second", 2, 2), text: "hello" }],
      ["stopped", of("/second", 2, 2)],
    ]);
  });

  test("is one and the same for a whole incarnation", async () => {
    await using system = new TestSystem();
    const logs: unknown[] = [];
    const curious = actor({ on: { look: ({ log }) => logs.push(log) } });
    using address = system.spawn(curious);
    for (const _ of [1, 2]) await address.ask({ type: "look" });
    expect(logs[0]).toBe(logs[1]);
  });
});

describe("a panic", () => {
  test.each([
    { decision: "restarting in 0 ms", options: {}, panics: 1 },
    { decision: "restarting in 100 ms", options: { backoff: { jitter: 0 } }, panics: 2 },
    { decision: "stopping", options: { restart: "temporary" }, panics: 1 },
    { decision: EXCEEDED, options: { intensity: { restarts: 0, withinMs: 1 } }, panics: 1 },
  ] as const)("is one line at level error, with the decision: $decision", async ({ decision, options, panics }) => {
    await using system = new TestSystem();
    using address = system.spawn(talker, { name: "talker", ...options });
    for (let panic = 0; panic < panics; panic++) address.tell({ type: "fail" });
    await quiet();
    expect(errors(system)).toHaveLength(panics);
    expect(errors(system).at(-1)).toEqual({
      level: "error",
      message: `actor panicked: Error: bad: ${decision}`,
      fields: { system: "system", actor: "/talker", id: 1, generation: panics, reason: "panicked", err: BAD },
    });
  });

  test("of a handler that was asked is logged too, once", async () => {
    await using system = new TestSystem();
    using address = system.spawn(talker);
    await rejection(address.ask({ type: "fail" }));
    await quiet();
    expect(errors(system)).toHaveLength(1);
  });

  test("of a child of a supervisor names the child", async () => {
    await using system = new TestSystem();
    using top = system.supervise(supervisor({ children: { talker: child(talker) } }));
    using address = top.child("talker");
    await rejection(address.ask({ type: "fail" }));
    await quiet();
    expect(errors(system).map(({ fields }) => fields["actor"])).toEqual([`${top.path}/talker`]);
  });

  test("of a `stopped` hook is logged at level error", async () => {
    await using system = new TestSystem();
    const clumsy = actor({
      on: {},
      stopped: () => {
        throw BAD;
      },
    });
    using address = system.spawn(clumsy, { name: "clumsy" });
    await address.started;
    await system.stop(address);
    expect(errors(system)).toEqual([
      expect.objectContaining({
        message: "the stopped hook panicked",
        fields: expect.objectContaining({ actor: "/clumsy", err: BAD }),
      }),
    ]);
  });

  test("of something that cannot be printed is logged as well as can be", async () => {
    await using system = new TestSystem();
    const odd = actor({
      on: {
        fail: () => {
          throw Object.create(null);
        },
      },
    });
    using address = system.spawn(odd);
    address.tell({ type: "fail" });
    await quiet();
    expect(errors(system)[0]?.message).toBe("actor panicked: [object Object]: restarting in 0 ms");
  });
});

test.each([
  ["a start that fails", "startFailed", () => Promise.reject(BAD), "actor startFailed: Error: bad: stopping"],
] as const)("%s is one line at level error", async (_, reason, state, message) => {
  await using system = new TestSystem();
  using address = system.spawn(actor({ state: () => state(), on: {} }));
  await address.exited;
  expect(errors(system)).toHaveLength(1);
  expect(errors(system)[0]).toMatchObject({ message, fields: { reason, err: BAD } });
});

test("a kill is one line at level error", async () => {
  await using system = new TestSystem();
  using address = system.spawn(talker);
  await address.started;
  await system.kill(address);
  await quiet();
  expect(errors(system).map(({ message }) => message)).toEqual(["actor killed: restarting in 0 ms"]);
});

test.each(["drop", "stop", "end"] as const)("an end that is meant is no error: %s", async (end) => {
  await using system = new TestSystem();
  using address = system.spawn(talker);
  await address.started;
  if (end === "drop") address.drop();
  else if (end === "end") address.tell({ type: "end" });
  else void system.stop(address);
  await address.exited;
  expect(system.logged.filter(({ level }) => level !== "info").map(({ level, message }) => [level, message])).toEqual([
    ["debug", "actor ended: stopping"],
  ]);
});

test("a logger that throws stops nothing", async () => {
  const broken = (): never => {
    throw new Error("no log");
  };
  const logger = { child: () => logger, debug: broken, info: broken, warn: broken, error: broken };
  await using system = new ActorSystem({ logger: logger as unknown as NonNullable<ActorSystemOptions["logger"]> });
  const failing = actor({
    on: {
      fail: () => {
        throw BAD;
      },
      get: () => "alive",
    },
    stopped: () => {
      throw BAD;
    },
  });
  using address = system.spawn(failing);
  address.tell({ type: "fail" });
  expect(await address.ask({ type: "get" })).toBe("alive");
  await system.stop(address);
  address.tell({ type: "get" });
  expect(system.ledger().deadLettered).toEqual({ stopped: 1 });
});
