/** An operation that is put off to the next turn has happened at once; only the news of it is late. */
import { channel, mpmc, ok, select, syncChannel, tick, unwrap } from "@pneumatic/core";
import { describe, expect, test } from "vitest";
import { flush } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";
import { installClock } from "../../support/virtual-clock.ts";

const UNCOOPERATIVE = { cooperative: false };

/** Uses up what the operations of this turn may take: what is ready from now on is put off to the next turn. */
async function spend(clock: { advance(ms: number): void }): Promise<void> {
  await flush();
  const [tx] = syncChannel<number>(200);
  for (const _ of numbers(100)) tx.send(0);
  clock.advance(10);
  for (const _ of numbers(100)) tx.send(0);
  tx.drop();
}

/** Whether `promise` settles before the event loop has another turn. */
async function settlesInThisTurn(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  function settle(): void {
    settled = true;
  }
  promise.then(settle, settle);
  for (const _ of numbers(50)) await undefined;
  return settled;
}

interface Stage {
  readonly tx: ReturnType<typeof syncChannel<number>>[0];
  readonly rx: ReturnType<typeof mpmc.syncChannel<number>>[1];
  readonly signal: AbortSignal;
}

interface Operation {
  /** What makes it ready, before it begins. */
  readonly before?: (stage: Stage) => unknown;
  readonly begin: (stage: Stage) => Promise<unknown>;
  /** What makes it ready, when it waits. */
  readonly ready?: (stage: Stage) => unknown;
  readonly result: unknown;
  /** How many values are queued when it has happened. */
  readonly length: number;
}

const OPERATIONS: Record<string, Operation> = {
  "receive of a queued value": {
    before: ({ tx }) => tx.trySend(1),
    begin: ({ rx, signal }) => rx.recv({ signal }),
    result: ok(1),
    length: 0,
  },
  "receive that waited": {
    begin: ({ rx, signal }) => rx.recv({ signal, timeout: 1000 }),
    ready: ({ tx }) => tx.trySend(1),
    result: ok(1),
    length: 0,
  },
  "step of an iteration": {
    before: ({ tx }) => tx.trySend(1),
    begin: ({ rx, signal }) => rx.iter({ signal }).next(),
    result: { done: false, value: 1 },
    length: 0,
  },
  "step of an iteration that waited": {
    begin: ({ rx, signal }) => rx.iter({ signal }).next(),
    ready: ({ tx }) => tx.trySend(1),
    result: { done: false, value: 1 },
    length: 0,
  },
  batch: {
    before: ({ tx }) => tx.trySend(1),
    begin: ({ rx, signal }) => rx.recvMany([], 2, { signal }),
    result: 1,
    length: 0,
  },
  "batch that waited": {
    begin: ({ rx, signal }) => rx.recvMany([], 2, { signal }),
    ready: ({ tx }) => tx.trySend(1),
    result: 1,
    length: 0,
  },
  "send into free room": {
    begin: ({ tx, signal }) => tx.send(1, { signal }),
    result: ok(undefined),
    length: 1,
  },
  "send that waited": {
    before: ({ tx }) => [tx.trySend(1), tx.trySend(2)],
    begin: ({ tx, signal }) => tx.send(3, { signal, timeout: 1000 }),
    ready: ({ rx }) => rx.tryRecv(),
    result: ok(undefined),
    length: 2,
  },
  reservation: {
    begin: async ({ tx, signal }) => (await tx.reserve({ signal })).ok,
    result: true,
    length: 0,
  },
  "reservation that waited": {
    before: ({ tx }) => [tx.trySend(1), tx.trySend(2)],
    begin: async ({ tx, signal }) => (await tx.reserve({ signal })).ok,
    ready: ({ rx }) => rx.tryRecv(),
    result: true,
    length: 1,
  },
  select: {
    before: ({ tx }) => tx.trySend(1),
    begin: ({ rx, signal }) => select({ rx, same: rx }, { signal, biased: true }),
    result: { arm: "rx", result: ok(1) },
    length: 0,
  },
  "select that waited": {
    begin: ({ rx, signal }) => select({ rx, other: tick(1000) }, { signal, timeout: 1000 }),
    ready: ({ tx }) => tx.trySend(1),
    result: { arm: "rx", result: ok(1) },
    length: 0,
  },
};

describe.each(Object.entries(OPERATIONS))("a %s", (_, { before, begin, ready, result, length }) => {
  // 118
  test("the operation has happened at once and is told in the next turn when this one took too long", async () => {
    using clock = installClock();
    const [tx, rx] = mpmc.syncChannel<number>(2);
    const stage = { tx, rx, signal: new AbortController().signal };
    before?.(stage);
    await spend(clock);
    const operation = begin(stage);
    ready?.(stage);
    expect(rx.length).toBe(length);
    expect(await settlesInThisTurn(operation)).toBe(false);
    await flush();
    expect(await settlesInThisTurn(operation)).toBe(true);
    expect(await operation).toStrictEqual(result);
    expect([rx.length, clock.pending]).toEqual([length, 0]);
  });

  // 118, 73, 74
  test("the operation resolves when its signal aborts after it was put off, since it has happened", async () => {
    using clock = installClock();
    const [tx, rx] = mpmc.syncChannel<number>(2);
    const controller = new AbortController();
    const stage = { tx, rx, signal: controller.signal };
    before?.(stage);
    await spend(clock);
    const operation = begin(stage);
    ready?.(stage);
    controller.abort("too late");
    clock.advance(5000);
    expect(await operation).toStrictEqual(result);
    expect(rx.length).toBe(length);
  });

  // 118
  test("the operation is told at once when its channel is not cooperative", async () => {
    using clock = installClock();
    const [tx, rx] = mpmc.syncChannel<number>(2, UNCOOPERATIVE);
    const stage = { tx, rx, signal: new AbortController().signal };
    before?.(stage);
    await spend(clock);
    const operation = begin(stage);
    ready?.(stage);
    expect(await settlesInThisTurn(operation)).toBe(true);
  });
});

// 118
test("a failure is told in the next turn as a success is, so that a loop of failures rests too", async () => {
  using clock = installClock();
  const [tx, rx] = syncChannel<number>(0);
  await spend(clock);
  const failures = [rx.recvTimeout(0), tx.sendTimeout(1, 0)];
  rx.close();
  failures.push(tx.send(1), rx.recv());
  for (const failure of failures) expect(await settlesInThisTurn(failure)).toBe(false);
  expect((await Promise.all(failures)).map((failure) => failure.ok)).toEqual([false, false, false, false]);
  expect(await settlesInThisTurn(tx.send(1, { signal: AbortSignal.abort() }))).toBe(true);
});

// 118, 41
test("operations that were put off together are told in the order of the calls", async () => {
  using clock = installClock();
  const [tx, rx] = syncChannel<number>(3);
  const told: string[] = [];
  await spend(clock);
  const sends = numbers(3).map((n) => tx.send(n).then(() => told.push(`sent ${n}`)));
  const receives = numbers(3).map(() => rx.recv().then((result) => told.push(`received ${unwrap(result)}`)));
  await Promise.all([...sends, ...receives]);
  expect(told).toEqual(["sent 0", "sent 1", "sent 2", "received 0", "received 1", "received 2"]);
});

// 118, 116
test("an iteration that is left while a step is put off keeps the rest and tells the step", async () => {
  using clock = installClock();
  const [tx, rx] = channel<number>();
  for (const n of numbers(3)) tx.send(n);
  await spend(clock);
  const values = rx.iter();
  const step = values.next();
  await values.return?.();
  expect(await step).toEqual({ done: false, value: 0 });
  expect(rx.drain()).toEqual([1, 2]);
});

// Design 4: misuse
test.each([
  ["no", 1],
  ["null", null],
])("a channel is refused when its option is %s", (_, cooperative) => {
  const options = { cooperative: cooperative as unknown as boolean };
  for (const make of [channel, mpmc.channel]) expect(() => make(options)).toThrow("cooperative must be a boolean");
  for (const make of [syncChannel, mpmc.syncChannel]) expect(() => make(1, options)).toThrow(RangeError);
  expect(() => channel(5 as unknown as object)).toThrow("options must be an object");
  expect(() => channel(null as unknown as object)).toThrow("options must be an object");
});
