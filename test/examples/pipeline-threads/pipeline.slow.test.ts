/** Files through threads: the results are those of a loop, whoever dies meanwhile. */
import { writeFileSync } from "node:fs";
import { ActorSystem } from "@pneumatic/actors";
import { afterAll, describe, expect, it } from "vitest";
import { digestFile } from "../../../examples/pipeline-threads/dist/digest.js";
import { digestAll, startWorkers } from "../../../examples/pipeline-threads/dist/digest-all.js";
import { findFiles } from "../../../examples/pipeline-threads/dist/find-files.js";
import { killOne } from "../../../examples/pipeline-threads/dist/kill-one.js";
import { totalOf } from "../../../examples/pipeline-threads/dist/total.js";
import { folderOf } from "../../support/folder.ts";
import { rejection } from "../../support/gate.ts";
import { runNode } from "../../support/node-process.ts";

const FILES = 40;

/** A document of `values` values. */
function documentOf(values: number, seed: number): string {
  return JSON.stringify(Array.from({ length: values - 1 }, (_, n) => (n * seed) % 9973));
}

const documents = Array.from({ length: FILES }, (_, n) => [`deep/${n}.json`, documentOf(5000 + n * 50, n + 1)]);
const folder = folderOf({ ...Object.fromEntries(documents), "small.json": "[]", "large.txt": "x".repeat(50_000) });
const paths = findFiles(folder.path, 1000);
const expected = totalOf(new Map(paths.map((path) => [path, digestFile(path)])));
afterAll(() => folder[Symbol.dispose]());

function newSystem(): ActorSystem {
  return new ActorSystem({ logLevel: "silent", deadLetters: { keep: 0 } });
}

describe("the files", () => {
  it("are JSON and source maps of a size that is worth it, the largest first, up to a limit", () => {
    expect(paths).toHaveLength(FILES);
    expect(paths[0]).toMatch(/39\.json$/);
    expect(findFiles(folder.path, 3)).toHaveLength(3);
  });

  it("are parsed if they can be", () => {
    const file = `${folder.path}/one.json`;
    writeFileSync(file, `{ "a": [1, null, "x"], "b": {} }`);
    expect(digestFile(file)).toMatchObject({ bytes: 32, values: 6 });
    writeFileSync(file, "{ // a comment");
    expect(digestFile(file)).toMatchObject({ bytes: 14, values: 0 });
  });
});

describe("the pipeline", () => {
  it("comes to the same as a loop while its workers exit and are killed, and leaves no collector behind", async () => {
    await using system = newSystem();
    using workers = startWorkers(system, 2, 0.05);
    let results = 0;
    const digests = await digestAll(system, workers, paths, () => {
      if (++results % 8 === 0) killOne(system, workers);
    });
    expect(totalOf(digests)).toEqual(expected);
    expect(results).toBeGreaterThanOrEqual(FILES);
    const { actors } = await system.inspect();
    expect(actors.map(({ path }) => path)).toEqual(["/digesters"]);
    expect(workers.routees().some(({ restarts }) => restarts > 0)).toBe(true);
  });

  it("does each job again whose worker exits, in the same round", async () => {
    await using system = newSystem();
    using workers = startWorkers(system, 1, 1);
    const some = paths.slice(0, 4);
    const digests = await digestAll(system, workers, some);
    expect([...digests.keys()].sort()).toEqual([...some].sort());
    expect(system.ledger(workers)).toMatchObject({ accepted: 4, handled: 4, panicked: 0 });
  });

  it("says which file no worker could do", async () => {
    await using system = newSystem();
    using workers = startWorkers(system, 1);
    const missing = `${folder.path}/gone.json`;
    const error = await rejection(digestAll(system, workers, [...paths.slice(0, 2), missing]));
    expect(error).toMatchObject({ message: `No worker could do ${missing}` });
  });
});

describe("the program", () => {
  it("comes to the same in four ways", async () => {
    const { code, output } = await runNode(
      ["examples/pipeline-threads/dist/main.js", folder.path, "--threads", "2"],
      {},
    );
    const rows = output.split("\n").filter((line) => line.includes(expected.sum));
    expect(rows.map((row) => row.slice(0, 22).trim())).toEqual([
      "a loop, no thread",
      "1 thread",
      "2 threads",
      "2 threads under fire",
    ]);
    expect(code).toBe(0);
  });
});
