/** Loops that are always ready leave timers and I/O their turn, and lose, double or reorder nothing by it. */
import { channel, mpmc, ok, select, syncChannel, tick, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { mustEqual } from "../../support/must-equal.ts";
import { flush } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

/** Far more than fits between two timers, far less than a test's time. */
const CEILING = 5_000_000;
const UNCOOPERATIVE = { cooperative: false };
/** More operations than one turn may have where the clock stands still. */
const LONG_TURN = 200_000;

/** A loop of operations that are always ready; `goOn` is asked before each. */
type Loop = (goOn: () => boolean, options?: { readonly cooperative: boolean }) => Promise<void>;

const LOOPS: Record<string, Loop> = {
  "`for await` loop": async (goOn, options) => {
    const [tx, rx] = channel<number>(options);
    tx.send(0);
    for await (const n of rx) if (tx.send(n + 1).ok && !goOn()) break;
  },
  "loop of receives": async (goOn, options) => {
    const [tx, rx] = channel<number>(options);
    while (goOn()) {
      tx.send(0);
      await rx.recv();
    }
  },
  "loop of batches": async (goOn, options) => {
    const [tx, rx] = mpmc.channel<number>(options);
    while (goOn()) {
      tx.send(0);
      await rx.recvMany([], 10);
    }
  },
  "loop of sends": async (goOn, options) => {
    const [tx, rx] = syncChannel<number>(1, options);
    while (goOn()) {
      await tx.send(0);
      rx.tryRecv();
    }
  },
  "loop of reservations": async (goOn, options) => {
    const [tx, rx] = syncChannel<number>(2, options);
    while (goOn()) {
      unwrap(await tx.reserve()).drop();
      unwrap(await tx.reserveMany(2)).drop();
    }
    rx.drop();
  },
  "sender beside a receiver": (goOn, options) => beside(syncChannel<number>(4, options), goOn),
  "rendezvous of a sender and a receiver": (goOn, options) => beside(syncChannel<number>(0, options), goOn),
  "game of ping-pong": async (goOn, options) => {
    const [ping, pinged] = channel<number>(options);
    const [pong, ponged] = channel<number>(options);
    const other = (async () => {
      for await (const n of pinged) pong.send(n);
    })();
    while (goOn()) {
      ping.send(0);
      await ponged.recv();
    }
    ping.drop();
    await other;
  },
};

async function beside([tx, rx]: ReturnType<typeof syncChannel<number>>, goOn: () => boolean): Promise<void> {
  async function send(): Promise<void> {
    while (goOn()) await tx.send(0);
    tx.drop();
  }
  await Promise.all([send(), collect(rx)]);
}

const ALWAYS_COOPERATIVE: Record<string, Loop> = {
  "select loop over tick(0)": async (goOn) => {
    const arms = { always: tick(0), other: tick(0) };
    while (goOn()) await select(arms);
  },
  "`for await` loop over tick(0)": async (goOn) => {
    for await (const _ of tick(0)) if (!goOn()) break;
  },
  "select loop over a channel": async (goOn, options) => {
    const [tx, rx] = channel<number>(options);
    while (goOn()) {
      const selected = select({ rx });
      tx.send(0);
      await selected;
    }
  },
};

/** Counts the turns of the event loop until stopped. */
function countTurns(): { stop(): number } {
  let turns = 0;
  let next = setImmediate(count);
  function count(): void {
    turns++;
    next = setImmediate(count);
  }
  return {
    stop: () => {
      clearImmediate(next);
      return turns;
    },
  };
}

/** Says go on until `turns` timers have fired, one after the other, or far too many operations are done. */
function untilTimers(turns: number): { goOn(): boolean; readonly fired: number } {
  let fired = 0;
  let operations = 0;
  const timer = setInterval(() => fired++, 1);
  function goOn(): boolean {
    const isOn = fired < turns && ++operations < CEILING;
    if (!isOn) clearInterval(timer);
    return isOn;
  }
  return {
    goOn,
    get fired() {
      return fired;
    },
  };
}

describe.each(Object.entries({ ...LOOPS, ...ALWAYS_COOPERATIVE }))("a %s", (_, loop) => {
  // 118
  test("the loop leaves timers their turns while it is always ready", async () => {
    const timers = untilTimers(5);
    await loop(timers.goOn);
    expect(timers.fired).toBe(5);
  });

  // 118
  test("the loop leaves others their turns when the clock stands still", async () => {
    using _clock = installClock();
    const timers = untilTimers(2);
    await loop(timers.goOn);
    expect(timers.fired).toBe(2);
  });
});

describe.each(Object.entries(LOOPS))("a %s", (_, loop) => {
  // 118
  test("the loop is not interrupted when its channels are not cooperative", async () => {
    let operations = 0;
    await flush();
    const turns = countTurns();
    const began = performance.now();
    await loop(() => {
      operations++;
      return operations < LONG_TURN || performance.now() - began < 20;
    }, UNCOOPERATIVE);
    expect(turns.stop()).toBe(0);
    expect(operations).toBeGreaterThanOrEqual(LONG_TURN);
  });
});

// 118
test("several loops get their turns beside timers and each other when all are always ready", async () => {
  const timers = untilTimers(20);
  const counts = Object.values({ ...LOOPS, ...ALWAYS_COOPERATIVE }).map((loop) => {
    const progress = { operations: 0 };
    const done = loop(() => ++progress.operations > 0 && timers.goOn());
    return { progress, done };
  });
  await Promise.all(counts.map(({ done }) => done));
  expect(timers.fired).toBe(20);
  for (const { progress } of counts) expect(progress.operations).toBeGreaterThan(100);
});

// 118
test("a loop leaves others their turns every few operations when there is a millisecond of work between them", async () => {
  using clock = installClock();
  await flush();
  const [tx, rx] = channel<number>();
  for (const n of numbers(400)) tx.send(n);
  tx.drop();
  const turns = countTurns();
  for await (const _ of rx) clock.advance(1);
  expect(turns.stop()).toBeGreaterThan(40);
});

// 118, 11: a send into an unbounded channel cannot be put off, so its consumer must not rest for ever
test("a consumer works on while a sender into its unbounded channel never waits", async () => {
  const [tx, rx] = channel<number>();
  const [out, results] = channel<number>();
  let sent = 0;
  async function produce(): Promise<void> {
    while ((await tx.send(sent)).ok && sent < CEILING) sent++;
  }
  async function work(): Promise<void> {
    for await (const n of rx) if (n % 1000 === 0) out.send(n);
  }
  const tasks = [produce(), work()];
  for (const n of numbers(200)) expect(await results.recv()).toStrictEqual(ok(n * 1000));
  rx.drop();
  expect(sent).toBeLessThan(CEILING);
  await Promise.all(tasks);
});

// 118, 2
test.each([0, 1, 64])("values keep their order over a capacity of %i when turns end in between", async (capacity) => {
  using clock = installClock();
  await flush(); // so that this turn began by this clock
  const [tx, rx] = syncChannel<number>(capacity);
  const turns = countTurns();
  async function send(): Promise<void> {
    for (const n of numbers(20_000)) {
      if (n % 100 === 0) clock.advance(1);
      mustEqual(kindOf(await tx.send(n)), "ok");
    }
    tx.drop();
  }
  const [received] = await Promise.all([collect(rx), send()]);
  expect(turns.stop()).toBeGreaterThan(10);
  expect(received).toEqual(numbers(20_000));
});
