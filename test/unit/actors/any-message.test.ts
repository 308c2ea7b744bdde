/** A message can be anything: what cannot be read is refused at the door, or fails alone; each ask settles, the actor goes on. */
import type { MailboxSpec } from "@pneumatic/actors";
import { ActorSystem, actor, bounded, priority, topic, unbounded } from "@pneumatic/actors";
import { TrySendError } from "@pneumatic/core";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { quiet, unaccounted } from "../../support/test-system.ts";

// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is what is tried
type Untyped = any;

const throws = (): never => {
  throw new Error("a trap");
};

/** A message that is fine when it is sent, and becomes odd with `spoil`. */
interface Odd {
  readonly message: object;
  readonly spoil: () => void;
}

const ODD: Readonly<Record<string, () => Odd>> = {
  "a proxy that is revoked later": () => {
    const { proxy, revoke } = Proxy.revocable({ type: "set" }, {});
    return { message: proxy, spoil: revoke };
  },
  "a type that throws later": () => {
    let isSpoilt = false;
    const message = {
      get type(): string {
        return isSpoilt ? throws() : "set";
      },
    };
    return {
      message,
      spoil: () => {
        isSpoilt = true;
      },
    };
  },
  "a type that becomes an object whose toString throws": () => {
    const message: { type: unknown } = { type: "set" };
    return {
      message,
      spoil: () => {
        message.type = { toString: throws };
      },
    };
  },
  "a type that becomes a symbol": () => {
    const message: { type: unknown } = { type: "set" };
    return {
      message,
      spoil: () => {
        message.type = Symbol("odd");
      },
    };
  },
  "a type that is gone": () => {
    const message: { type?: unknown } = { type: "set" };
    return {
      message,
      spoil: () => {
        delete message.type;
      },
    };
  },
  "a payload that throws": () => ({
    message: Object.defineProperty({ type: "set" }, "value", { get: throws, enumerable: true }),
    spoil: () => {},
  }),
};

const MAILBOXES: Readonly<Record<string, MailboxSpec>> = {
  unbounded: unbounded(),
  bounded: bounded(1),
  rejecting: bounded(1, { overflow: "reject" }),
  dropOldest: bounded(1, { overflow: "dropOldest" }),
  priority: priority((message: Untyped) => message.type.length),
};

const cell = actor({
  name: "cell",
  on: {
    set: (_, message: { value?: unknown }) => void message.value,
    get: () => "alive",
    hold: (_, { until }: { until: Promise<void> }) => until,
  },
});

/** Each way in, and what becomes of what it returns. */
const WAYS: Readonly<Record<string, (address: Untyped, message: object) => unknown>> = {
  tell: (address, message) => address.tell(message),
  ask: (address, message) => address.ask(message),
  send: (address, message) => address.send(message, { timeout: 50 }),
  trySend: (address, message) => address.trySend(message),
};

describe.each(Object.entries(MAILBOXES))("in a mailbox that is %s", (_, mailbox) => {
  describe.each(Object.entries(WAYS))("by %s", (_, send) => {
    it.each(Object.entries(ODD))("%s fails alone", async (_, make) => {
      const system = new ActorSystem({ logLevel: "silent" });
      using address: Untyped = system.spawn(cell, { mailbox, backoff: { initialMs: 0, maxMs: 0 } } as Untyped);
      const gate = deferred();
      address.tell({ type: "hold", until: gate.promise });
      await quiet();
      const { message, spoil } = make();
      const sent = Promise.allSettled([message, message].map(async (each) => send(address, each)));
      await quiet();
      spoil();
      gate.resolve();
      await sent; // each settles
      await quiet();
      expect(await address.ask({ type: "get" })).toBe("alive");
      const ledger = system.ledger(address);
      expect(unaccounted(ledger)).toBe(0);
      expect([ledger.queued, ledger.inFlight]).toEqual([0, 0]);
      await system.shutdown({ timeoutMs: 1000 });
    });
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

it.each(Object.entries(ODD).filter(([name]) => !name.includes("payload")))(
  "%s is refused at the door once it is odd",
  async (_, make) => {
    await using system = new ActorSystem({ logLevel: "silent" });
    using address: Untyped = system.spawn(cell);
    const { message, spoil } = make();
    spoil();
    const invalid = expect.objectContaining({ code: "ERR_ACTOR_INVALID_MESSAGE" });
    expect(() => address.tell(message)).toThrow(invalid);
    expect(() => address.trySend(message)).toThrow(invalid);
    await expect(address.ask(message)).rejects.toEqual(invalid);
    await expect(address.send(message)).rejects.toEqual(invalid);
    using pool: Untyped = system.route(cell, { size: 2 });
    expect(() => pool.tell(message)).toThrow(invalid);
    expect(system.ledger(address).accepted).toBe(0);
    await quiet();
  },
);

const MARKER = "MARKER-9f2c";

it("never logs the content of a message, whatever fails with it", async () => {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const system = new ActorSystem({ logger });
  const full: Untyped = system.spawn(cell, { mailbox: bounded(1, { overflow: "reject" }), name: "full" });
  full.tell({ type: "hold", until: new Promise<void>(() => {}) });
  await quiet();
  full.tell({ type: "set", value: MARKER });
  const fails = actor({
    name: "fails",
    on: {
      unsent: () => {
        throw full.trySend({ type: "set", value: MARKER }).error;
      },
      caused: () => {
        throw new Error("outer", { cause: full.trySend({ type: "set", value: MARKER }).error });
      },
      several: () => {
        throw new AggregateError([new TrySendError("full", { text: MARKER })], "several");
      },
      about: (_, message: { text: string }) => {
        throw Object.assign(new Error("about"), { message: "about", request: message, data: [message] });
      },
      itself: (_, message: { text: string }) => {
        throw message;
      },
      stash: ({ stash }) => stash(),
    },
    stopped: (_, reason) => {
      if (reason.kind === "panicked") throw Object.assign(new Error("again"), { reason });
    },
  });
  const restarts = { intensity: { restarts: 100, withinMs: 1000 }, backoff: { initialMs: 0, maxMs: 0 } } as const;
  using address: Untyped = system.spawn(fails, { ...restarts, poison: "quarantine" });
  for (const type of ["unsent", "caused", "several", "about", "itself", "stash", "unknown"]) {
    address.tell({ type, text: MARKER });
    await address.ask({ type, text: MARKER }, { timeout: 200 }).catch(() => {});
  }
  full.tell({ type: "set", value: MARKER });
  const news = topic<{ type: "set"; value: string }>("topic");
  system.topics.subscribe(news, full);
  system.topics.publish(news, { type: "set", value: MARKER });
  await system.kill(full, { restart: false });
  full.tell({ type: "set", value: MARKER });
  await system.shutdown({ timeoutMs: 100 });
  await quiet();
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.filter((line) => line.includes(MARKER))).toEqual([]);
});

it("shortens names in the log and in errors", async () => {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const system = new ActorSystem({ logger });
  const name = "n".repeat(2 ** 20);
  const long: Untyped = system.spawn(
    actor({
      name,
      on: {
        fail: ({ log }) => {
          log.info("hello");
          throw new Error("bad");
        },
      },
    }),
    { name },
  );
  long.tell({ type: "t".repeat(2 ** 20) });
  const failure = await long.ask({ type: "fail" }).catch((error: Error) => error);
  const unknown = await long.ask({ type: "u".repeat(2 ** 20) }).catch((error: Error) => error);
  long.drop();
  await system.shutdown({ timeoutMs: 1000 });
  await quiet();
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(10_000);
  expect([failure.message.length < 3000, unknown.message.length < 3000]).toEqual([true, true]);
});
