/** A group that restarts while its supervisor drains: the children that are held down handle their queues before they end. */
import type { Strategy } from "@pneumatic/actors";
import { actor, child, supervisor } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { explore } from "@pneumatic/actors/testing";
import { describe, test } from "vitest";
import { Chance } from "../../support/chance.ts";
import { must, pause, same } from "../../support/explored.ts";

const OFTEN = { restarts: 100, withinMs: 1000 };
const IDS = ["a", "b", "c"] as const;
type Id = (typeof IDS)[number];

/** The children `a`, `b` and `c`, which note their work in `done`. */
function childrenOf(done: string[]) {
  const one = (id: Id) =>
    child(
      actor({
        on: {
          fail: () => {
            throw new Error("bad");
          },
          work: async (context, { n, ms }: { n: number; ms: number }) => {
            if (ms > 0) await context.sleep(ms);
            done.push(`${id}${n}`);
          },
        },
      }),
      { backoff: { initialMs: 0 } },
    );
  return { a: one("a"), b: one("b"), c: one("c") };
}

const RUNS = 50;

async function drains(system: TestSystem, chance: Chance, strategy: Strategy, isNested: boolean): Promise<void> {
  const done: string[] = [];
  const inner = supervisor({ strategy, intensity: OFTEN, children: childrenOf(done) });
  using outer = isNested
    ? system.supervise(supervisor({ strategy, intensity: OFTEN, children: { inner } }))
    : undefined;
  using tree = outer?.child("inner") ?? system.supervise(inner);
  await tree.started;
  const addresses = { a: tree.child("a"), b: tree.child("b"), c: tree.child("c") };
  const wanted: string[] = [];
  for (let n = 0; n < 8; n++) {
    const to = chance.of(...IDS);
    if (chance.oneIn(3)) {
      addresses[to].tell({ type: "fail" });
    } else {
      addresses[to].tell({ type: "work", n, ms: chance.oneIn(3) ? chance.below(20) : 0 });
      wanted.push(`${to}${n}`);
    }
    if (chance.oneIn(10)) await pause(chance.below(20));
  }
  const top = outer ?? tree;
  const { exited } = top;
  const before = system.now;
  if (chance.oneIn(2)) void system.drain(top);
  const held = [...IDS.map((id) => addresses[id]), tree, ...(outer === undefined ? [] : [outer])];
  while (held.length > 0) for (const each of held.splice(chance.below(held.length), 1)) each.drop();
  await exited;
  must(system.now - before < 1000, () => `the end took ${system.now - before} ms`);
  same("done", done.sort(), wanted.sort());
}

describe.each(["one_for_one", "one_for_all", "rest_for_one"] as const)("%s loses nothing in a drain", (strategy) => {
  test.each([false, true])("of a tree whose supervisor is nested: %s", async (isNested) => {
    for (let seed = 1; seed <= RUNS; seed++) {
      await explore((system) => drains(system, new Chance(seed), strategy, isNested), { seed, runs: 1 });
    }
  });
});
