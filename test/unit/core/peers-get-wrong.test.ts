/**
 * What other channels get wrong. In the order of section L of the specification:
 *
 *  L1  @thi.ng/csp       a write into a free buffer stays pending until it is read
 *  L2  @thi.ng/csp       `undefined` means closed, and iteration skips it
 *  L3  @thi.ng/csp       a select that loses removes another's registration, which then hangs
 *  L4  @thi.ng/csp       the 1025th pending read resolves to `undefined`, the 1025th pending write rejects
 *  L5  @thi.ng/csp       the queue is an array that is shifted, which is not linear
 *  L6  @ayonli/jsext     a send that waits leaves a phantom `undefined` between the values
 *  L7  @ayonli/jsext     a send that waits hangs after close until somebody reads
 *  L8  @ayonli/jsext     a send after close throws at once from a function that returns a promise
 *  L9  @ayonli/jsext     a payload that is a rejected promise rejects the receive
 *  L10 @ayonli/jsext     a channel must be closed by hand, or it is never collected
 *  L11 js-csp            `null` means closed and cannot be sent
 *  L12 js-csp            the 1025th pending put throws
 *  L13 js-csp            close drops the puts that wait, and nobody is told
 *  L14 @nodeguy/channel  `undefined` is forbidden
 *  L15 @nodeguy/channel  `values()` is no async iterator
 *  L16 denoland/std      close rejects the senders that wait, which ends a process where nobody awaits them
 *  L17 denoland/std      an abort searches the line for its place
 *  L18 denoland/std      `return()` of an iterator waits behind a pending receive, which then eats a message
 *  L19 denoland/std      a receive flattens a thenable
 *  L20 denoland/std      a signal is ignored when a value is ready
 *  L21 effect Queue      memory of a queue that is never empty grows without bound
 *  L22 effect Queue      a capacity of 0 is toggled to 1 and back
 *  L23 async-channel     an aborted send loses its value, or sends it all the same
 *  L24 flume             a select that is given up takes a wake-up with it
 *  L25 flume             messages outlive the last receiver
 *  L26 kanal             an aborted receive takes a value
 */
import type { AnySender } from "@pneumatic/core";
import { channel, mpmc, never, ok, select, syncChannel } from "@pneumatic/core";
import { expect, test, vi } from "vitest";
import { isCollected } from "../../support/garbage.ts";
import { isPending } from "../../support/pending.ts";
import { collect, kindOf, numbers } from "../../support/sequence.ts";

/** Twice the limit at which peers give up, and more. */
const MANY = 5000;

/** Sends fresh objects that only the channel knows from then on. */
function sendFresh(tx: AnySender<object>, count: number): WeakRef<object>[] {
  return numbers(count).map((n) => {
    const value = { n };
    void tx.send(value);
    return new WeakRef(value);
  });
}

// L1
test("a send resolves before it is received when there is room", async () => {
  const [tx] = syncChannel<number>(2);
  expect([await tx.send(1), await tx.send(2)]).toStrictEqual([ok(undefined), ok(undefined)]);
  expect(await isPending(tx.send(3))).toBe(true);
});

// L2
test("an iteration has every undefined and goes on when it is a value like others", async () => {
  const [tx, rx] = channel<number | undefined>();
  for (const value of [undefined, 1, undefined]) tx.send(value);
  tx.drop();
  expect(await collect(rx)).toEqual([undefined, 1, undefined]);
});

// L3
test("another select is served when one that waited on the same channel has lost there", async () => {
  const [shared, one] = mpmc.channel<string>();
  const [own, mine] = channel<string>();
  const loser = select({ shared: one, mine });
  const other = select({ shared: one.clone(), off: never() });
  own.send("mine");
  expect(await loser).toStrictEqual({ arm: "mine", result: ok("mine") });
  shared.send("other's");
  expect(await other).toStrictEqual({ arm: "shared", result: ok("other's") });
});

// L4
test("thousands of receives wait and all are served when their values come", async () => {
  const [tx, rx] = mpmc.channel<number>();
  const received = numbers(MANY).map(() => rx.clone().recv());
  expect(await isPending(Promise.race(received))).toBe(true);
  for (const n of numbers(MANY)) tx.send(n);
  expect(await Promise.all(received)).toEqual(numbers(MANY).map((n) => ok(n)));
});

// L5
test("a long queue drains in the time of a moment when it is received one by one", async () => {
  const [tx, rx] = channel<number>();
  const length = 500_000;
  for (const n of numbers(length)) tx.send(n);
  for (let n = 0; n < length; n++) {
    const result = rx.tryRecv();
    if (!result.ok || result.value !== n) expect.fail(`not ${n}`);
  }
  expect(rx.isEmpty).toBe(true);
});

// L6
test("a third receive waits when two values were sent and one of them waited", async () => {
  const [tx, rx] = syncChannel<number>(1);
  await tx.send(1);
  const sent = tx.send(2);
  expect([await rx.recv(), await rx.recv()]).toStrictEqual([ok(1), ok(2)]);
  const third = rx.recv();
  expect(await isPending(third)).toBe(true);
  expect(await sent).toStrictEqual(ok(undefined));
  tx.drop();
  expect(kindOf(await third)).toBe("disconnected");
});

// L7
test("a send that waits fails with its value at once when the receiver closes though nobody reads", async () => {
  const [tx, rx] = syncChannel<number>(1);
  await tx.send(1);
  const sent = tx.send(2);
  rx.close();
  expect(await sent).toMatchObject({ ok: false, error: { kind: "disconnected", value: 2 } });
});

// L8
test("a send that may wait tells by its promise that the receiver is gone when it is", async () => {
  const [tx, rx] = syncChannel<number>(1);
  rx.close();
  let sent: unknown;
  expect(() => {
    sent = tx.send(1);
  }).not.toThrow();
  expect(sent).toBeInstanceOf(Promise);
  expect(await sent).toMatchObject({ ok: false, error: { kind: "disconnected", value: 1 } });
});

// L9
test("a receive resolves to the very promise that was sent when that is rejected", async () => {
  const [tx, rx] = channel<Promise<never>>();
  const payload = Promise.reject(new Error("of the payload"));
  tx.send(payload);
  const received = await rx.recv();
  if (!received.ok) expect.fail("it was sent");
  expect(received.value).toBe(payload);
  await expect(payload).rejects.toThrow("of the payload");
});

// L10
test("a channel is collected with all that waits on it when nobody closed it", async () => {
  using _warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const references: WeakRef<object>[] = [];
  function forget(): void {
    const [tx, rx] = syncChannel<object>(1);
    references.push(...sendFresh(tx, 3));
    const [, silent] = syncChannel<unknown>(0);
    references.push(new WeakRef(tx), new WeakRef(rx), new WeakRef(silent), new WeakRef(silent.recv()));
    references.push(new WeakRef(select({ silent: channel<unknown>()[1], off: never() })));
  }
  forget();
  expect(await isCollected(...references)).toBe(true);
});

// L11
test("null is sent and received when it is the value", async () => {
  const [tx, rx] = syncChannel<null>(1);
  expect(await tx.send(null)).toStrictEqual(ok(undefined));
  expect(await rx.recv()).toStrictEqual(ok(null));
  expect(kindOf(rx.tryRecv())).toBe("empty");
});

// L4, L12
test.each([0, 1])("thousands of sends wait and all are accepted in order over a capacity of %i", async (capacity) => {
  const [tx, rx] = syncChannel<number>(capacity);
  const sends = numbers(MANY).map((n) => tx.send(n));
  const received: unknown[] = [];
  for (const _ of numbers(MANY)) received.push(await rx.recv());
  expect(received).toEqual(numbers(MANY).map((n) => ok(n)));
  expect((await Promise.all(sends)).every((sent) => sent.ok)).toBe(true);
});

// L13
test("every send that waits gets its value back when the receiver closes, and what was sent is received", async () => {
  const [tx, rx] = syncChannel<number>(2);
  const sends = numbers(5).map((n) => tx.send(n));
  rx.close();
  const kinds = (await Promise.all(sends)).map((sent) => (sent.ok ? "sent" : sent.error.value));
  expect(kinds).toEqual(["sent", "sent", 2, 3, 4]);
  expect(await collect(rx)).toEqual([0, 1]);
});

// L13
test("every send that waits is delivered when all senders are dropped behind it", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const sends = numbers(5).map((n) => tx.send(n));
  tx.drop();
  expect(await collect(rx)).toEqual(numbers(5));
  expect((await Promise.all(sends)).every((sent) => sent.ok)).toBe(true);
});

// L14
test("undefined is sent at every call that sends", async () => {
  const [tx, rx] = syncChannel<undefined>(3);
  const permit = await tx.reserve();
  if (!permit.ok) expect.fail("there is room");
  permit.value.send(undefined);
  expect(kindOf(tx.trySend(undefined))).toBe("ok");
  expect(kindOf(await tx.send(undefined))).toBe("ok");
  expect(rx.drain()).toEqual([undefined, undefined, undefined]);
});

// L15
test("an iteration is an async iterator and an async iterable when it is asked for by name", async () => {
  const [tx, rx] = channel<number>();
  tx.send(1);
  tx.drop();
  const values = rx.iter();
  expect(values[Symbol.asyncIterator]()).toBe(values);
  expect(await values.next()).toEqual({ done: false, value: 1 });
  expect(await values.next()).toEqual({ done: true, value: undefined });
});

// L17
test("twenty thousand sends leave the line in no time when they are aborted from its middle outwards", async () => {
  const count = 20_000;
  const [tx, rx] = syncChannel<number>(0);
  const controllers = numbers(count).map(() => new AbortController());
  const sends = controllers.map(({ signal }, n) => tx.send(n, { signal }));
  const settled = Promise.allSettled(sends);
  const middle = count / 2;
  for (let n = 1; n < middle; n++) for (const at of [middle - n, middle + n]) controllers[at]?.abort("changed my mind");
  expect(rx.drain()).toEqual([0, middle]);
  expect((await settled).filter(({ status }) => status === "fulfilled")).toHaveLength(2);
});

// L18
test("an iteration that is left ends its pending step at once, which takes nothing", async () => {
  const [tx, rx] = channel<number>();
  const values = rx.iter();
  const step = values.next();
  expect(await values.return?.()).toEqual({ done: true, value: undefined });
  expect(await step).toEqual({ done: true, value: undefined });
  tx.send(1);
  expect(rx.drain()).toEqual([1]);
});

// L19
test("a thenable is received as it is, by every call that receives", async () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable payload is what is tested
  const thenable = { then: () => expect.unreachable() };
  const [tx, rx] = channel<object>();
  for (const _ of numbers(7)) tx.send(thenable);
  const received = await rx.recv();
  const many: object[] = [];
  await rx.recvMany(many, 1);
  const { value } = await rx.iter().next();
  const { result } = await select({ rx });
  const tried = rx.tryRecv();
  const all = [received.ok && received.value, many[0], value, result.ok && result.value, tried.ok && tried.value];
  for (const one of [...all, ...rx.drain()]) expect(one === thenable).toBe(true);
});

// L20
test("an operation takes nothing and rejects when its signal is aborted though a value is ready", async () => {
  const [tx, rx] = syncChannel<number>(2);
  await tx.send(1);
  const signal = AbortSignal.abort("before");
  const refused = [
    rx.recv({ signal }),
    rx.recvMany([], 1, { signal }),
    rx.iter({ signal }).next(),
    select({ rx }, { signal }),
    tx.send(2, { signal }),
    tx.reserve({ signal }),
  ];
  for (const operation of refused) await expect(operation).rejects.toBe("before");
  expect([tx.available, rx.drain()]).toEqual([1, [1]]);
});

// L21
test("values are let go when they were received from a queue that is never empty", async () => {
  const [tx, rx] = channel<object>();
  const references: WeakRef<object>[] = [];
  tx.send({});
  for (const _ of numbers(200)) {
    references.push(...sendFresh(tx, 50));
    for (const _ of numbers(50)) rx.tryRecv();
  }
  expect(rx.length).toBe(1);
  expect(await isCollected(...references.slice(0, -1))).toBe(true);
});

// L22
test("a rendezvous has no room at any moment of a hand-over", async () => {
  const [tx, rx] = syncChannel<number>(0);
  const seen = new Set<string>();
  function look(): void {
    seen.add(`${tx.capacity} ${tx.available} ${tx.length} ${rx.length}`);
  }
  const received = rx.recv().then(look);
  look();
  const sends = [tx.send(1).then(look), tx.send(2).then(look)];
  look();
  expect(kindOf(tx.trySend(3))).toBe("full");
  for (const _ of numbers(3)) {
    rx.tryRecv();
    look();
    expect(kindOf(tx.trySend(3))).toBe("full");
  }
  await Promise.all([received, ...sends]);
  expect([...seen]).toEqual(["0 0 0 0"]);
});

// L23
test("an aborted send is not delivered, and those around it are, in order", async () => {
  const [tx, rx] = syncChannel<number>(1);
  const controllers = numbers(20).map(() => new AbortController());
  const sends = controllers.map(({ signal }, n) => tx.send(n, { signal }).catch((reason) => reason));
  for (const [n, controller] of controllers.entries()) if (n % 3 === 1) controller.abort(`not ${n}`);
  const received = collect(rx);
  const outcomes = await Promise.all(sends);
  tx.drop();
  const sent = numbers(20).filter((n) => n % 3 !== 1);
  expect(await received).toEqual(sent);
  for (const [n, outcome] of outcomes.entries()) expect(outcome).toEqual(n % 3 === 1 ? `not ${n}` : ok(undefined));
});

// L24
test("a value wakes the next in line when the select before it was given up in the same breath", async () => {
  for (const capacity of [0, 1, 3]) {
    const [tx, rx] = mpmc.syncChannel<number>(capacity);
    const controller = new AbortController();
    const givenUp = select({ rx, off: never() }, { signal: controller.signal });
    const next = rx.clone().recv();
    const last = select({ rx: rx.clone(), off: never() });
    controller.abort("given up");
    expect([kindOf(tx.trySend(1)), kindOf(tx.trySend(2))]).toEqual(["ok", "ok"]);
    await expect(givenUp).rejects.toBe("given up");
    expect(await next).toStrictEqual(ok(1));
    expect((await last).result).toStrictEqual(ok(2));
  }
});

// L25
test("messages are let go when the last of several receivers is dropped though senders live", async () => {
  const [tx, rx] = mpmc.channel<object>();
  const other = rx.clone();
  const references = sendFresh(tx, 10);
  rx.drop();
  expect(tx.length).toBe(10);
  other.drop();
  expect(await isCollected(...references)).toBe(true);
  expect([tx.length, tx.isDisconnected]).toEqual([0, true]);
});

// L26
test("an aborted receive takes no value, which goes to the next, however it was received", async () => {
  const [tx, rx] = syncChannel<number>(0);
  for (const n of numbers(20)) {
    const controller = new AbortController();
    const { signal } = controller;
    const many: number[] = [];
    const receives = [
      () => rx.recv({ signal }),
      () => rx.recvMany(many, 3, { signal }),
      () => rx.iter({ signal }).next(),
      () => select({ rx }, { signal }),
    ];
    const waiting = receives[n % receives.length]?.();
    controller.abort("changed my mind");
    expect(kindOf(tx.trySend(n))).toBe("full");
    const sent = tx.send(n);
    await expect(waiting).rejects.toBe("changed my mind");
    expect([await rx.recv(), await sent, many]).toStrictEqual([ok(n), ok(undefined), []]);
  }
});
