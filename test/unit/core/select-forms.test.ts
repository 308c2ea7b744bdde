/** Which arms a select accepts, by name and in a list, what it makes of none, and what it refuses. */
import type { SelectArm } from "@pneumatic/core";
import { channel, never, ok, select, trySelect, unwrap } from "@pneumatic/core";
import { expect, test } from "vitest";
import { isPending } from "../../support/pending.ts";
import { installClock } from "../../support/virtual-clock.ts";

const TIMED_OUT = { arm: undefined, result: { ok: false, error: { kind: "timeout", code: "ERR_CHANNEL_TIMEOUT" } } };

// Design 4: an object puts names that look like integers before all others
test.each(["0", "1", "42", "4294967294"])("a select refuses the name %j in the object form alone", async (name) => {
  const [tx, rx] = channel<number>();
  tx.send(1);
  const refused = { kind: "invalidArgument", message: expect.stringContaining(`not "${name}"`) };
  await expect(select({ [name]: rx })).rejects.toMatchObject(refused);
  expect(() => trySelect({ [name]: rx })).toThrow("list form");
  expect(await select([[name, rx]])).toStrictEqual({ arm: name, result: ok(1) });
  tx.send(2);
  expect(trySelect([[Number(name), rx]])).toStrictEqual({ arm: Number(name), result: ok(2) });
});

// Design 4
test.each(["-1", "01", "1.5", "1e3", "", "Infinity", "4294967296", "__proto__"])(
  "a select accepts the name %j when its order is that of writing",
  async (name) => {
    const [tx, rx] = channel<number>();
    tx.send(1);
    const arms = Object.fromEntries([
      ["first", never<number>()],
      [name, rx],
    ]);
    expect(await select(arms)).toStrictEqual({ arm: name, result: ok(1) });
  },
);

// Design 4
test("a select names its arm as the list does when that is a symbol or a number", async () => {
  const [tx, rx] = channel<number>();
  for (const name of [Symbol("arm"), 7, -0.5, "7"]) {
    tx.send(1);
    expect((await select([[name, rx]])).arm).toBe(name);
  }
});

// Design 4: misuse
test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a number", 5],
  ["a text", "arms"],
  ["a list of receivers", [never()]],
  ["a list of names", [["name"]]],
  ["a pair turned around", [[never(), "name"]]],
  ["a list of triples", [["name", never(), 1]]],
  ["an arm that is undefined", { arm: undefined }],
  ["an arm that is a sender", { arm: channel()[0] }],
  ["an arm that resembles a receiver", { arm: { recv: () => {}, tryRecv: () => {} } }],
  ["an arm that is a channel", { arm: channel() }],
])("a select is refused when its arms are %s", async (_, arms) => {
  const refused = { code: "ERR_CHANNEL_INVALID_ARGUMENT", name: "InvalidArgumentError" };
  await expect(select(arms as { arm: SelectArm })).rejects.toMatchObject(refused);
  expect(() => trySelect(arms as { arm: SelectArm })).toThrow(RangeError);
});

// Design 4: misuse
test.each<[string, object]>([
  ["a negative timeout", { timeout: -1 }],
  ["a timeout that is no number", { timeout: Number.NaN }],
  ["a timeout in words", { timeout: "5" }],
  ["a signal that is none", { signal: {} }],
])("a select is refused and takes nothing when it has %s", async (_, options) => {
  const [tx, rx] = channel<number>();
  tx.send(1);
  await expect(select({ rx }, options)).rejects.toMatchObject({ code: "ERR_CHANNEL_INVALID_ARGUMENT" });
  expect(unwrap(rx.tryRecv())).toBe(1);
});

// 95
test("a select without arms waits out its timeout, or until it is aborted", async () => {
  using clock = installClock();
  const timed = select({}, { timeout: 10 });
  const listed = select([], { timeout: 10 });
  const { signal, abort } = controlled();
  const aborted = select({}, { signal });
  const both = select([], { signal, timeout: Number.POSITIVE_INFINITY });
  clock.advance(9);
  expect(await isPending(timed)).toBe(true);
  clock.advance(1);
  expect([await timed, await listed]).toMatchObject([TIMED_OUT, TIMED_OUT]);
  expect(await isPending(aborted)).toBe(true);
  abort("enough");
  await expect(aborted).rejects.toBe("enough");
  await expect(both).rejects.toBe("enough");
});

// 95
test("a select without arms says that nothing is ready when it may not wait", async () => {
  expect([trySelect({}), trySelect([])]).toEqual([undefined, undefined]);
  expect(await select({}, { timeout: 0 })).toMatchObject(TIMED_OUT);
});

// 95
test.each([
  ["neither timeout nor signal", undefined],
  ["no options set", {}],
  ["an endless timeout", { timeout: Number.POSITIVE_INFINITY }],
])("a select without arms is refused when it has %s", async (_, options) => {
  for (const arms of [{}, []]) {
    await expect(select(arms, options)).rejects.toMatchObject({ code: "ERR_CHANNEL_INVALID_ARGUMENT" });
  }
});

function controlled(): { readonly signal: AbortSignal; abort(reason: unknown): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
