/** Actors that wait for each other under every order: a cycle is told to one of them, and only a cycle is. */
import type { Address } from "@pneumatic/actors";
import { AskTimeoutError, bounded, DeadlockError, implement } from "@pneumatic/actors";
import { explored, must, pause, Scripts, same } from "../support/explored.ts";
import { inTurnOf } from "../support/own-turn.ts";
import { numbers } from "../support/sequence.ts";

interface Node {
  /** Asks each in turn to go on; the last one replies. */
  follow(payload: { path: readonly number[]; at: number; ms: number }): Promise<string>;
}

explored(
  "a cycle of asks that lasts is rejected with its path, a chain that only waits is not",
  async (system, chance) => {
    const node = implement<Node>()({
      state: (_: undefined, { own }): { others: Address<Node>[] } => ({
        others: nodes.map((each) => own(each.clone())),
      }),
      on: {
        follow: async ({ state, self, sleep }, { path, at, ms }) => {
          await sleep(ms);
          const next = path[at + 1];
          if (next === undefined) return "end";
          const other = state.others[next] as Address<Node>;
          return inTurnOf(self, () => other.ask({ type: "follow", path, at: at + 1, ms }, { timeout: 60_000 }));
        },
      },
    });
    const nodes: Address<Node>[] = numbers(4).map((n) =>
      system.spawn(node, { name: `n${n}`, restart: "permanent", intensity: { restarts: 1000, withinMs: 1 } }),
    );
    await pause(1);
    using scripts = new Scripts(system);
    const outcomes: { path: readonly number[]; outcome: unknown; took: number }[] = [];
    const walk = () => {
      const path = chance.oneIn(3)
        ? chance.times(4, () => chance.below(4))
        : [0, 1, 2, 3].filter(() => chance.oneIn(2));
      if (path.length === 0) return;
      const since = system.now;
      const asked = (nodes[path[0] as number] as Address<Node>).ask(
        { type: "follow", path, at: 0, ms: chance.below(600) },
        { timeout: 100_000 },
      );
      const settle = (outcome: unknown) => outcomes.push({ path, outcome, took: system.now - since });
      return asked.then(settle, settle);
    };
    const count = 1 + chance.below(3);
    await scripts.perform(...numbers(count).map(() => [walk]));
    await pause(1000);
    for (const { path, outcome, took } of outcomes) {
      const isCycle = new Set(path).size < path.length;
      let cause = outcome;
      while (cause instanceof Error && !(cause instanceof DeadlockError) && cause.cause !== undefined)
        cause = cause.cause;
      const say = () => `${path}: ${String(outcome)} after ${took} ms`;
      must(!(cause instanceof AskTimeoutError), say);
      if (outcomes.length === 1) must(isCycle === cause instanceof DeadlockError, say);
      if (
        outcomes.every(
          (each) => new Set(each.path).size === each.path.length && [...each.path].sort().join() === each.path.join(),
        )
      )
        must(outcome === "end", say);
      if (cause instanceof DeadlockError) {
        same("a cycle", cause.path[0], cause.path.at(-1));
        must(cause.path.length >= 2, say);
      } else must(outcome === "end", say);
    }
    for (const each of nodes) await system.stop(each);
    for (const each of nodes) each.drop();
  },
);

explored("what waits for room in a full mailbox is part of a cycle like an ask", async (system, chance) => {
  interface Peer {
    meet(payload: { other: Address<Peer> }): void;
    flood(payload: { count: number }): Promise<string>;
    noop(): void;
  }
  const peer = implement<Peer>()({
    state: (): { other: Address<Peer> | undefined } => ({ other: undefined }),
    on: {
      meet: ({ state, own }, { other }) => {
        state.other = own(other);
      },
      flood: async ({ state, self }, { count }) => {
        for (let n = 0; n < count; n++) {
          const sent = await inTurnOf(self, () => (state.other as Address<Peer>).send({ type: "noop" }));
          must(sent.ok, "refused");
        }
        return "flooded";
      },
      noop: () => {},
    },
  });
  const options = { mailbox: bounded(1), restart: "permanent", intensity: { restarts: 1000, withinMs: 1 } } as const;
  const a = system.spawn(peer, options);
  const b = system.spawn(peer, options);
  await a.send({ type: "meet", other: b.clone() });
  await b.send({ type: "meet", other: a.clone() });
  using scripts = new Scripts(system);
  const outcomes: unknown[] = [];
  const counts = [chance.below(5), chance.below(5)];
  const flood = (who: Address<Peer>, count: number) => () =>
    who.ask({ type: "flood", count }, { timeout: 100_000 }).then(
      (outcome) => outcomes.push(outcome),
      (error: Error) => outcomes.push(error.cause instanceof DeadlockError ? "deadlock" : error),
    );
  await scripts.perform([flood(a, counts[0] as number)], [flood(b, counts[1] as number)]);
  const found = outcomes.map(String).sort();
  must(found.join() === "flooded,flooded" || found.join() === "deadlock,flooded", () => found.join());
  if (Math.min(...counts) < 2) same("no cycle", found, ["flooded", "flooded"]);
  await system.stop(a);
  await system.stop(b);
  a.drop();
  b.drop();
});
