/** Every failure says what, who and why, to people and to programs; misuse is loud and changes nothing. */
import * as core from "@pneumatic/core";
import { channel, err, ok, syncChannel, unwrap } from "@pneumatic/core";
import { describe, expect, test, vi } from "vitest";
import { FLAVORS, SYNC_FLAVORS } from "../../support/flavors.ts";
import { isPending } from "../../support/pending.ts";
import { numbers } from "../../support/sequence.ts";

interface Row {
  readonly error: Error & { readonly code: string; readonly kind: string };
  readonly type: keyof typeof core;
  readonly code: string;
  readonly kind: string;
  readonly message: RegExp;
}

const ROWS: readonly Row[] = [
  {
    error: new core.SendError(1),
    type: "SendError",
    code: "ERR_CHANNEL_DISCONNECTED",
    kind: "disconnected",
    message: /^Cannot send: the receiver was closed or dropped$/,
  },
  {
    error: new core.SendTimeoutError(1),
    type: "SendTimeoutError",
    code: "ERR_CHANNEL_TIMEOUT",
    kind: "timeout",
    message: /^Cannot send: the channel stayed full/,
  },
  {
    error: new core.TrySendError("full", 1),
    type: "TrySendError",
    code: "ERR_CHANNEL_FULL",
    kind: "full",
    message: /^Cannot send: the channel is full$/,
  },
  {
    error: new core.TrySendError("disconnected", 1),
    type: "TrySendError",
    code: "ERR_CHANNEL_DISCONNECTED",
    kind: "disconnected",
    message: /^Cannot send: the receiver was closed or dropped$/,
  },
  {
    error: new core.RecvError(),
    type: "RecvError",
    code: "ERR_CHANNEL_DISCONNECTED",
    kind: "disconnected",
    message: /^Cannot receive: every sender was dropped and nothing is left$/,
  },
  {
    error: new core.RecvTimeoutError(),
    type: "RecvTimeoutError",
    code: "ERR_CHANNEL_TIMEOUT",
    kind: "timeout",
    message: /^Cannot receive: nothing came within the timeout$/,
  },
  {
    error: new core.TryRecvError("empty"),
    type: "TryRecvError",
    code: "ERR_CHANNEL_EMPTY",
    kind: "empty",
    message: /^Cannot receive: the channel is empty$/,
  },
  {
    error: new core.TryRecvError("disconnected"),
    type: "TryRecvError",
    code: "ERR_CHANNEL_DISCONNECTED",
    kind: "disconnected",
    message: /^Cannot receive: every sender was dropped/,
  },
  {
    error: new core.UseAfterDropError("Sender", "send"),
    type: "UseAfterDropError",
    code: "ERR_CHANNEL_USE_AFTER_DROP",
    kind: "useAfterDrop",
    message: /^Cannot send: this Sender was dropped. Keep a clone\(\)/,
  },
  {
    error: new core.OverlappingRecvError(),
    type: "OverlappingRecvError",
    code: "ERR_CHANNEL_OVERLAPPING_RECV",
    kind: "overlappingRecv",
    message: /^Cannot receive: this Receiver already has a receive pending/,
  },
  {
    error: new core.InvalidArgumentError("timeout", "a number", "5"),
    type: "InvalidArgumentError",
    code: "ERR_CHANNEL_INVALID_ARGUMENT",
    kind: "invalidArgument",
    message: /^timeout must be a number, not "5"$/,
  },
];

const NO_SIGNALS: readonly unknown[] = [null, {}, "signal", { aborted: false }, new EventTarget()];

const ERROR_TYPES = [...new Set(ROWS.map(({ type }) => type))];

function typeOf(module: typeof core, name: keyof typeof core): new (...args: never[]) => Error {
  return module[name] as unknown as new (
    ...args: never[]
  ) => Error;
}

// 26
test.each(ROWS)("a $type of kind $kind tells what happened by class, name, code and message", (row) => {
  const { error } = row;
  expect([error.name, error.code, error.kind]).toEqual([row.type, row.code, row.kind]);
  expect(error.message).toMatch(row.message);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe(`${row.type}: ${error.message}`);
  for (const type of ERROR_TYPES)
    expect([type, error instanceof typeOf(core, type)]).toEqual([type, type === row.type]);
});

// 26
test("an error class says no to what is not its error", () => {
  for (const other of [undefined, null, 1, "SendError", {}, new Error("SendError"), () => {}]) {
    for (const type of ERROR_TYPES) expect(other instanceof typeOf(core, type)).toBe(false);
  }
});

// 26
test("an error is no instance of a subclass though the subclass is recognised as its parent", () => {
  class Undelivered<T> extends core.SendError<T> {}
  expect(new Undelivered(1)).toBeInstanceOf(core.SendError);
  expect(new Undelivered(1)).toBeInstanceOf(Undelivered);
  expect(new core.SendError(1)).not.toBeInstanceOf(Undelivered);
});

// Design 4: two copies of the package agree
test("an error is recognised when another copy of the package made it", async () => {
  vi.resetModules();
  const copy = await import("@pneumatic/core");
  expect(copy.SendError).not.toBe(core.SendError);
  for (const { error, type } of ROWS) expect(error).toBeInstanceOf(typeOf(copy, type));
  const [tx, rx] = copy.channel<number>();
  rx.drop();
  const result = tx.send(1);
  expect(!result.ok && result.error).toBeInstanceOf(core.SendError);
});

describe.each(FLAVORS)("$name", ({ open }) => {
  // Design 4: failures without a payload are shared, frozen and have no stack
  test("a failure without a payload costs nothing when it repeats", async () => {
    const [tx, rx] = open<number>();
    const empty = [rx.tryRecv(), rx.tryRecv()];
    const expired = [await rx.recvTimeout(0), await rx.recvTimeout(0)];
    tx.drop();
    const gone = [await rx.recv(), await rx.recv()];
    const over = [rx.tryRecv(), rx.tryRecv()];
    for (const [first, second] of [empty, expired, gone, over]) {
      expect(first).toBe(second);
      expect(Object.isFrozen(first)).toBe(true);
      if (first === undefined || first.ok) expect.fail("it succeeded");
      expect(Object.isFrozen(first.error)).toBe(true);
      expect(first.error.stack).toBeUndefined();
    }
  });

  // Design 4
  test("a failure with a payload captures no stack", async () => {
    const [tx, rx] = open<number>();
    rx.drop();
    const result = await tx.send(1);
    expect(!result.ok && result.error.stack).toBeUndefined();
  });

  // 59
  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY, "5", null, 5n])(
    "a receive refuses a timeout of %o and takes nothing",
    async (timeout) => {
      const [tx, rx] = open<number>();
      const sent = tx.send(1);
      await expect(rx.recv({ timeout: timeout as number })).rejects.toThrow(core.InvalidArgumentError);
      await expect(rx.recvTimeout(timeout as number)).rejects.toThrow(/timeout must be a number of milliseconds/);
      expect(rx.tryRecv()).toStrictEqual(ok(1));
      await sent;
    },
  );

  // 59
  test("a receive with a timeout refuses to go without one", async () => {
    const [, rx] = open<number>();
    await expect(rx.recvTimeout(undefined as unknown as number)).rejects.toThrow(RangeError);
    expect(await isPending(rx.recv())).toBe(true);
  });
});

describe.each(FLAVORS)("$name", ({ open }) => {
  // 73
  test.each(NO_SIGNALS)("a wait refuses a signal of %o and touches nothing", async (signal) => {
    const [tx, rx] = open<number>();
    const options = { signal: signal as AbortSignal };
    const sent = tx.send(1);
    for (const wait of [rx.recv(options), tx.closed(options)]) {
      await expect(wait).rejects.toThrow(core.InvalidArgumentError);
    }
    expect(await rx.recv()).toStrictEqual(ok(1));
    await sent;
    expect(() => rx.iter(options)).toThrow(/^signal must be an AbortSignal/);
    const received = rx.recv();
    tx.trySend(2);
    expect(await received).toStrictEqual(ok(2));
  });

  // 73
  test("a wait refuses options of null and touches nothing", async () => {
    const [tx, rx] = open<number>();
    const sent = tx.send(1);
    await expect(rx.recv(null as never)).rejects.toThrow(core.InvalidArgumentError);
    await expect(tx.closed(null as never)).rejects.toThrow(/^options must be an object/);
    expect(rx.tryRecv()).toStrictEqual(ok(1));
    await sent;
  });
});

describe.each(SYNC_FLAVORS)("$name", ({ open, room }) => {
  // 74
  test.each(NO_SIGNALS)("a send refuses a signal of %o and sends nothing", async (signal) => {
    const [tx, rx] = open<number>();
    for (const n of numbers(room)) tx.trySend(n);
    await expect(tx.send(99, { signal: signal as AbortSignal })).rejects.toThrow(core.InvalidArgumentError);
    await expect(tx.send(99, null as never)).rejects.toThrow(core.InvalidArgumentError);
    expect([...rx.tryIter()]).toEqual(numbers(room));
    await expect(tx.send(99, { signal: signal as AbortSignal })).rejects.toThrow(/^signal must be an AbortSignal/);
    expect([...rx.tryIter()]).toEqual([]);
  });

  // 43
  test.each([-1, Number.NaN, "5", null])("a send refuses a timeout of %o and sends nothing", async (timeout) => {
    const [tx, rx] = open<number>();
    await expect(tx.send(1, { timeout: timeout as number })).rejects.toThrow(core.InvalidArgumentError);
    await expect(tx.sendTimeout(1, timeout as number)).rejects.toThrow(RangeError);
    await expect(tx.sendTimeout(1, undefined as unknown as number)).rejects.toThrow(RangeError);
    expect([...rx.tryIter()]).toEqual([]);
  });

  // 27, 38, 43
  test("a failed send carries the very value when it is full, expired or disconnected", async () => {
    const [tx, rx] = open<object>();
    for (const _ of numbers(room)) tx.trySend({});
    const value = { mine: true };
    const failures = [tx.trySend(value), await tx.sendTimeout(value, 0)];
    const waiting = tx.send(value);
    rx.close();
    failures.push(await waiting, tx.trySend(value), await tx.send(value));
    const kinds = failures.map((failure) => {
      if (failure.ok) expect.fail("it succeeded");
      expect(failure.error.value).toBe(value);
      return failure.error.kind;
    });
    expect(kinds).toEqual(["full", "timeout", "disconnected", "disconnected", "disconnected"]);
  });
});

describe("unwrap", () => {
  // 26
  test("a successful result unwraps to its value, also a falsy one", () => {
    for (const value of [1, 0, undefined, null, false]) expect(unwrap(ok(value))).toBe(value);
  });

  // 26
  test.each(ROWS)("a failed result with a $type of kind $kind unwraps by throwing a fresh one", ({ error }) => {
    function unwrapHere(): void {
      unwrap(err(error));
    }
    let thrown: unknown;
    try {
      unwrapHere();
    } catch (caught) {
      thrown = caught;
    }
    if (!(thrown instanceof Error)) expect.fail("nothing was thrown");
    expect(thrown).not.toBe(error);
    expect(Object.getPrototypeOf(thrown)).toBe(Object.getPrototypeOf(error));
    expect(thrown).toMatchObject({ ...error, message: error.message, name: error.name });
    expect(thrown.cause).toBe(error);
    expect(thrown.stack?.split("\n")[0]).toBe(`${error.name}: ${error.message}`);
    expect(thrown.stack?.split("\n")[1]).toContain("unwrapHere");
  });

  // 26
  test("a failed result unwraps with its payload when it has one", () => {
    const [tx, rx] = channel<object>();
    const value = {};
    rx.drop();
    expect(() => unwrap(tx.send(value))).toThrow(expect.objectContaining({ value, code: "ERR_CHANNEL_DISCONNECTED" }));
  });

  // 26
  test("a failed result unwraps to an error when its error is not one", () => {
    expect(() => unwrap(err("plain text"))).toThrow("Cannot unwrap a failed result: plain text");
    expect(() => unwrap(err("plain text"))).toThrow(expect.objectContaining({ cause: "plain text" }));
  });

  // 26
  test("an error with a cause and a stack among its fields unwraps to one with its own", () => {
    const error = Object.assign(new TypeError("wrapped"), { cause: "the field", stack: "of the maker", code: 7 });
    Object.defineProperty(error, "stack", { enumerable: true });
    expect(() => unwrap(err(error))).toThrow(expect.objectContaining({ cause: error, code: 7 }));
    expect(() => unwrap(err(error))).not.toThrow(expect.objectContaining({ stack: "of the maker" }));
  });

  // 26
  test("an error of the user's own keeps its class, its fields and its cause's place", () => {
    class OutOfStock extends RangeError {
      readonly item: string;
      constructor(item: string) {
        super(`no ${item} left`, { cause: "the winter" });
        this.item = item;
      }
    }
    const error = new OutOfStock("wood");
    expect(() => unwrap(err(error))).toThrow(OutOfStock);
    expect(() => unwrap(err(error))).toThrow(
      expect.objectContaining({ item: "wood", message: "no wood left", cause: error }),
    );
  });
});

// 47
test("a refused argument is named with what was given", () => {
  expect(() => syncChannel(-1)).toThrow("The capacity of syncChannel must be an integer of 0 or more, not -1");
  expect(() => syncChannel("1" as unknown as number)).toThrow('not "1"');
});
