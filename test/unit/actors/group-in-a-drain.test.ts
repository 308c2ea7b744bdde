/** A group that restarts in a tree that drains loses nothing but the poison, and the tree ends. */
import { child, implement, supervisor } from "@pneumatic/actors";
import { describe, expect, it } from "vitest";
import { TestSystem } from "../../support/test-system.ts";

interface Worker {
  work(payload: { n: number }): void;
  fail(): void;
}

function workers(handled: string[]) {
  return implement<Worker>()({
    on: {
      work: ({ path }, { n }) => void handled.push(`${path.at(-1)}${n}`),
      fail: () => {
        throw new Error("bad");
      },
    },
  });
}

const STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"] as const;
/** In which order everybody lets go. */
const ORDERS = ["a b sup", "sup a b", "b sup a", "sup b a"];

describe.each(STRATEGIES)("%s", (strategy) => {
  describe.each(ORDERS)("dropped in the order %s", (order) => {
    it.each(["a", "b", "a b", "b a", "a a"])("handles everything when there fail: %s", async (failing) => {
      await using system = new TestSystem();
      const handled: string[] = [];
      const worker = workers(handled);
      const spec = supervisor({
        strategy,
        intensity: { restarts: 10, withinMs: 1000 },
        children: { a: child(worker), b: child(worker) },
      });
      const sup = system.supervise(spec, { name: "sup" });
      const [a, b] = [sup.child("a"), sup.child("b")];
      await Promise.all([a.started, b.started]);
      for (const id of failing.split(" ")) (id === "a" ? a : b).tell({ type: "fail" });
      for (const n of [1, 2, 3]) for (const each of [a, b]) each.tell({ type: "work", n });
      let end = "none";
      void sup.exited.then(({ kind }) => {
        end = kind;
      });
      for (const name of order.split(" ")) ({ a, b, sup })[name as "a"]?.drop();
      for (let ms = 0; ms < 4000; ms += 100) await system.advance(100); // less than a shutdown takes
      expect(end).toBe("normal");
      expect(handled.toSorted()).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
      expect(system.ledger().deadLettered).toEqual({});
    });
  });
});

it.each(STRATEGIES)("%s: so does a nested supervisor of one that drains", async (strategy) => {
  await using system = new TestSystem();
  const handled: string[] = [];
  const worker = workers(handled);
  const inner = supervisor({
    strategy,
    intensity: { restarts: 10, withinMs: 1000 },
    children: { a: child(worker), b: child(worker) },
  });
  const outer = system.supervise(supervisor({ strategy, children: { inner, c: child(worker) } }), { name: "outer" });
  const sup = outer.child("inner");
  const [a, b, c] = [sup.child("a"), sup.child("b"), outer.child("c")];
  await Promise.all([a.started, b.started, c.started]);
  a.tell({ type: "fail" });
  for (const n of [1, 2]) for (const each of [a, b, c]) each.tell({ type: "work", n });
  let end = "none";
  void outer.exited.then(({ kind }) => {
    end = kind;
  });
  for (const each of [outer, sup, a, b, c]) each.drop();
  for (let ms = 0; ms < 4000; ms += 100) await system.advance(100);
  expect(end).toBe("normal");
  expect(handled.toSorted()).toEqual(["a1", "a2", "b1", "b2", "c1", "c2"]);
});
