/**
 * A select takes from exactly one arm that is ready, says which, and waits when none is. (It performs the receive itself, so
 * there is neither a `ready()` nor an operation to complete: behaviour 106 does not apply.)
 */
import type { SelectArm } from "@pneumatic/core";
import { after, channel, never, ok, oneshot, select, syncChannel, tick, trySelect, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { ARMS, CHANNEL_ARMS } from "../../support/arms.ts";
import { SYNC_FLAVORS } from "../../support/flavors.ts";
import { flush, isPending } from "../../support/pending.ts";
import { kindOf, numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const DISCONNECTED = { ok: false, error: { kind: "disconnected" } };
const TIMED_OUT = { arm: undefined, result: { ok: false, error: { kind: "timeout", code: "ERR_CHANNEL_TIMEOUT" } } };

describe.each(ARMS)("$name", ({ open }) => {
  // 93
  test.each([2, 5])("a select takes the only ready arm when there are %i", async (count) => {
    for (const ready of numbers(count)) {
      const arms = numbers(count).map(open);
      const list = arms.map(({ receiver }, index) => [`arm ${index}`, receiver] as const);
      arms[ready]?.send(ready);
      expect(await select(list)).toStrictEqual({ arm: `arm ${ready}`, result: ok(ready) });
      const next = numbers(count).map(open);
      next[ready]?.send(ready);
      const named = Object.fromEntries(next.map(({ receiver }, index) => [`arm ${index}`, receiver]));
      expect(trySelect(named)).toStrictEqual({ arm: `arm ${ready}`, result: ok(ready) });
    }
  });

  // 94
  test("a select takes the end of an arm again and again when it is disconnected", async () => {
    const { receiver, disconnect } = open();
    disconnect();
    for (const _ of numbers(3)) {
      expect(await select({ receiver, off: never() })).toMatchObject({ arm: "receiver", result: DISCONNECTED });
      expect(trySelect({ receiver, off: never() })).toMatchObject({ arm: "receiver", result: DISCONNECTED });
    }
  });

  // 94, 18
  test("a select takes a queued value first when its arm is disconnected", async () => {
    const { receiver, send, disconnect } = open();
    send(1);
    disconnect();
    expect((await select({ receiver })).result).toStrictEqual(ok(1));
    expect((await select({ receiver })).result).toMatchObject(DISCONNECTED);
  });

  // 95, 102
  test("a select says that nothing is ready when that is so, at once and in its time", async () => {
    using clock = installClock();
    const arms = { one: open().receiver, other: open().receiver };
    expect(trySelect(arms)).toBeUndefined();
    expect(await select(arms, { timeout: 0 })).toMatchObject(TIMED_OUT);
    const timed = select(arms, { timeout: 10 });
    clock.advance(9);
    expect(await isPending(timed)).toBe(true);
    clock.advance(1);
    expect(await timed).toMatchObject(TIMED_OUT);
    expect(clock.pending).toBe(0);
  });

  // 96
  test("a select that waits takes what is sent later", async () => {
    const [first, second] = [open(), open()];
    const selected = select({ first: first.receiver, second: second.receiver });
    expect(await isPending(selected)).toBe(true);
    second.send(7);
    expect(await selected).toStrictEqual({ arm: "second", result: ok(7) });
  });

  // 94, 96
  test("a select that waits ends when an arm disconnects", async () => {
    const [first, second] = [open(), open()];
    const selected = select({ first: first.receiver, second: second.receiver });
    expect(await isPending(selected)).toBe(true);
    first.disconnect();
    expect(await selected).toMatchObject({ arm: "first", result: DISCONNECTED });
  });

  // 102
  test("a select never misses an arm that is ready when its timeout is 0", async () => {
    for (const n of numbers(50)) {
      const [silent, loud] = [open(), open()];
      const arms = n % 2 ? { silent: silent.receiver, loud: loud.receiver } : { loud: loud.receiver };
      loud.send(n);
      const taken = n % 3 ? trySelect(arms) : await select(arms, { timeout: 0 });
      expect(taken).toStrictEqual({ arm: "loud", result: ok(n) });
    }
  });

  // 97
  test("two selects take both values, each once, when both arms are ready", async () => {
    const [first, second] = [open(), open()];
    const arms = { first: first.receiver, second: second.receiver };
    first.send(1);
    second.send(2);
    const taken = [await select(arms, { biased: true }), trySelect({ second: second.receiver })];
    expect(taken.map((selected) => selected?.result)).toStrictEqual([ok(1), ok(2)]);
    expect([first.receiver.isEmpty, second.receiver.isEmpty]).toEqual([true, true]);
  });
});

describe.each(CHANNEL_ARMS)("$name", ({ open }) => {
  // 97
  test("two selects leave nothing when both arms were ready", async () => {
    const [first, second] = [open(), open()];
    const arms = { first: first.receiver, second: second.receiver };
    for (const n of numbers(20)) {
      first.send(n);
      second.send(n);
      const taken = [(await select(arms)).arm, trySelect(arms)?.arm];
      expect(taken.sort()).toEqual(["first", "second"]);
      expect(trySelect(arms)).toBeUndefined();
    }
  });

  // 102
  test("a select finds each value as soon as it is sent while tasks take turns", async () => {
    const arms = numbers(3).map(open);
    const list = arms.map(({ receiver }, index) => [index, receiver] as const);
    let sent = 0;
    async function send(n: number): Promise<void> {
      for (const round of numbers(30)) {
        sent++;
        await arms[n]?.send(round);
        if (round % 7 === n) await flush();
      }
    }
    const tasks = numbers(3).map(send);
    for (let taken = 0; taken < 90; ) {
      const before = sent;
      const selected = taken % 2 ? trySelect(list) : await select(list, { timeout: 0 });
      if (selected?.arm !== undefined) taken++;
      else {
        expect(taken).toBe(before);
        await flush();
      }
    }
    await Promise.all(tasks);
  });

  // 104
  test("a select can use the same arms again when one of them has won", async () => {
    const [first, second] = [open(), open()];
    const arms = { first: first.receiver, second: second.receiver };
    for (const n of numbers(10)) {
      const selected = select(arms);
      (n % 3 ? first : second).send(n);
      expect(await selected).toStrictEqual({ arm: n % 3 ? "first" : "second", result: ok(n) });
    }
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 98
  test("a select goes on waiting when senders are cloned and dropped", async () => {
    const [tx, rx] = open<number>();
    const selected = select({ rx, off: never() });
    for (const _ of numbers(5)) tx.clone().drop();
    const last = tx.clone();
    tx.drop();
    expect(await isPending(selected)).toBe(true);
    expect(kindOf(last.trySend(3))).toBe("ok");
    expect((await selected).result).toStrictEqual(ok(3));
  });

  // 51, 96
  test("an attempt to send succeeds once when a select waits, and fills the room", async () => {
    const [tx, rx] = open<number>();
    const selected = select({ rx, off: never() });
    const attempts = numbers(room + 2).map((n) => kindOf(tx.trySend(n)));
    expect(attempts).toEqual([...numbers(room + 1).map(() => "ok"), "full"]);
    expect((await selected).result).toStrictEqual(ok(0));
    expect(rx.length).toBe(room);
  });

  // 96, 52
  test("a send that waits is complete when a select takes its value", async () => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    const sent = tx.send(room);
    expect(await isPending(sent)).toBe(true);
    expect((await select({ rx })).result).toStrictEqual(ok(0));
    expect(kindOf(await sent)).toBe("ok");
  });
});

// 93
test("a select takes each kind of arm beside the others when only that one is ready", async () => {
  using clock = installClock();
  const [tx, message] = channel<string>();
  const [bounded, job] = syncChannel<string>(0);
  const [answer, reply] = oneshot<string>();
  const arms = { message, job, reply, late: after(10), every: tick(7), off: never<string>() };
  const won: (string | undefined)[] = [];
  async function turn(): Promise<void> {
    won.push((await select(arms)).arm);
  }
  for (const make of [
    () => clock.advance(7),
    () => clock.advance(3),
    () => tx.send("message"),
    () => bounded.send("job"),
    () => answer.send("reply"),
  ]) {
    const taken = turn();
    make();
    await taken;
  }
  expect(won).toEqual(["every", "late", "message", "job", "reply"]);
});

// 104
test("a select is nested in another when an arm brings the arms of the next", async () => {
  const [outer, menus] = channel<Record<string, SelectArm>>();
  const [tx, rx] = channel<string>();
  outer.send({ rx, off: never() });
  const task = select({ menus, off: never<Record<string, SelectArm>>() }).then(({ result }) => select(unwrap(result)));
  tx.send("inner");
  expect(await task).toStrictEqual({ arm: "rx", result: ok("inner") });
});

// 104
test("a receiver that came through a select is an arm of the next when many are nested", async () => {
  interface Layer {
    readonly inner: SelectArm;
  }
  const [last, deepest] = channel<string>();
  last.send("core");
  let receiver: SelectArm = deepest;
  for (const _ of numbers(100)) {
    const [tx, rx] = channel<Layer>();
    tx.send({ inner: receiver });
    receiver = rx;
  }
  let value: unknown;
  while (value !== "core") {
    value = unwrap((await select({ receiver })).result);
    if (value !== "core") ({ inner: receiver } = value as Layer);
  }
  expect(value).toBe("core");
});

// 11, 94
test("a select loop ends when its quit channel disconnects, and has taken everything before", async () => {
  const [jobs, job] = channel<number>();
  const [stop, quit] = channel<never>();
  async function work(): Promise<number> {
    for (let sum = 0; ; ) {
      const selected = await select({ job, quit }, { biased: true });
      if (selected.arm === "quit") return sum;
      if (selected.result.ok) sum += selected.result.value;
    }
  }
  const worked = work();
  for (const n of numbers(100)) {
    jobs.send(n);
    if (n % 9 === 0) await flush();
  }
  stop.drop();
  expect(await worked).toBe(4950);
});

// 11
test("a select that merges two channels keeps the order of each and duplicates nothing", async () => {
  const sources = numbers(2).map(() => syncChannel<number>(0));
  const merged: number[][] = [[], []];
  const open = new Map(sources.map(([, rx], index) => [index, rx]));
  const senders = sources.map(async ([tx], index) => {
    for (const n of numbers(200)) {
      await tx.send(n);
      if (n % (5 + index) === 0) await flush();
    }
    tx.drop();
  });
  while (open.size > 0) {
    const { arm, result } = await select([...open]);
    if (result.ok) merged[arm]?.push(result.value);
    else open.delete(arm);
  }
  await Promise.all(senders);
  expect(merged).toEqual([numbers(200), numbers(200)]);
});
