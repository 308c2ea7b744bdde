/** Tests of the user's actors in a process of their own: the same run there as here, and what the process does beside them. */
import { expect, it } from "vitest";
import { runModule, runNode } from "../../support/node-process.ts";
import { digestOf } from "../../support/random-world.mjs";
import { scaled } from "../../support/scale.ts";

const WORLDS = 25;
const WORLDS_HERE = scaled(WORLDS, 500);

/** The digests of the first worlds, each under a seed of its own. */
async function digests(count: number): Promise<string[]> {
  const all: string[] = [];
  for (let world = 0; world < count; world++) all.push(await digestOf(world, world + 1));
  return all;
}

/** The same from a process of its own, with these flags. */
async function digestsElsewhere(count: number, flags: readonly string[], between = ""): Promise<string[]> {
  const source = `import { digestOf } from "./test/support/random-world.mjs";
    let notes = 0;
    for (let world = 0; world < ${count}; world++) console.log(await digestOf(world, world + 1, () => { ${between} }));`;
  const { output } = await runNode([...flags, "--input-type=module", "--eval", source]);
  return output.trim().split("\n");
}

it("a world of actors gives the same run twice in one process and once in another when its seed is the same", async () => {
  const first = await digests(WORLDS_HERE);
  expect(await digests(WORLDS_HERE)).toEqual(first);
  expect(await digestsElsewhere(WORLDS, [])).toEqual(first.slice(0, WORLDS));
});

it("a world of actors gives the same run when garbage is collected in between", async () => {
  const collecting = await digestsElsewhere(4, ["--expose-gc"], "if (++notes % 50 === 0) gc();");
  expect(collecting).toEqual(await digests(4));
});

it("an expectation takes what the program has printed for no work to wait for", async () => {
  const { code, output } = await runModule(`
    import { probe, testSystem } from "@pneumatic/actors/testing";
    const system = testSystem();
    const audit = probe(system);
    console.log("on the way");
    console.error("on the way");
    await audit.expectNoMessage();
    console.log(system.now);
    await system[Symbol.asyncDispose]();
  `);
  expect(code).toBe(0);
  expect(output.split("\n")).toContain("100"); // of the two streams, either may come first
});

it("a process whose real work is over goes on, and open standard streams are no work", async () => {
  const { output } = await runModule(`
    import { stat } from "node:fs/promises";
    import { actor } from "@pneumatic/actors";
    import { testSystem } from "@pneumatic/actors/testing";
    const system = testSystem({ autoAdvance: true });
    console.log("begins");
    const work = async ({ sleep }) => {
      await stat("package.json");
      await sleep(1000);
      return "is done";
    };
    const address = system.spawn(actor({ on: { work } }));
    console.log(await address.ask({ type: "work" }));
    address.drop();
    await system[Symbol.asyncDispose]();
  `);
  expect(output).toBe("begins\nis done\n");
});
