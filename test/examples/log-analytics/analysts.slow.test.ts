/** Every line is counted once, whoever dies meanwhile, and there is never more in memory than a few chunks. */
import { readFileSync, statSync } from "node:fs";
import type { ActorSystemOptions } from "@pneumatic/actors";
import { ActorPanickedError, ActorSystem } from "@pneumatic/actors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyze, startAnalysts } from "../../../examples/log-analytics/dist/analyze.js";
import { chunksOf } from "../../../examples/log-analytics/dist/chunk.js";
import { generateLog } from "../../../examples/log-analytics/dist/generate-log.js";
import { killOne } from "../../../examples/log-analytics/dist/kill-one.js";
import { summaryOf } from "../../../examples/log-analytics/dist/summary.js";
import { folderOf } from "../../support/folder.ts";
import { rejection } from "../../support/gate.ts";
import { runNode } from "../../support/node-process.ts";

const MAIN = "examples/log-analytics/dist/main.js";
const CHUNKS = 40;
const quiet = { logLevel: "silent" } satisfies ActorSystemOptions;

const folder = folderOf({});
const file = `${folder.path}/access.log`;
const allChunks = () => chunksOf(file, statSync(file).size, Math.ceil(statSync(file).size / CHUNKS));
const wholeFile = () => summaryOf(readFileSync(file, "utf8").split("\n").slice(0, -1));

beforeAll(() => generateLog(file, 4e6));
afterAll(() => folder[Symbol.dispose]());

describe("the analysts", () => {
  it("count every line once while they exit and are killed", async () => {
    await using system = new ActorSystem(quiet);
    using analysts = startAnalysts(system, 2, 0.05);
    let chunks = 0;
    const summary = await analyze(analysts, allChunks(), () => {
      if (++chunks % 8 === 0) killOne(system, analysts);
    });
    expect(chunks).toBe(CHUNKS);
    expect(summary).toEqual(wholeFile());
    expect(analysts.routees().some(({ restarts }) => restarts > 0)).toBe(true);
  });

  it("are given two chunks for each thread at a time, and the next when one is done", async () => {
    await using system = new ActorSystem(quiet);
    using analysts = startAnalysts(system, 2);
    let taken = 0;
    let done = 0;
    let most = 0;
    function* counted() {
      for (const chunk of allChunks()) {
        most = Math.max(most, ++taken - done);
        yield chunk;
      }
    }
    await analyze(analysts, counted(), () => done++);
    expect({ taken, done, most }).toEqual({ taken: CHUNKS, done: CHUNKS, most: 4 });
  });

  it("are not tried for ever on a chunk that kills them", async () => {
    await using system = new ActorSystem(quiet);
    using analysts = startAnalysts(system, 1, 1);
    const error = await rejection(analyze(analysts, [{ file, start: 0, end: 10 }]));
    expect(error).toMatchObject({
      message: `No analyst survives ${file} from 0`,
      cause: { code: "ERR_ACTOR_PANICKED" },
    });
  });

  it("say at once what they cannot do", async () => {
    await using system = new ActorSystem(quiet);
    using analysts = startAnalysts(system, 1);
    const error = await rejection(analyze(analysts, [{ file: `${file}.gone`, start: 0, end: 10 }]));
    expect(error).toBeInstanceOf(ActorPanickedError);
    expect(error).toMatchObject({ cause: { code: "ENOENT" } });
  });
});

describe("the program", () => {
  it("sums up 20 MB under sabotage within its memory", async () => {
    const large = `${folder.path}/large.log`;
    await generateLog(large, 20e6);
    const { code, output } = await runNode(["--max-old-space-size=32", MAIN, large, "--sabotage"]);
    const { lines, statuses } = summaryOf(readFileSync(large, "utf8").split("\n").slice(0, -1));
    expect(output).toContain(`${lines} lines, 0 of them in no format that is known`);
    for (const [status, count] of statuses) expect(output).toMatch(new RegExp(`^ +${count}  ${status}$`, "m"));
    expect(Number(output.match(/(\d+) MB of memory at most/)?.[1])).toBeLessThan(400);
    expect(output).not.toContain(" 0 restarts");
    expect(code).toBe(0);
  });

  it("says what is wrong with its arguments", async () => {
    const { code, output } = await runNode([MAIN, file, "--threads", "many"]);
    expect(output).toBe('log-analytics: --threads takes a number from 1, not "many"\n');
    expect(code).toBe(1);
  });
});
