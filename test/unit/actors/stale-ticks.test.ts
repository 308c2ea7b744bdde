/** A tick that is queued when its timer is cancelled or set anew, or its incarnation ends, is never handled: it expires. */
import type { Context, MailboxSpec } from "@pneumatic/actors";
import { bounded, implement, priority, retry, unbounded } from "@pneumatic/actors";
import { describe, expect, test } from "vitest";
import { gate } from "../../support/gate.ts";
import { quiet, TestSystem } from "../../support/test-system.ts";

interface Clockwork {
  run(payload: { how: (context: Context<unknown, Clockwork>) => unknown }): unknown;
  tick(payload: { name: string }): void;
}
type Run = Parameters<Clockwork["run"]>[0]["how"];
const run = (how: Run) => ({ type: "run", how }) as const;
const tick = (name: string) => ({ type: "tick", name }) as const;

const MAILBOXES: Record<string, MailboxSpec> = {
  unbounded: unbounded(),
  bounded: bounded(10),
  "bounded, that drops its oldest": bounded(10, { overflow: "dropOldest" }),
  "bounded, that drops its newest": bounded(10, { overflow: "dropNewest" }),
  "by priority": priority(() => 0),
};

/** An actor that notes its ticks, each with the generation that handled it. */
function clockwork(options: { mailbox?: MailboxSpec; poison?: ReturnType<typeof retry>; failsOn?: number } = {}) {
  const { failsOn = 0, ...spawn } = options;
  const system = new TestSystem();
  const ticks: string[] = [];
  const definition = implement<Clockwork>()({
    on: {
      run: (context, { how }) => how(context),
      tick: ({ generation, attempt }, { name }) => {
        ticks.push(`${name} in ${generation}`);
        if (attempt <= failsOn) throw new Error("bad");
      },
    },
  });
  const address = system.spawn(definition, spawn);
  return { system, address, ticks };
}

/** Lets a handler set timers, sleep for 10 ms, in which they tick, and do the rest. */
async function whileQueued({ system, address }: ReturnType<typeof clockwork>, set: Run, then: Run): Promise<void> {
  const asked = address.ask(
    run(async (context) => {
      set(context);
      await context.sleep(10);
      await then(context);
    }),
  );
  asked.catch(() => {});
  await quiet();
  for (let passed = 0; passed < 10; passed++) await system.advance(1);
  await asked.catch(() => {});
  await quiet();
}

describe.each(Object.entries(MAILBOXES))("in a mailbox %s", (_, mailbox) => {
  test("a queued tick is not handled once its timer is cancelled", async () => {
    const actor = clockwork({ mailbox });
    await using system = actor.system;
    await whileQueued(
      actor,
      ({ timers }) => {
        timers.after("a", 5, tick("a"));
        timers.after("b", 5, tick("b"));
        timers.every("c", 2, tick("c"));
      },
      ({ timers }) => {
        timers.cancel("a");
        timers.cancel("c");
      },
    );
    expect(actor.ticks).toEqual(["b in 1"]);
    expect(system.ledger()).toMatchObject({ expired: 6, handled: 2, deadLettered: {} });
  });

  test("a queued tick is not handled once its key is set anew, and the new one is", async () => {
    const actor = clockwork({ mailbox });
    await using system = actor.system;
    await whileQueued(
      actor,
      ({ timers }) => {
        timers.after("a", 5, tick("old"));
        timers.every("b", 5, tick("old"));
      },
      ({ timers }) => {
        timers.every("a", 3, tick("a"));
        timers.after("b", 4, tick("b"));
      },
    );
    for (let passed = 0; passed < 6; passed++) await system.advance(1);
    expect(actor.ticks).toEqual(["a in 1", "b in 1", "a in 1"]);
    expect(system.ledger()).toMatchObject({ expired: 3, deadLettered: {} });
  });

  test.each(["panic", "kill"] as const)("a queued tick is not handled after a restart by %s", async (how) => {
    const actor = clockwork({ mailbox });
    await using system = actor.system;
    await whileQueued(
      actor,
      ({ timers }) => {
        timers.after("a", 5, tick("old"));
        timers.every("b", 5, tick("old"));
      },
      () => {
        if (how === "panic") throw new Error("bad");
        void system.kill(actor.address);
      },
    );
    expect(await actor.address.ask(run(({ generation }) => generation))).toBe(2);
    await system.advance(20);
    expect(actor.ticks).toEqual([]);
    expect(system.ledger()).toMatchObject({ expired: 3, queued: 0 });
  });

  test.each(["stop", "shutdown"] as const)("a queued tick expires in silence at a %s", async (end) => {
    const actor = clockwork({ mailbox });
    await using system = actor.system;
    await whileQueued(
      actor,
      ({ timers }) => timers.after("a", 5, tick("old")),
      () => void (end === "stop" ? system.stop(actor.address) : actor.address.tell(run(({ stop }) => stop()))),
    );
    await system.advance(20);
    expect(system.ledger().deadLettered).toEqual({});
    expect(system.logged.filter(({ level }) => level === "warn")).toEqual([]);
  });
});

test("a tick that is evicted when it is stale has expired, and is no dead letter", async () => {
  const actor = clockwork({ mailbox: bounded(1, { overflow: "dropOldest" }) });
  await using system = actor.system;
  await whileQueued(
    actor,
    ({ timers }) => timers.after("a", 5, tick("a")),
    ({ timers }) => {
      timers.cancel("a");
      actor.address.tell(tick("told"));
    },
  );
  expect(actor.ticks).toEqual(["told in 1"]);
  expect(system.ledger()).toMatchObject({ expired: 1, deadLettered: {} });
});

test("a tick behind stashed messages is stale as well", async () => {
  const actor = clockwork();
  await using system = actor.system;
  let isFirst = true;
  actor.address.tell(
    run(({ stash }) => {
      if (isFirst) stash();
      isFirst = false;
    }),
  );
  await whileQueued(
    actor,
    ({ timers }) => timers.after("a", 5, tick("a")),
    ({ timers, unstashAll }) => {
      timers.cancel("a");
      unstashAll();
    },
  );
  expect(actor.ticks).toEqual([]);
  expect(system.ledger()).toMatchObject({ expired: 1, handled: 2, stashed: 0 });
});

test("a tick that panics is handled again under a retry", async () => {
  const actor = clockwork({ poison: retry(1), failsOn: 1 });
  await using system = actor.system;
  await actor.address.ask(run(({ timers }) => timers.after("a", 5, tick("a"))));
  await system.advance(5);
  expect(actor.ticks).toEqual(["a in 1", "a in 2"]);
  expect(system.ledger()).toMatchObject({ expired: 0, panicked: 0 });
});

test("ticks of an actor that drains are dead letters without a warning, and others are warned of as ever", async () => {
  const actor = clockwork();
  await using system = actor.system;
  const { promise, open } = gate();
  const weak = actor.address.downgrade();
  actor.address.tell(
    run(async ({ timers }) => {
      timers.every("a", 1, tick("a"));
      await promise;
    }),
  );
  await quiet();
  actor.address.drop();
  for (let passed = 0; passed < 5; passed++) await system.advance(1);
  const warnings = () => system.logged.filter(({ level }) => level === "warn");
  expect(system.ledger().deadLettered).toEqual({ draining: 5 });
  expect(warnings()).toEqual([]);
  weak.tell(tick("told"));
  await quiet();
  expect(warnings()).toHaveLength(1);
  open();
  await quiet();
  expect(actor.ticks).toEqual([]);
});

test("a timer that has ticked leaves nothing behind", async () => {
  const actor = clockwork();
  await using system = actor.system;
  actor.address.tell(
    run(({ timers }) => {
      for (let n = 0; n < 100; n++) timers.after(`key ${n}`, 1, tick("a"));
    }),
  );
  await quiet();
  await system.advance(1);
  expect(actor.ticks).toHaveLength(100);
  expect(system.clock.pending).toBe(0);
});
