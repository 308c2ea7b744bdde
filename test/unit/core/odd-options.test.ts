/** Options and arguments that types forbid, or allow by accident: they are refused as misuse, or change nothing. */
import type { WaitOptions } from "@pneumatic/core";
import { channel, InvalidArgumentError, select, syncChannel } from "@pneumatic/core";
import { expect, test } from "vitest";
import { isPending } from "../../support/pending.ts";
import { installClock } from "../../support/virtual-clock.ts";

const TIMED: WaitOptions = { timeout: 10 };

// 36: it has no timeout, whatever its options say
test("a wait for the receiver's end does not end with a timeout", async () => {
  using clock = installClock();
  const [tx, rx] = channel<number>();
  const closed = tx.closed(TIMED);
  clock.advance(10);
  expect([await isPending(closed), clock.pending]).toEqual([true, 0]);
  rx.drop();
  await closed;
});

// 87: 0 means closed, so no timeout may say so
test("a batch receive does not end with a timeout", async () => {
  using clock = installClock();
  const [tx, rx] = channel<number>();
  const received = rx.recvMany([], 1, TIMED);
  clock.advance(10);
  expect([await isPending(received), clock.pending]).toEqual([true, 0]);
  tx.send(1);
  expect(await received).toBe(1);
});

const NOT_OPTIONS = null as unknown as WaitOptions;

// 110: misuse rejects where a promise is returned, never throws
test("options of null are refused by a rejection wherever a promise is returned", async () => {
  const [tx, rx] = syncChannel<number>(1);
  tx.trySend(1);
  const refused = [
    () => rx.recv(NOT_OPTIONS),
    () => rx.recvMany([], 1, NOT_OPTIONS),
    () => tx.send(2, NOT_OPTIONS),
    () => tx.reserve(NOT_OPTIONS),
    () => tx.reserveMany(1, NOT_OPTIONS),
    () => tx.closed(NOT_OPTIONS),
    () => select({ rx }, NOT_OPTIONS),
  ];
  for (const refuse of refused) await expect(refuse()).rejects.toBeInstanceOf(InvalidArgumentError);
  expect([rx.length, tx.available]).toEqual([1, 0]);
});

const UNPRINTABLE: unknown = Object.create(null);

// 110
test.each([
  ["a timeout", () => channel()[1].recv({ timeout: UNPRINTABLE as number })],
  ["a limit", () => channel()[1].recvMany([], UNPRINTABLE as number)],
  ["an array", () => channel<never>()[1].recvMany(UNPRINTABLE as never[], 1)],
  ["an arm", () => select([[Symbol("alone")]] as never)],
])("%s that cannot be printed is refused as any other", async (_, use) => {
  await expect(use()).rejects.toBeInstanceOf(InvalidArgumentError);
});

// 69, 87
test.each([
  ["frozen", Object.freeze],
  ["sealed", Object.seal],
  ["not extensible", Object.preventExtensions],
])("a batch receive takes nothing when its array is %s", async (_, harden) => {
  const [tx, rx] = channel<number>();
  tx.send(1);
  await expect(rx.recvMany(harden([]) as number[], 1)).rejects.toBeInstanceOf(InvalidArgumentError);
  expect(rx.length).toBe(1);
});
