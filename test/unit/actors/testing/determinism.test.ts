/** A run is its seed, on every Node; that it is the same in another process is for test/threads/processes. */
import { actor, bounded, implement } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { testSystem } from "@pneumatic/actors/testing";
import { channel, select } from "@pneumatic/core";
import { expect, it } from "vitest";
import { digestOf, play } from "../../../support/random-world.mjs";

it("a world of actors gives another run when its seed is another", async () => {
  const runs = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) runs.add((await digestOf(7, seed)).split(" ")[2] as string);
  expect(runs.size).toBe(20);
});

it("a test system of the same seed writes the same trace", async () => {
  const traceOf = async (seed: number): Promise<string> => {
    await using system = testSystem({ seed, autoAdvance: true });
    await play(system, 3);
    return system.trace;
  };
  const trace = await traceOf(5);
  expect(await traceOf(5)).toBe(trace);
  expect(await traceOf(6)).not.toBe(trace);
});

interface Worker {
  work(payload: { n: number }): number;
}
const worker = implement<Worker>()({
  on: {
    work: async ({ sleep, attempt }, { n }) => {
      await sleep(n * 10);
      if (n === 3 && attempt === 1) throw new Error("three");
      return n * n;
    },
  },
});

/** Jitter of a backoff, a router that picks by chance, `select`, and room in a mailbox: whatever is decided by chance. */
async function chances(system: TestSystem): Promise<string[]> {
  const notes: string[] = [];
  const note = (what: string): void => void notes.push(`${system.now} ${what}`);
  using pool = system.route(worker, { size: 3, strategy: "random", mailbox: bounded(1) });
  const squares = [1, 2, 3, 4, 3, 6].map(async (n) => {
    await pool.ask({ type: "work", n }).then(
      (square) => note(`${n} ${square}`),
      (error: Error) => note(`${n} ${error.name}`),
    );
  });
  const [tx, rx] = channel<number>();
  const [otherTx, otherRx] = channel<number>();
  for (let n = 0; n < 5; n++) [tx, otherTx].forEach((end) => void end.send(n));
  for (let n = 0; n < 10; n++) note((await select({ rx, otherRx })).arm);
  for (const end of [tx, rx, otherTx, otherRx]) end.drop();
  await Promise.all(squares);
  return notes;
}

it("a seed decides on all that is left to chance, the same on every machine and version of Node", async () => {
  await using system = testSystem({ seed: 11, autoAdvance: true });
  expect(await chances(system)).toMatchInlineSnapshot(`
    [
      "0 rx",
      "0 rx",
      "0 otherRx",
      "0 rx",
      "0 otherRx",
      "0 rx",
      "0 rx",
      "0 otherRx",
      "0 otherRx",
      "0 otherRx",
      "10 1 1",
      "20 2 4",
      "30 3 ActorPanickedError",
      "50 3 ActorPanickedError",
      "50 4 16",
      "110 6 36",
    ]
  `);
});

it("steps come in the order of arrival when there is no seed", async () => {
  await using system = testSystem();
  const notes: string[] = [];
  const noting = actor({ on: { note: (_, { what }: { what: string }) => void notes.push(what) } });
  const actors = ["a", "b", "c", "d"].map((name) => system.own(system.spawn(noting, { name })));
  await system.settle();
  for (const round of [1, 2]) {
    for (const [at, address] of actors.entries()) address.tell({ type: "note", what: `${at} ${round}` });
  }
  await system.settle();
  expect(notes).toEqual(["0 1", "1 1", "2 1", "3 1", "0 2", "1 2", "2 2", "3 2"]);
  expect(system.trace).not.toMatch(/^\*/m);
});
