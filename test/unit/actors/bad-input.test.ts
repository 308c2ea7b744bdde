/** What has the wrong shape is refused at the door, by an error that says what, where and what to do. */
import type { Address } from "@pneumatic/actors";
import {
  ActorPanickedError,
  ActorStoppedError,
  AskTimeoutError,
  actor,
  bounded,
  child,
  DuplicateNameError,
  InvalidDefinitionError,
  InvalidMessageError,
  implement,
  MailboxFullError,
  SpawnRefusedError,
  StartFailedError,
  supervisor,
  UnknownMessageError,
  unbounded,
} from "@pneumatic/actors";
import { InvalidArgumentError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { rejection } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

/** Calls without types, as JavaScript would. */
type Untyped = (...given: unknown[]) => unknown;

/** What `call` throws; fails when it returns. */
function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It returned");
}

const idle = actor({ on: { ping: () => "pong" } });

interface Bad {
  readonly what: string;
  readonly given: unknown;
  readonly message: RegExp;
}

describe.each([
  { what: "nothing", given: undefined, message: /defined by an object with an `on` of handlers/ },
  { what: "null", given: null, message: /defined by an object with an `on` of handlers/ },
  { what: "a function", given: () => {}, message: /defined by an object with an `on` of handlers/ },
  { what: "no handlers", given: {}, message: /needs an `on` of handlers/ },
  { what: "null for handlers", given: { on: null }, message: /needs an `on` of handlers/ },
  { what: "a function for handlers", given: { on: () => {} }, message: /needs an `on` of handlers/ },
  {
    what: "a value for a handler",
    given: { on: { get: 5 } },
    message: /The handler "get" must be a function, not number/,
  },
  {
    what: "a generator function for a handler",
    given: { on: { *get() {} } },
    message: /The handler "get" must be no generator function: it returns its reply/,
  },
  {
    what: "an async generator function for a handler",
    given: { on: { async *get() {} } },
    message: /The handler "get" must be no generator function: it returns its reply/,
  },
  {
    what: "two payloads",
    given: { on: { get: (_: unknown, a: unknown, b: unknown) => [a, b] } },
    message: /The handler "get" takes the context and at most one payload/,
  },
  {
    what: "a value for `state`",
    given: { on: {}, state: 5 },
    message: /state of a definition must be a function, not 5/,
  },
  {
    what: "a value for `started`",
    given: { on: {}, started: {} },
    message: /started of a definition must be a function, not a value of type object/,
  },
  {
    what: "null for `stopped`",
    given: { on: {}, stopped: null },
    message: /stopped of a definition must be a function, not null/,
  },
  {
    what: "an empty name",
    given: { on: {}, name: "" },
    message: /name of a definition must be a string without "\/", not ""/,
  },
  { what: "a path for a name", given: { on: {}, name: "a/b" }, message: /without "\/", not "a\/b"/ },
  { what: "a number for a name", given: { on: {}, name: 5 }, message: /not 5/ },
] satisfies Bad[])("a definition with $what", ({ given, message }) => {
  test.each([
    ["actor()", actor as Untyped],
    ["implement()", implement() as Untyped],
  ])("is refused by %s", (_, define) => {
    const error = thrown(() => define(given));
    expect(error).toBeInstanceOf(InvalidDefinitionError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: "ERR_ACTOR_INVALID_DEFINITION", message: expect.stringMatching(message) });
  });
});

describe.each([
  {
    what: "a name that is empty",
    given: { name: "" },
    message: /name of an actor must be a string without "\/", not ""/,
  },
  { what: "a path for a name", given: { name: "a/b" }, message: /not "a\/b"/ },
  { what: "a number for a name", given: { name: 5 }, message: /not 5/ },
  {
    what: "an option that does not exist",
    given: { retries: 5 },
    message: /An option of (?:an actor|a child) must be one of .*\brestart\b.*, not "retries"/,
  },
  {
    what: "an unknown kind of restart",
    given: { restart: "always" },
    message: /restart of .* must be one of "permanent", "transient", "temporary", not "always"/,
  },
  {
    what: "a negative shutdownMs",
    given: { shutdownMs: -1 },
    message: /shutdownMs of .* must be a number of milliseconds from 0 to Infinity, not -1/,
  },
  { what: "a shutdownMs that is no number", given: { shutdownMs: Number.NaN }, message: /shutdownMs .* not NaN/ },
  {
    what: "a shutdownMs of text",
    given: { shutdownMs: "5" },
    message: /shutdownMs of .* must be a number of milliseconds from 0/,
  },
  {
    what: "a fraction of a restart",
    given: { intensity: { restarts: 1.5, withinMs: 1 } },
    message: /restarts of intensity must be an integer of 0 or more, not 1.5/,
  },
  { what: "restarts below 0", given: { intensity: { restarts: -1, withinMs: 1 } }, message: /not -1/ },
  {
    what: "an intensity without time",
    given: { intensity: { restarts: 1 } },
    message: /withinMs of intensity .* not undefined/,
  },
  {
    what: "a negative first backoff",
    given: { backoff: { initialMs: -1 } },
    message: /initialMs of backoff .* not -1/,
  },
  {
    what: "a longest backoff of text",
    given: { backoff: { maxMs: "1" } },
    message: /maxMs of backoff must be a number of milliseconds/,
  },
  {
    what: "a part of a backoff that there is not",
    given: { backoff: { firstMs: 1 } },
    message: /An option of backoff must be one of .*jitter.*, not "firstMs"/,
  },
  {
    what: "a jitter above 1",
    given: { backoff: { jitter: 1.1 } },
    message: /jitter of backoff must be a number from 0 to 1, not 1.1/,
  },
  {
    what: "a jitter below 0",
    given: { backoff: { jitter: -0.1 } },
    message: /jitter of backoff must be a number from 0 to 1/,
  },
  {
    what: "a number for a mailbox",
    given: { mailbox: 5 },
    message: /mailbox of .* must be made by unbounded\(\), bounded\(n\) or priority\(rankOf\)/,
  },
] satisfies Bad[])("options with $what", ({ given, message }) => {
  test("are refused by spawn and child, and nothing is spawned", async () => {
    await using system = new TestSystem();
    const { terminated } = system;
    const calls = [() => (system.spawn as Untyped).call(system, idle, given)];
    if (!("name" in given) && !("intensity" in given)) calls.push(() => (child as Untyped)(idle, given));
    for (const call of calls) {
      const error = thrown(call);
      expect(error).toBeInstanceOf(InvalidDefinitionError);
      expect(error).toMatchObject({ message: expect.stringMatching(message) });
    }
    using address = system.spawn(idle);
    address.drop();
    await terminated;
  });
});

describe("what is no definition", () => {
  test.each([undefined, null, {}, { on: {} }, () => {}, "idle"])("is not spawned: %s", async (given) => {
    await using system = new TestSystem();
    for (const call of [() => (system.spawn as Untyped).call(system, given), () => (child as Untyped)(given)]) {
      const error = thrown(call);
      expect(error).toBeInstanceOf(InvalidDefinitionError);
      expect(error.message).toBe("Only what actor(), implement() or onThread() has made can be spawned");
    }
  });
});

describe("a mailbox", () => {
  test.each([-1, 1.5, Number.NaN, "5", null, undefined, 2 ** 53])("of capacity %s is refused", (capacity) => {
    expect(() => (bounded as Untyped)(capacity)).toThrow(RangeError);
    expect(() => (bounded as Untyped)(capacity)).toThrow(/capacity .* must be an integer of 0 or more/);
  });

  test.each(["dropOldest", "dropNewest"] as const)("without room cannot %s", (overflow) => {
    expect(() => bounded(0, { overflow })).toThrow(/must be an integer of 1 or more .*, not 0/);
    expect(bounded(1, { overflow })).toEqual({ capacity: 1, overflow });
  });

  test("of an unknown overflow is refused", () => {
    expect(() => (bounded as Untyped)(5, { overflow: "block" })).toThrow(
      /overflow must be one of "wait", "reject", "dropOldest", "dropNewest", not "block"/,
    );
  });

  test("waits when it is not told otherwise, and is unbounded without one", () => {
    expect(bounded(0)).toEqual({ capacity: 0, overflow: "wait" });
    expect(unbounded()).toEqual({ capacity: Number.POSITIVE_INFINITY, overflow: "wait" });
  });

  test.each([{ capacity: Number.NaN, overflow: "wait" }, { capacity: 5 }, { capacity: 0, overflow: "dropOldest" }])(
    "made by hand is refused by spawn when it cannot be: %o",
    async (mailbox) => {
      await using system = new TestSystem();
      expect(() => (system.spawn as Untyped).call(system, idle, { mailbox })).toThrow();
      expect(system.lookup("/actor-1")).toBeUndefined();
    },
  );
});

describe.each([
  { what: "nothing", given: undefined, message: /Cannot send undefined to actor "\/idle"/ },
  { what: "null", given: null, message: /Cannot send null to/ },
  { what: "text", given: "ping", message: /Cannot send string to/ },
  { what: "a number", given: 5, message: /Cannot send number to/ },
  { what: "a function", given: () => {}, message: /Cannot send function to/ },
  { what: "an object without a type", given: {}, message: /Cannot send an object without a string as its "type" to/ },
  {
    what: "an object whose type is a number",
    given: { type: 5 },
    message: /a message is an object whose "type" names/,
  },
  { what: "an object whose type is an object", given: { type: Object.create(null) }, message: /Cannot send an object/ },
] satisfies Bad[])("a message that is $what", ({ given, message }) => {
  test("is thrown back by tell and trySend, and rejects send and ask", async () => {
    await using system = new TestSystem();
    using address = system.spawn(idle, { name: "idle" });
    const weak = address.downgrade();
    for (const handle of [address, weak] as unknown as Record<string, Untyped>[]) {
      for (const call of ["tell", "trySend"]) {
        const error = thrown(() => handle[call]?.(given));
        expect(error).toBeInstanceOf(InvalidMessageError);
        expect(error).toMatchObject({ code: "ERR_ACTOR_INVALID_MESSAGE", message: expect.stringMatching(message) });
      }
      for (const call of ["send", "ask"]) {
        expect(await rejection(handle[call]?.(given) as Promise<unknown>)).toBeInstanceOf(InvalidMessageError);
      }
    }
    expect(system.ledger().accepted).toBe(0);
    expect(await address.ask({ type: "ping" })).toBe("pong");
  });
});

describe("a timer", () => {
  interface Clockwork {
    set(payload: { how: "after" | "every"; ms: unknown; message: unknown }): void;
    tick(): void;
  }
  const clockwork = implement<Clockwork>()({
    on: {
      set: ({ timers }, { how, ms, message }) => (timers[how] as Untyped).call(timers, "key", ms, message) as undefined,
      tick: () => {},
    },
  });
  const tick = { type: "tick" };

  test.each([
    { how: "after", ms: -1, message: tick, error: /time of timer "key" must be milliseconds from 0, not -1/ },
    { how: "every", ms: Number.NaN, message: tick, error: /not NaN/ },
    { how: "after", ms: "5", message: tick, error: /must be milliseconds/ },
    { how: "after", ms: 5, message: undefined, error: /Cannot send undefined/ },
    { how: "every", ms: 5, message: {}, error: /Cannot send an object without/ },
  ] as const)("$how($ms, $message) is refused when it is set", async ({ error, ...given }) => {
    await using system = new TestSystem();
    using address = system.spawn(clockwork);
    const failure = (await rejection(address.ask({ type: "set", ...given }))) as Error;
    expect((failure.cause as Error).message).toMatch(error);
    expect(system.clock.pending).toBe(1);
  });
});

describe("options of an ask and a send", () => {
  test.each([-1, Number.NaN, "5", null])("with a timeout of %s are refused", async (timeout) => {
    await using system = new TestSystem();
    using address = system.spawn(idle, { mailbox: bounded(1) });
    for (const call of ["ask", "send"]) {
      const handle = address as unknown as Record<string, Untyped>;
      const error = await rejection(handle[call]?.({ type: "ping" }, { timeout }) as Promise<unknown>);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error).toMatchObject({ message: expect.stringMatching(/^timeout must be a number of milliseconds/) });
    }
    expect(system.ledger().accepted).toBe(0);
  });
});

describe("a supervisor", () => {
  test.each([
    { what: "nothing", given: undefined, message: /object with its `children`/ },
    { what: "no children", given: {}, message: /object with its `children`/ },
    {
      what: "another strategy",
      given: { strategy: "all", children: {} },
      message: /strategy of a supervisor must be one of "one_for_one", .*, not "all"/,
    },
    {
      what: "a definition for a child",
      given: { children: { a: idle } },
      message: /child "a" of a supervisor must be made by child\(/,
    },
    {
      what: "an empty id",
      given: { children: { "": child(idle) } },
      message: /id of a child is a string without "\/", not ""/,
    },
    { what: "a path for an id", given: { children: { "a/b": child(idle) } }, message: /not "a\/b"/ },
    { what: "a number for an id", given: { children: { 1: child(idle) } }, message: /The child "1" needs a name/ },
    { what: "a wrong intensity", given: { children: {}, intensity: { restarts: -1, withinMs: 1 } }, message: /not -1/ },
  ] satisfies Bad[])("of $what is refused by supervisor() and supervise, and nothing is spawned", async (row) => {
    await using system = new TestSystem();
    const { terminated } = system;
    for (const call of [supervisor as Untyped, (system.supervise as Untyped).bind(system)]) {
      const error = thrown(() => call(row.given));
      expect(error).toBeInstanceOf(InvalidDefinitionError);
      expect(error).toMatchObject({ message: expect.stringMatching(row.message) });
    }
    system.spawn(idle).drop();
    await terminated;
  });

  test("refuses to start what is no child", async () => {
    await using system = new TestSystem();
    using top = system.supervise(supervisor({ children: {} }));
    expect(() => (top.startChild as Untyped).call(top, "a", idle)).toThrow(InvalidDefinitionError);
    expect(() => top.startChild("a/b", child(idle))).toThrow(InvalidDefinitionError);
    expect(top.children()).toEqual([]);
  });
});

describe("what is no address", () => {
  test.each([undefined, null, {}, "/idle", { path: "/idle" }])("names no actor: %s", async (given) => {
    await using system = new TestSystem();
    using address = system.spawn(idle, { name: "idle" });
    for (const call of ["stop", "drain", "kill", "ledger"] as const) {
      if (call === "ledger" && given === undefined) continue;
      expect(() => (system[call] as Untyped).call(system, given)).toThrow(
        expect.objectContaining({
          code: "ERR_ACTOR_INVALID_DEFINITION",
          message: "An actor is named by one of its addresses",
        }),
      );
    }
    expect(await address.ask({ type: "ping" })).toBe("pong");
  });
});

describe("every error", () => {
  const reason = { kind: "normal" } as const;
  const all: readonly (readonly [Error, string, string])[] = [
    [new AskTimeoutError("/a", "get", 5), "AskTimeoutError", "ERR_ACTOR_ASK_TIMEOUT"],
    [new ActorStoppedError("/a", reason), "ActorStoppedError", "ERR_ACTOR_STOPPED"],
    [new ActorPanickedError("/a", "get", 5), "ActorPanickedError", "ERR_ACTOR_PANICKED"],
    [new MailboxFullError("/a", 5), "MailboxFullError", "ERR_ACTOR_MAILBOX_FULL"],
    [new StartFailedError("/a", 5), "StartFailedError", "ERR_ACTOR_START_FAILED"],
    [new UnknownMessageError("/a", "get"), "UnknownMessageError", "ERR_ACTOR_UNKNOWN_MESSAGE"],
    [new InvalidMessageError("/a", 5), "InvalidMessageError", "ERR_ACTOR_INVALID_MESSAGE"],
    [new InvalidDefinitionError("bad"), "InvalidDefinitionError", "ERR_ACTOR_INVALID_DEFINITION"],
    [new DuplicateNameError("/a"), "DuplicateNameError", "ERR_ACTOR_DUPLICATE_NAME"],
    [new SpawnRefusedError("/a", "why"), "SpawnRefusedError", "ERR_ACTOR_SPAWN_REFUSED"],
  ];

  test.each(all)("is an error with its name, its code and a stack: %s", (error, name, code) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code });
    expect(String(error)).toBe(`${name}: ${error.message}`);
    expect(error.stack).toContain("bad-input.test.ts");
  });

  test.each(all)("is told from the others by instanceof, also across copies: %s", (error, name) => {
    const twin = Object.create(Error.prototype, {
      [Symbol.for(`@pneumatic/actors/${name}`)]: { value: true },
    });
    const classes = all.map(([each]) => each.constructor as new (...given: never) => Error);
    expect(classes.filter((each) => error instanceof each)).toEqual([error.constructor]);
    expect(classes.filter((each) => twin instanceof each)).toEqual([error.constructor]);
    expect(classes.some((each) => (null as unknown) instanceof each || ("" as unknown) instanceof each)).toBe(false);
  });
});

test("a panic that a bad call causes inside a handler is one like any other", async () => {
  await using system = new TestSystem();
  const careless = actor({
    on: {
      spawn: (context) => (context.spawn as Untyped)({}) as Address<unknown>,
      get: () => "alive",
    },
  });
  using address = system.spawn(careless);
  expect(await rejection(address.ask({ type: "spawn" }))).toMatchObject({ cause: expect.any(InvalidDefinitionError) });
  expect(await address.ask({ type: "get" })).toBe("alive");
  await quiet();
});
