/** A select is fair: among the arms that are ready, and among several names of one receiver that it waits on. */
import { after, channel, select, tick, trySelect } from "@pneumatic/core";
import { expect, test } from "vitest";

const ROUNDS = 3000;

// 99, 100
test.each([
  ["in a row", ["a", "a", "a", "b", "b", "b"]],
  ["at both ends", ["a", "b", "b", "b", "b", "a"]],
  ["side by side", ["b", "a", "a", "b", "b", "b"]],
])("each of the names of a receiver wins its share when they are %s", async (_, places) => {
  const [tx, a] = channel<number>();
  const [idle, b] = channel<never>();
  const arms = places.map((place, index) => [index, place === "a" ? a : b] as const);
  const wins = new Map<unknown, number>();
  for (let n = 0; n < ROUNDS; n++) {
    const selected = select(arms);
    tx.send(n);
    const { arm } = await selected;
    wins.set(arm, (wins.get(arm) ?? 0) + 1);
  }
  const names = places.flatMap((place, index) => (place === "a" ? [index] : []));
  expect([...wins.keys()].sort()).toEqual(names);
  for (const name of names) expect(wins.get(name)).toBeGreaterThan(ROUNDS / names.length / 2);
  for (const end of [tx, idle]) end.drop();
});

// 101
test("the first name of a receiver wins always when the select is biased", async () => {
  const [tx, rx] = channel<number>();
  for (let n = 0; n < 100; n++) {
    const selected = select({ first: rx, second: rx, third: rx }, { biased: true });
    tx.send(n);
    expect((await selected).arm).toBe("first");
  }
  tx.drop();
});

// 100
test("each of the arms that are ready wins its share, a timer too", () => {
  const [tx, rx] = channel<number>();
  const [gone, disconnected] = channel<never>();
  gone.drop();
  for (let n = 0; n < ROUNDS; n++) tx.send(n);
  const arms = { first: rx, beat: tick(0), again: rx, disconnected, off: after(Number.POSITIVE_INFINITY) };
  const wins = { first: 0, beat: 0, again: 0, disconnected: 0, off: 0 };
  for (let n = 0; n < ROUNDS; n++) wins[trySelect(arms)?.arm ?? "off"]++;
  const { off, ...ready } = wins;
  for (const count of Object.values(ready)) expect(count).toBeGreaterThan(ROUNDS / 8);
  expect(off).toBe(0);
  tx.drop();
});
