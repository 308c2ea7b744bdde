/**
 * Every function that takes options refuses the same things in the same way: what is no object, a name that it does not know
 * (and says which one may be meant), a value of the wrong kind, a number out of range. One table holds all of them.
 */
import {
  ActorSystem,
  actor,
  bounded,
  child,
  InvalidDefinitionError,
  implement,
  onThread,
  priority,
  supervisor,
} from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { explore, probe, testSystem } from "@pneumatic/actors/testing";
import { InvalidArgumentError } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { RecordingLog } from "../../support/recording-log.ts";

/** As JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is what is tried
type Untyped = any;

/** The error that a function refuses with. */
interface Refusal {
  readonly type: new (...given: never) => Error;
  readonly code: string;
}

const DEFINITION: Refusal = { type: InvalidDefinitionError, code: "ERR_ACTOR_INVALID_DEFINITION" };
const ARGUMENT: Refusal = { type: InvalidArgumentError, code: "ERR_CHANNEL_INVALID_ARGUMENT" };

/** A function that takes options. Names of options inside of others have a dot. */
interface Door {
  /** Calls the function with `options`. */
  readonly call: (options: unknown, system: Untyped) => unknown;
  readonly refusal: Refusal;
  /** Options that are accepted, to which one that is wrong is added. */
  readonly good?: object;
  /** Misspelt names, each with the one that is meant. */
  readonly nearest: Readonly<Record<string, string>>;
  /** Numbers of milliseconds. */
  readonly times?: readonly string[];
  /** Whole numbers. */
  readonly counts?: readonly string[];
  /** Anything else. */
  readonly others?: readonly string[];
  /** Objects. */
  readonly inner?: readonly string[];
}

const idle = actor({ name: "idle", on: { ping: () => "pong" } });
const MESSAGE = { type: "ping" };
const remote = onThread<typeof idle>(new URL("./nowhere.js", import.meta.url));

/** Runs `use` in a handler, with its context. */
async function inHandler(system: Untyped, use: (context: Untyped) => unknown): Promise<void> {
  const user = actor({
    on: {
      use: async (context: object) => {
        try {
          await use(context);
        } catch (error) {
          return { error };
        }
        return undefined;
      },
    },
  });
  using address: Untyped = system.spawn(user);
  const refused = await address.ask({ type: "use" });
  if (refused !== undefined) throw refused.error;
}

async function inTestSystem(use: (system: TestSystem) => unknown): Promise<void> {
  await using system = testSystem();
  await use(system);
}

const LIFE = {
  nearest: {
    restrat: "restart",
    shutdown: "shutdownMs",
    shutdownms: "shutdownMs",
    mailBox: "mailbox",
    posion: "poison",
    arg: "args",
    "backoff.initial": "initialMs",
    "backoff.maxms": "maxMs",
    "backoff.resetAfter": "resetAfterMs",
  },
  times: ["shutdownMs", "backoff.initialMs", "backoff.maxMs", "backoff.resetAfterMs"],
  others: ["restart", "mailbox", "poison", "backoff.jitter"],
  inner: ["backoff"],
} as const;

const ROOT = {
  nearest: { ...LIFE.nearest, nmae: "name", intensty: "intensity", "intensity.within": "withinMs" },
  times: [...LIFE.times, "intensity.withinMs"],
  counts: ["intensity.restarts"],
  others: [...LIFE.others, "name", "essential"],
  inner: [...LIFE.inner, "intensity"],
} as const;

const ROUTER = {
  good: { size: 1, intensity: { restarts: 1, withinMs: 1 } },
  nearest: {
    ...ROOT.nearest,
    stratgy: "strategy",
    sise: "size",
    keys: "key",
    "size.idle": "idleMs",
    "size.loaded": "loadedAt",
  },
  times: [...ROOT.times, "size.idleMs"],
  counts: [...ROOT.counts, "size", "size.min", "size.max", "size.loadedAt"],
  others: [...ROOT.others, "strategy", "key"],
} as const;

const WAIT = {
  refusal: ARGUMENT,
  nearest: { timeoutMs: "timeout", timeOut: "timeout", singal: "signal" },
  times: ["timeout"],
  others: ["signal"],
} as const;

const WITHIN = {
  refusal: DEFINITION,
  nearest: { withinMs: "within", witin: "within" },
  times: ["within"],
} as const;

const FRAME = {
  refusal: DEFINITION,
  good: { on: {} },
  nearest: { stoped: "stopped", strted: "started", sate: "state", nam: "name" },
  others: ["name", "state", "started", "stopped"],
  inner: ["on"],
} as const;

const FAULTS = {
  panic: { nearest: { actors: "actor" }, times: [], others: ["at", "actor", "message", "when"] },
  crash: { nearest: { cuase: "cause" }, times: [], others: ["at", "cause", "actor", "message", "when"] },
  slow: { nearest: { chnce: "chance" }, times: ["ms"], others: ["actor", "message", "when"] },
  delay: { nearest: { mesage: "message" }, times: ["ms"], others: ["actor", "message", "when"] },
  full: { nearest: { wen: "when" }, times: [], others: ["actor", "message", "when"] },
  drop: { nearest: { chances: "chance" }, times: [], others: ["actor", "message", "when"] },
} as const;

const TEST_SYSTEM = {
  refusal: DEFINITION,
  nearest: {
    autoAdvanc: "autoAdvance",
    sede: "seed",
    fault: "faults",
    faultbudget: "faultBudget",
    loglevel: "logLevel",
    "threads.heartbeat": "heartbeatMs",
  },
  times: ["threads.heartbeatMs"],
  counts: ["seed", "faultBudget", "deadLetters.keep"],
  others: ["clock", "autoAdvance", "faults", "name", "logger", "logLevel", "deadlock"],
} as const;

const DOORS: Readonly<Record<string, Door>> = {
  "actor()": { call: (given) => (actor as Untyped)(given), ...FRAME },
  "implement()": { call: (given) => (implement() as Untyped)(given), ...FRAME },
  "new ActorSystem()": {
    call: (options) => new (ActorSystem as Untyped)(options),
    refusal: DEFINITION,
    nearest: {
      nmae: "name",
      loglevel: "logLevel",
      loger: "logger",
      deadletters: "deadLetters",
      thread: "threads",
      "deadLetters.keeps": "keep",
      "threads.heartbeat": "heartbeatMs",
      "threads.resourceLimits.maxOldGenerationSizeMB": "maxOldGenerationSizeMb",
    },
    times: ["threads.heartbeatMs"],
    counts: ["deadLetters.keep"],
    others: [
      "name",
      "logger",
      "logLevel",
      "keepAlive",
      "clock",
      "scheduler",
      "random",
      "deadlock",
      "threads.resourceLimits.stackSizeMb",
    ],
    inner: ["deadLetters", "threads", "threads.resourceLimits"],
  },
  "system.spawn()": { call: (options, system) => system.spawn(idle, options), refusal: DEFINITION, ...ROOT },
  "child() of a definition on a thread": {
    call: (options) => (child as Untyped)(remote, options),
    refusal: DEFINITION,
    good: { thread: "dedicated" },
    nearest: { thraed: "thread", "resourceLimits.stackSizeMB": "stackSizeMb" },
    times: ["shutdownMs"],
    others: ["thread", "resourceLimits.maxYoungGenerationSizeMb"],
    inner: ["resourceLimits"],
  },
  "context.spawn()": {
    call: (options, system) => inHandler(system, ({ spawn }) => spawn(idle, options)),
    refusal: DEFINITION,
    ...ROOT,
  },
  "child()": {
    call: (options) => (child as Untyped)(idle, options),
    refusal: DEFINITION,
    ...LIFE,
    nearest: { ...LIFE.nearest, "on a mailbox": "mailbox" },
  },
  "supervisor()": {
    call: (spec) => (supervisor as Untyped)(spec),
    refusal: DEFINITION,
    good: { children: {} },
    nearest: { stratgy: "strategy", childs: "children", intensty: "intensity", "intensity.within": "withinMs" },
    times: ["intensity.withinMs"],
    counts: ["intensity.restarts"],
    others: ["strategy", "intensity"],
    inner: ["children"],
  },
  "system.supervise()": {
    call: (options, system) => system.supervise(supervisor({ children: {} }), options),
    refusal: DEFINITION,
    nearest: { nmae: "name" },
    others: ["name"],
  },
  "context.supervise()": {
    call: (options, system) => inHandler(system, ({ supervise }) => supervise(supervisor({ children: {} }), options)),
    refusal: DEFINITION,
    nearest: { nmae: "name" },
    others: ["name"],
  },
  "system.route()": { call: (options, system) => system.route(idle, options), refusal: DEFINITION, ...ROUTER },
  "context.route()": {
    call: (options, system) => inHandler(system, ({ route }) => route(idle, options)),
    refusal: DEFINITION,
    ...ROUTER,
  },
  "resize() of a router": {
    call: (size, system) => system.route(idle, { size: 1 }).resize(size),
    refusal: DEFINITION,
    good: { min: 1, max: 2 },
    nearest: { maxx: "max", idle: "idleMs" },
    times: ["idleMs"],
    counts: ["min", "max", "loadedAt"],
  },
  "bounded()": {
    call: (options) => (bounded as Untyped)(1, options),
    refusal: ARGUMENT,
    nearest: { overFlow: "overflow" },
    others: ["overflow"],
  },
  "priority()": {
    call: (options) => (priority as Untyped)(() => 0, options),
    refusal: ARGUMENT,
    nearest: { overFlow: "overflow", capcity: "capacity" },
    counts: ["capacity"],
    others: ["overflow"],
  },
  "address.ask()": { call: (options, system) => system.spawn(idle).ask(MESSAGE, options), ...WAIT },
  "address.send()": { call: (options, system) => system.spawn(idle).send(MESSAGE, options), ...WAIT },
  "address.send() into a mailbox that is full": {
    call: (options, system) => system.spawn(idle, { mailbox: bounded(0) }).send(MESSAGE, options),
    ...WAIT,
  },
  "ask() of a weak address": {
    call: (options, system) => system.spawn(idle).downgrade().ask(MESSAGE, options),
    ...WAIT,
  },
  "send() of a weak address": {
    call: (options, system) => system.spawn(idle).downgrade().send(MESSAGE, options),
    ...WAIT,
  },
  "ask() of a router": { call: (options, system) => system.route(idle, { size: 1 }).ask(MESSAGE, options), ...WAIT },
  "send() of a router": { call: (options, system) => system.route(idle, { size: 1 }).send(MESSAGE, options), ...WAIT },
  "send() of a broadcast": {
    call: (options, system) => system.route(idle, { size: 2, strategy: "broadcast" }).send(MESSAGE, options),
    ...WAIT,
  },
  "address.closed()": {
    call: (options, system) => {
      using address = system.spawn(idle);
      return address.closed(options);
    },
    refusal: ARGUMENT,
    nearest: { singal: "signal" },
    others: ["signal"],
  },
  "context.sleep()": {
    call: (options, system) => inHandler(system, ({ sleep }) => sleep(0, options)),
    refusal: ARGUMENT,
    nearest: { singal: "signal" },
    others: ["signal"],
  },
  "system.kill()": {
    call: (options, system) => system.kill(system.spawn(idle), options),
    refusal: DEFINITION,
    nearest: { restrat: "restart" },
    others: ["restart"],
  },
  "system.shutdown()": {
    call: (options) => new (ActorSystem as Untyped)({ logLevel: "silent" }).shutdown(options),
    refusal: DEFINITION,
    nearest: { timeout: "timeoutMs", timeoutMS: "timeoutMs" },
    times: ["timeoutMs"],
  },
  "system.deadLetterReceiver()": {
    call: (options, system) => system.deadLetterReceiver(options),
    refusal: DEFINITION,
    nearest: { capacty: "capacity" },
    counts: ["capacity"],
  },
  "testSystem()": { call: async (options) => (testSystem as Untyped)(options)[Symbol.asyncDispose](), ...TEST_SYSTEM },
  "explore()": {
    call: (options) => (explore as Untyped)(() => {}, options),
    ...TEST_SYSTEM,
    good: { runs: 1 },
    nearest: { sede: "seed", fautls: "faults", run: "runs", maxSteep: "maxSteps", shrinkRun: "shrinkRuns" },
    counts: ["runs", "seed", "maxSteps", "shrinkRuns", "faultBudget"],
    others: ["faults", "name", "logger", "logLevel", "deadlock"],
  },
  "probe()": {
    call: (options) => inTestSystem((system) => (probe as Untyped)(system, {}, options)),
    refusal: DEFINITION,
    nearest: { nmae: "name" },
    others: ["name"],
  },
  "expectMessage() of a probe": {
    call: (options) =>
      inTestSystem((system) => {
        const audit: Untyped = probe(system);
        audit.address.tell(MESSAGE);
        return audit.expectMessage("ping", options);
      }),
    ...WITHIN,
  },
  "expectNoMessage() of a probe": {
    call: (options) => inTestSystem((system) => (probe(system) as Untyped).expectNoMessage(options)),
    ...WITHIN,
  },
  "expectTerminated() of a probe": {
    call: (options) =>
      inTestSystem(async (system) => {
        const address = system.spawn(idle);
        await system.stop(address);
        return (probe(system) as Untyped).expectTerminated(address, options);
      }),
    ...WITHIN,
  },
  ...Object.fromEntries(
    Object.entries(FAULTS).map(([kind, options]): [string, Door] => [
      `a fault of kind "${kind}"`,
      {
        call: (fault) => inFaults(fault),
        refusal: DEFINITION,
        good: { kind },
        ...options,
        counts: ["nth"],
        others: [...options.others, "chance"],
      },
    ]),
  ),
  'a fault of kind "clockJump"': {
    call: (fault) => inFaults(fault),
    refusal: DEFINITION,
    good: { kind: "clockJump", nth: 1 },
    nearest: { chnce: "chance" },
    times: ["ms"],
    counts: ["nth"],
    others: ["chance"],
  },
};

async function inFaults(fault: unknown): Promise<void> {
  await using _system = (testSystem as Untyped)({ seed: 1, faults: [fault] });
}

/** `good`, with `value` at `path`. */
function withOption(good: object, path: string, value: unknown): object {
  const [first = "", ...rest] = path.split(".");
  const inside = (good as Record<string, unknown>)[first];
  if (rest.length === 0) return { ...good, [first]: value };
  const base = typeof inside === "object" && inside !== null ? inside : (GOOD_INSIDE[first] ?? {});
  return { ...good, [first]: withOption(base, rest.join("."), value) };
}

/** What must be there, so that nothing else is refused. */
const GOOD_INSIDE: Readonly<Record<string, object>> = {
  size: { min: 1, max: 2 },
  intensity: { restarts: 1, withinMs: 1 },
};

async function refusalOf(door: Door, options: unknown): Promise<Error> {
  const system = new ActorSystem({ logger: new RecordingLog().logger });
  let error: unknown;
  try {
    await door.call(options, system);
  } catch (thrown) {
    error = thrown;
  } finally {
    await system.shutdown({ timeoutMs: 0 });
  }
  if (error === undefined) throw new Error("It was accepted");
  expect(error).toBeInstanceOf(door.refusal.type);
  expect(error).toMatchObject({ code: door.refusal.code });
  return error as Error;
}

function lastOf(path: string): string {
  return path.split(".").at(-1) as string;
}

describe.each(Object.entries(DOORS))("%s", (_, door) => {
  const { good = {}, nearest, times = [], counts = [], others = [], inner = [] } = door;

  test("takes what is good, and what is undefined for what was left out", async () => {
    const system = new ActorSystem({ logger: new RecordingLog().logger });
    const absent = [...times, ...counts, ...others].filter((path) => !path.includes(".") && !(path in good));
    const options = Object.fromEntries(absent.map((path) => [path, undefined]));
    await door.call({ ...options, ...good }, system);
    await system.shutdown({ timeoutMs: 0 });
  });

  test.each([null, 5, "text", true, () => {}].map((given) => [String(given), given]))(
    "refuses %s",
    async (_, given) => {
      if (typeof given === "number" && "min" in good) return; // it is a size
      await refusalOf(door, given);
    },
  );

  test.each(Object.entries(nearest))("refuses %s, and says which name is the nearest: %s", async (path, meant) => {
    const { message } = await refusalOf(door, withOption(good, path, 1));
    expect(message).toContain(`"${lastOf(path)}"`);
    if (path.includes(" ")) return; // nothing is near
    expect(message).toContain(`(did you mean ${meant}?)`);
  });

  test.each(times.flatMap((path) => [Number.NaN, -1, Number.NEGATIVE_INFINITY, "5", 5n, null].map((ms) => [path, ms])))(
    "refuses %s: %s",
    async (path, ms) => {
      const { message } = await refusalOf(door, withOption(good, path as string, ms));
      expect(message).toContain(lastOf(path as string));
    },
  );

  test.each(counts.flatMap((path) => [Number.NaN, -1.5, 1.5, "5", 5n, null].map((count) => [path, count])))(
    "refuses %s: %s",
    async (path, count) => {
      const { message } = await refusalOf(door, withOption(good, path as string, count));
      expect(message).toContain(lastOf(path as string));
    },
  );

  test.each([...others, ...inner])("refuses %s of another kind", async (path) => {
    for (const value of [Symbol("odd"), null, inner.includes(path) ? 5 : Object.create(null)]) {
      const { message } = await refusalOf(door, withOption(good, path, value));
      expect(message).toContain(lastOf(path));
    }
  });
});

describe("an option that belongs elsewhere is refused, and the error says where", () => {
  test.each([
    ["essential of a child", () => (child as Untyped)(idle, { essential: true }), /each child in a specification is/],
    ["name of a child", () => (child as Untyped)(idle, { name: "idle" }), /the id in `children` is the name/],
    ["thread of an actor in process", () => (child as Untyped)(idle, { thread: "shared" }), /made by onThread\(\)/],
    [
      "resourceLimits of a shared thread",
      () => (child as Untyped)(remote, { resourceLimits: {} }),
      /option of the system/,
    ],
  ])("%s", (_, use, message) => {
    expect(use).toThrow(expect.objectContaining({ code: DEFINITION.code, message: expect.stringMatching(message) }));
  });
});

test("a time without end is accepted where it means that there is no limit", async () => {
  const endless = Number.POSITIVE_INFINITY;
  const system = new ActorSystem({ logger: new RecordingLog().logger, threads: { heartbeatMs: endless } });
  const address = system.spawn(idle, { shutdownMs: endless });
  expect(await address.ask(MESSAGE as { type: "ping" }, { timeout: endless })).toBe("pong");
  address.drop();
  await system.shutdown({ timeoutMs: endless });
});
