/** No ready arm starves another unless that is asked for, and those who wait at the same channels are served in turn. */
import type { MpmcReceiver, Receiver } from "@pneumatic/core";
import { after, channel, mpmc, never, ok, oneshot, select, syncChannel, tick, trySelect } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { CHANNEL_ARMS } from "../../support/arms.ts";
import type { EitherSender } from "../../support/flavors.ts";
import { FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const ROUNDS = 10_000;

/** How often each arm wins when `refill` made all of them ready before every select. */
async function wins(arms: [string, Receiver<unknown>][], refill: (won: string) => void): Promise<number[]> {
  const counts = new Map(arms.map(([name]) => [name, 0]));
  for (let round = 0; round < ROUNDS; round++) {
    const won = round % 2 ? trySelect(arms) : await select(arms);
    if (won?.result.ok !== true) expect.fail("every arm was ready");
    counts.set(won.arm, (counts.get(won.arm) ?? 0) + 1);
    refill(won.arm);
  }
  return [...counts.values()];
}

describe.each(FLAVORS)("$name", ({ open }) => {
  // 100
  test.each([2, 5])("each of %i ready arms wins at least half its share", async (count) => {
    const ends = numbers(count).map(() => open<number>());
    for (const [tx] of ends) void tx.send(0);
    const counts = await wins(
      ends.map(([, rx], index) => [`${index}`, rx]),
      (won) => void ends[Number(won)]?.[0].send(0),
    );
    for (const wins of counts) expect(wins).toBeGreaterThan(ROUNDS / count / 2);
  });

  // 99, 100
  test("each of three equal arms wins at least half its share when their channel is ready", async () => {
    const [tx, rx] = open<number>();
    void tx.send(0);
    const arms: [string, Receiver<number>][] = ["a", "b", "c"].map((name) => [name, rx]);
    for (const count of await wins(arms, () => void tx.send(0))) expect(count).toBeGreaterThan(ROUNDS / 6);
  });

  // 99, 100
  test("each of three equal arms wins at least half its share when a select waits on them", async () => {
    const [tx, rx] = open<number>();
    const counts = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const selected = select({ a: rx, b: rx, c: rx });
      void tx.send(round);
      const { arm, result } = await selected;
      if (!result.ok || result.value !== round) expect.fail("the value comes once and at once");
      counts.set(arm, (counts.get(arm) ?? 0) + 1);
    }
    expect(rx.isEmpty).toBe(true);
    for (const arm of ["a", "b", "c"]) expect(counts.get(arm)).toBeGreaterThan(ROUNDS / 6);
  });

  // 99
  test("one value fires one arm when a select has the same receiver twice", async () => {
    const [tx, rx] = open<number>();
    const selected = select([
      ["same", rx],
      ["same", rx],
    ]);
    void tx.send(1);
    expect(await selected).toStrictEqual({ arm: "same", result: ok(1) });
    const sent = tx.send(2);
    expect(await rx.recv()).toStrictEqual(ok(2));
    await sent;
    tx.drop();
    expect((await select({ a: rx, b: rx })).result).toMatchObject({ error: { kind: "disconnected" } });
  });

  // 99, 101
  test("the first of equal arms wins when a biased select waits on them", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(50)) {
      const selected = select({ off: never(), first: rx, second: rx }, { biased: true });
      void tx.send(n);
      expect(await selected).toStrictEqual({ arm: "first", result: ok(n) });
    }
  });

  // 101
  test("a biased select takes the first ready arm of the list and of the object", async () => {
    const ends = numbers(3).map(() => open<number>());
    const [[a, first], [b, second], [c, third]] = ends as [(typeof ends)[0], (typeof ends)[0], (typeof ends)[0]];
    const { biased } = { biased: true };
    for (const n of numbers(50)) {
      for (const tx of [c, b, a]) void tx.send(n);
      const list = [["third", third] as const, ["first", first] as const, ["second", second] as const];
      expect((await select(list, { biased })).arm).toBe("third");
      expect(trySelect({ third, second, first }, { biased })?.arm).toBe("second");
      expect((await select({ third, second, first }, { biased, timeout: 0 })).arm).toBe("first");
      expect(trySelect(list, { biased })).toBeUndefined();
    }
  });
});

// 100
test("each arm wins at least half its share when timers are ready beside channels", async () => {
  using clock = installClock();
  const [tx, message] = channel<number>();
  const [bounded, job] = syncChannel<number>(1);
  const every = tick(1);
  const always = tick(0);
  tx.send(0);
  void bounded.send(0);
  clock.advance(1);
  const arms: [string, Receiver<number>][] = Object.entries({ message, job, every, always });
  const counts = await wins(arms, (won) => {
    if (won === "message") tx.send(0);
    if (won === "job") void bounded.send(0);
    clock.advance(1);
  });
  for (const count of counts) expect(count).toBeGreaterThan(ROUNDS / 8);
});

// 100
test("each arm that can win once wins sometimes when it is ready beside a busy channel", async () => {
  const counts = { after: 0, oneshot: 0, ended: 0, busy: 0, off: 0 };
  const [tx, busy] = channel<number>();
  const [gone, ended] = channel<number>();
  gone.drop();
  for (let round = 0; round < ROUNDS; round++) {
    const [reply, answer] = oneshot<number>();
    reply.send(1);
    if (busy.isEmpty) tx.send(0);
    counts[(await select({ after: after(0), oneshot: answer, ended, busy, off: never() })).arm]++;
  }
  const { off, ...others } = counts;
  expect(off).toBe(0);
  for (const count of Object.values(others)) expect(count).toBeGreaterThan(ROUNDS / 8);
});

describe.each(CHANNEL_ARMS)("$name", ({ open }) => {
  // 101
  test("a biased select never takes a later arm when the first one is ready", async () => {
    const { receiver, send } = open();
    for (const n of numbers(200)) {
      send(n);
      expect(await select({ receiver, rest: tick(0) }, { biased: true })).toStrictEqual({
        arm: "receiver",
        result: ok(n),
      });
    }
    expect((await select({ receiver, rest: tick(0) }, { biased: true })).arm).toBe("rest");
  });
});

interface MpmcFlavor {
  readonly name: string;
  open(): [EitherSender<number>, MpmcReceiver<number>];
}

const MPMC_FLAVORS: readonly MpmcFlavor[] = [
  { name: "unbounded", open: () => mpmc.channel<number>() },
  { name: "bounded to 1", open: () => mpmc.syncChannel<number>(1) },
  { name: "rendezvous", open: () => mpmc.syncChannel<number>(0) },
];

describe.each(MPMC_FLAVORS)("mpmc, $name", ({ open }) => {
  // 97
  test("two selects on the clones of two receivers get one value each", async () => {
    const ends = [open(), open()] as const;
    for (const order of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const selects = numbers(2).map(() => {
        const [a, b] = [ends[0][1].clone(), ends[1][1].clone()];
        return select({ a, b }).finally(() => {
          a.drop();
          b.drop();
        });
      });
      const [one, other] = order;
      void ends[one][0].send(1);
      void ends[other][0].send(2);
      expect(await Promise.all(selects)).toStrictEqual([
        { arm: one ? "b" : "a", result: ok(1) },
        { arm: other ? "b" : "a", result: ok(2) },
      ]);
    }
  });

  // 103
  test("a select that won elsewhere takes no value from the one behind it", async () => {
    const [[first, one], [second, two]] = [open(), open()];
    const front = select({ one, two });
    const back = select({ two: two.clone() });
    void first.send(1);
    void second.send(2);
    expect(await front).toStrictEqual({ arm: "one", result: ok(1) });
    expect(await back).toStrictEqual({ arm: "two", result: ok(2) });
  });

  // 103
  test("a select that another one's win left waiting ends when the channel disconnects", async () => {
    const [tx, rx] = open();
    const selects = numbers(3).map(() => select({ rx: rx.clone(), off: never() }));
    void tx.send(1);
    tx.drop();
    const results = (await Promise.all(selects)).map(({ result }) => result);
    expect(results).toMatchObject([ok(1), { ok: false }, { ok: false }]);
  });

  // 103, 107
  test("selects that compete, time out and are aborted lose nothing and double nothing", async () => {
    using clock = installClock();
    const ends = numbers(4).map(() => open());
    const received: number[] = [];
    const done = new AbortController();
    const workers = numbers(8).map(async (worker) => {
      const arms = ends.map(([, rx], index) => [index, rx.clone()] as const);
      const mine = [...arms.slice(worker % 4), ...arms.slice(0, worker % 4)].slice(0, 2 + (worker % 3));
      for (let turn = 0; !done.signal.aborted; turn++) {
        const own = new AbortController();
        const signal = turn % 3 ? own.signal : done.signal;
        const selecting = select(mine, { signal, timeout: 1 + (turn % 5) });
        if (turn % 7 === worker % 7) own.abort();
        const selected = await selecting.catch(() => undefined);
        if (selected?.result.ok) received.push(selected.result.value);
      }
      for (const [, rx] of arms) rx.drop();
    });
    const sends = numbers(400).map(async (n) => {
      for (let turn = 0; turn < n / 4; turn++) await flush();
      return ends[n % 4]?.[0].send(n);
    });
    for (let turn = 0; received.length < 400; turn++) {
      if (turn > 5000) expect.fail(`${400 - received.length} values were lost`);
      clock.advance(1);
      await flush();
    }
    done.abort();
    clock.advance(10);
    await Promise.all([...workers, ...sends]);
    expect(received.sort((a, b) => a - b)).toEqual(numbers(400));
    expect(clock.pending).toBe(0);
  });
});

// 103
test("selects of one receiver each share what comes when their receivers are clones", async () => {
  const [tx, rx] = mpmc.channel<number>();
  const clones = numbers(4).map(() => rx.clone());
  const selects = clones.map((clone) => select({ clone }));
  tx.send(0);
  tx.send(1);
  expect((await Promise.all(selects.slice(0, 2))).map(({ result }) => result)).toStrictEqual([ok(0), ok(1)]);
  expect(await isPending(Promise.race(selects.slice(2)))).toBe(true);
  tx.send(2);
  tx.send(3);
  expect((await Promise.all(selects.slice(2))).map(({ result }) => result)).toStrictEqual([ok(2), ok(3)]);
});
