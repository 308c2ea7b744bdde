/** Anything can be thrown, wherever user code runs: it is a failure like any other, said in a few lines of the log. */
import type { Context, ExitReason } from "@pneumatic/actors";
import { ActorSystem, actor, implement, priority, retry } from "@pneumatic/actors";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ANYTHING } from "../../support/anything.mjs";
import { quiet, unaccounted } from "../../support/test-system.ts";

const MANY = { intensity: { restarts: 1000, withinMs: 1000 }, backoff: { initialMs: 0, maxMs: 0 } } as const;
const LONGEST_LINE = 80_000;

/** A real log, as text. */
function logged(): { readonly lines: string[]; readonly system: ActorSystem } {
  const lines: string[] = [];
  const system = new ActorSystem({
    logger: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
  });
  return { lines, system };
}

interface Subject {
  run(payload: { work: (context: Context<undefined, Subject>) => unknown }): unknown;
  fine(): string;
}

const subject = implement<Subject>()({
  name: "subject",
  on: { run: (context, { work }) => work(context as never), fine: () => "fine" },
});

/** Where user code throws `make()`, by a name; each lets a system have an actor that does. */
const PLACES: Readonly<Record<string, (make: () => unknown, system: ActorSystem) => unknown>> = {
  "a handler": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const work = (): never => {
      throw make();
    };
    address.tell({ type: "run", work });
    await expect(address.ask({ type: "run", work })).rejects.toMatchObject({ code: "ERR_ACTOR_PANICKED" });
    expect(await address.ask({ type: "fine" })).toBe("fine");
    expect(system.ledger(address)).toMatchObject({ panicked: 2, handled: 1 });
  },
  "an async handler": async (make, system) => {
    using address = system.spawn(subject, { ...MANY, poison: retry(1) });
    const work = async (): Promise<never> => {
      throw make();
    };
    address.tell({ type: "run", work });
    await expect(address.ask({ type: "run", work })).rejects.toMatchObject({ code: "ERR_ACTOR_PANICKED" });
    expect(await address.ask({ type: "fine" })).toBe("fine");
    expect(system.ledger(address)).toMatchObject({ panicked: 2, handled: 1 });
  },
  "a thenable of a handler": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: it is what is tried
      get then(): never {
        throw make();
      },
    };
    await expect(address.ask({ type: "run", work: () => thenable })).rejects.toMatchObject({
      code: "ERR_ACTOR_PANICKED",
    });
    expect(await address.ask({ type: "fine" })).toBe("fine");
  },
  "a handler whose caller has given up": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const caller = new AbortController();
    const work = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(make())));
    const asked = address.ask({ type: "run", work }, { signal: caller.signal }).catch(() => {});
    await quiet();
    caller.abort();
    await asked;
    expect(await address.ask({ type: "fine" })).toBe("fine");
    expect(system.ledger(address)).toMatchObject({ panicked: 1, handled: 1 });
  },
  state: async (make, system) => {
    const address = system.spawn(
      actor({
        state: () => {
          throw make();
        },
        on: {},
      }),
      { ...MANY, restart: "temporary" },
    );
    await expect(address.started).rejects.toMatchObject({ code: "ERR_ACTOR_START_FAILED" });
    expect((await address.exited).kind).toBe("startFailed");
  },
  started: async (make, system) => {
    const address = system.spawn(
      actor({
        started: async () => {
          throw make();
        },
        on: {},
      }),
      { ...MANY, restart: "temporary" },
    );
    await expect(address.started).rejects.toMatchObject({ code: "ERR_ACTOR_START_FAILED" });
    expect((await address.exited).kind).toBe("startFailed");
  },
  stopped: async (make, system) => {
    const address = system.spawn(
      actor({
        stopped: () => {
          throw make();
        },
        on: {},
      }),
    );
    await address.started;
    address.drop();
    expect((await address.exited).kind).toBe("panicked");
  },
  "a promise of pipeToSelf": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const work = ({ pipeToSelf }: Context<undefined, Subject>): void =>
      pipeToSelf(new Promise((_, reject) => reject(make())), () => ({ type: "fine" }));
    await address.ask({ type: "run", work });
    await quiet();
    expect(await address.ask({ type: "fine" })).toBe("fine");
  },
  "what pipeToSelf makes a message with": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const work = ({ pipeToSelf }: Context<undefined, Subject>): void =>
      pipeToSelf(Promise.resolve(1), () => {
        throw make();
      });
    await address.ask({ type: "run", work });
    await quiet();
    expect(await address.ask({ type: "fine" })).toBe("fine");
  },
  "what a watch makes a message with": async (make, system) => {
    using address = system.spawn(subject, MANY);
    const other = system.spawn(subject);
    const work = ({ watch }: Context<undefined, Subject>): void =>
      void watch(other, (_: ExitReason): never => {
        throw make();
      });
    await address.ask({ type: "run", work });
    other.drop();
    await other.exited;
    await quiet();
    expect(await address.ask({ type: "fine" })).toBe("fine");
  },
  "a priority": async (make, system) => {
    const mailbox = priority<{ readonly type: string }>(() => {
      throw make();
    });
    using address = system.spawn(subject, { ...MANY, mailbox });
    expect(await address.ask({ type: "fine" })).toBe("fine");
  },
  "the key of a router": async (make, system) => {
    const key = (): never => {
      throw make();
    };
    using pool = system.route(subject, { size: 2, strategy: "consistent_hash", key });
    await expect((async () => pool.ask({ type: "fine" }))()).rejects.toBeDefined();
    await expect((async () => pool.tell({ type: "fine" }))()).rejects.toBeDefined();
  },
  "the drop of something owned": async (make, system) => {
    const address = system.spawn(subject, MANY);
    const work = ({ own }: Context<undefined, Subject>): unknown =>
      void own({
        [Symbol.dispose]: () => {
          throw make();
        },
      });
    await address.ask({ type: "run", work });
    address.drop();
    expect((await address.exited).kind).toBe("normal");
  },
};

describe.each(Object.entries(PLACES))("thrown in %s", (_, use) => {
  it.each(Object.entries(ANYTHING))("%s is a failure like any other", async (_, make) => {
    const { lines, system } = logged();
    await use(make, system);
    await system.shutdown({ timeoutMs: 1000 });
    await quiet();
    expect(unaccounted(system.ledger())).toBe(0);
    expect(Math.max(0, ...lines.map(({ length }) => length))).toBeLessThan(LONGEST_LINE);
  });
});
