/** Options are checked at the door, by one table for each function. */
import * as core from "@pneumatic/core";
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";
import { describe, expect, test } from "vitest";
import type { OptionKind } from "../../../packages/core/src/internal/options.ts";
import {
  abortSignal,
  callback,
  checkOptions,
  count,
  flag,
  ignored,
  integer,
  milliseconds,
  numberFrom,
  oneOf,
  required,
} from "../../../packages/core/src/internal/options.ts";

const { channel, InvalidArgumentError, mpmc, oneshot, select, syncChannel, trySelect } = core;

/** What `use` throws or rejects with. */
async function failure(use: () => unknown): Promise<unknown> {
  try {
    await use();
  } catch (error) {
    return error;
  }
  return undefined;
}

const never = (): unknown => ({ rx: core.never() });
const [tx, rx] = syncChannel<number>(1);
const [reply, replied] = oneshot();

const FUNCTIONS: readonly [string, use: (options: never) => unknown, misspelt: string, meant: string][] = [
  ["channel", channel, "cooperatve", "cooperative"],
  ["syncChannel", (options) => syncChannel(1, options), "cooperate", "cooperative"],
  ["mpmc.channel", mpmc.channel, "coperative", "cooperative"],
  ["mpmc.syncChannel", (options) => mpmc.syncChannel(1, options), "Cooperative", "cooperative"],
  ["send", (options) => tx.send(1, options), "tiemout", "timeout"],
  ["reserve", (options) => tx.reserve(options), "timeoutMs", "timeout"],
  ["reserveMany", (options) => tx.reserveMany(1, options), "singal", "signal"],
  ["closed", (options) => tx.closed(options), "singnal", "signal"],
  ["closed of a oneshot", (options) => reply.closed(options), "Signal", "signal"],
  ["recv", (options) => rx.recv(options), "timout", "timeout"],
  ["recv of a oneshot", (options) => replied.recv(options), "time_out", "timeout"],
  ["recvMany", (options) => rx.recvMany([], 1, options), "signals", "signal"],
  ["iter", (options) => rx.iter(options), "sginal", "signal"],
  ["select", (options) => select(never() as never, options), "baised", "biased"],
  ["trySelect", (options) => trySelect(never() as never, options), "bias", "biased"],
];

describe.each(FUNCTIONS)("%s", (_, use, misspelt, meant) => {
  test("refuses an option that does not exist, with the one that was meant, and does nothing", async () => {
    const refused = await failure(() => use({ [misspelt]: undefined } as never));
    expect(refused).toBeInstanceOf(InvalidArgumentError);
    expect(refused).toMatchObject({
      message: expect.stringMatching(`An option must be one of .*\\(did you mean ${meant}\\?\\), not "${misspelt}"`),
    });
    expect([rx.length, tx.available]).toEqual([0, 1]);
  });

  test("names the options that exist when none is near", async () => {
    expect(await failure(() => use({ priority: 1 } as never))).toMatchObject({
      message: expect.stringMatching(/^An option must be one of [a-z, ]+, not "priority"$/),
    });
  });

  test.each([null, 5, "timeout", true])("refuses %o for options", async (options) => {
    expect(await failure(() => use(options as never))).toBeInstanceOf(InvalidArgumentError);
  });
});

test.each([
  ["now", { now: undefined }],
  ["setTimeout", { setTimeout: 5 }],
  ["clearTimeout", { clearTimeout: null }],
  ["random", { random: 0.5 }],
  ["cooperative", { cooperative: "no" }],
])("a clock whose %s is of another kind is refused, and not put in force", (name, wrong) => {
  const clock: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
  expect(() => useClock({ ...clock, ...wrong } as never)).toThrow(new RegExp(`^${name} must be`));
  useClock(Object.assign(clock, { whatever: 1 }))[Symbol.dispose]();
});

test("what is no clock is refused", () => {
  for (const wrong of [undefined, null, 5]) expect(() => useClock(wrong as never)).toThrow(InvalidArgumentError);
});

const INF = Number.POSITIVE_INFINITY;

test.each<[OptionKind, good: unknown[], bad: unknown[], expected: string]>([
  [milliseconds, [0, 0.5, INF], [-1, Number.NaN, "5", null, 5n], "a number of milliseconds from 0 to Infinity"],
  [flag, [true, false], [0, null, "true"], "a boolean"],
  [abortSignal, [new AbortController().signal], [null, {}, "signal", new AbortController()], "an AbortSignal"],
  [callback, [() => 0, class {}], [null, {}, "f"], "a function"],
  [count, [0, 7], [-1, 0.5, Number.NaN, INF, "1", null], "an integer of 0 or more"],
  [integer(1), [1, 2 ** 40], [0, 1.5, Number.NaN, INF, "1", 1n, null], "an integer of 1 or more"],
  [integer(1, 3), [1, 3], [0, 4], "an integer from 1 to 3"],
  [numberFrom(0, 1), [0, 0.5, 1], [-0.1, 1.1, Number.NaN, "0.5", null], "a number from 0 to 1"],
  [oneOf("all", "none", false), ["all", "none", false], ["All", true, null], 'one of "all", "none", false'],
  [ignored, [0, null, "x"], [], "anything"],
])("a kind accepts what it says: %#", (kind, good, bad, expected) => {
  const table = { it: kind };
  for (const it of [...good, undefined]) expect(() => checkOptions({ it }, table)).not.toThrow();
  for (const it of bad) expect(() => checkOptions({ it }, table)).toThrow(`it must be ${expected}`);
});

test("an option that is required must not be left out, and others may", () => {
  const table = { size: required(integer(1)), name: callback };
  expect(() => checkOptions({ size: 1 }, table)).not.toThrow();
  expect(() => checkOptions({}, table)).toThrow("size must be an integer of 1 or more, not undefined");
});

test("the caller makes the error, and what an options object inherits counts", () => {
  class Own extends Error {}
  const own = (what: string, expected: string, given: unknown): Error => new Own(`${what}|${expected}|${given}`);
  expect(() => checkOptions({ a: 1 }, { b: flag }, own)).toThrow(new Own("An option|one of b|a"));
  expect(() => checkOptions(Object.create({ b: 1 }), { b: flag }, own)).toThrow(new Own("b|a boolean|1"));
  const hidden = new (class {
    get b(): number {
      return 1;
    }
  })();
  expect(() => checkOptions(hidden, { b: flag }, own)).toThrow(new Own("b|a boolean|1"));
});
