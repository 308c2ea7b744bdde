/** Lines come out of chunks as they are in the file, wherever it is cut; summaries add up to the summary of the whole. */
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { chunksOf, linesOf } from "../../../examples/log-analytics/dist/chunk.js";
import { generateLog } from "../../../examples/log-analytics/dist/generate-log.js";
import { addSummary, emptySummary, OTHER_PATHS, summaryOf } from "../../../examples/log-analytics/dist/summary.js";
import { folderOf } from "../../support/folder.ts";

const folder = folderOf({});
const file = `${folder.path}/some.log`;
afterAll(() => folder[Symbol.dispose]());

/** The lines of all chunks, in the order of the chunks. */
function linesInChunks(content: string | Buffer, bytes: number): string[] {
  writeFileSync(file, content);
  return [...chunksOf(file, Buffer.byteLength(content), bytes)].flatMap(linesOf);
}

function linesOfText(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

describe("a file in chunks", () => {
  it("has every line once and whole, in order, whatever its lines and wherever it is cut", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\r", " "), maxLength: 12 });
    const text = fc.tuple(fc.array(line), fc.constantFrom("", "\n")).map(([lines, end]) => lines.join("\n") + end);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (content, bytes) => {
        expect(linesInChunks(content, bytes)).toEqual(linesOfText(content));
      }),
      { numRuns: 300 },
    );
  });

  it("has no chunks when it is empty", () => {
    expect([...chunksOf(file, 0)]).toEqual([]);
  });

  it("has the beginning of a line that is longer than memory should be, once", () => {
    const lines = linesInChunks(Buffer.concat([Buffer.alloc(4 << 20, "x"), Buffer.from("\nnext\n")]), 1 << 20);
    expect(lines.map((line) => line.length)).toEqual([2 << 20, 4]);
  });
});

describe("a summary", () => {
  const request = (method: string, path: string, status: number, hour = "07"): string =>
    `::1 - ada [01/Jan/2026:${hour}:00:00 +0000] "${method} ${path} HTTP/1.1" ${status} 10 "-" "curl"`;

  it("counts methods, statuses, hours, paths without their queries, bytes, and lines that it does not know", () => {
    const summary = summaryOf([request("GET", "/a?b=c", 200), request("POST", "/a", 404, "23"), "", "what?"]);
    expect(summary).toEqual({
      ...{ lines: 4, unknown: 2, bytes: 20, paths: new Map([["/a", 2]]) },
      methods: new Map(Object.entries({ GET: 1, POST: 1 })),
      statuses: new Map(Object.entries({ 200: 1, 404: 1 })),
      hours: new Map([
        ["07", 1],
        ["23", 1],
      ]),
    });
  });

  it("is the sum of the summaries of its parts, in any order", async () => {
    await generateLog(file, 300_000);
    const chunks = [...chunksOf(file, readFileSync(file).length, 10_000)];
    const total = emptySummary();
    for (const chunk of chunks.reverse()) addSummary(total, summaryOf(linesOf(chunk)));
    expect(total).toEqual(summaryOf(linesOfText(readFileSync(file, "utf8"))));
    expect(total.unknown).toBe(0);
  });

  it("keeps 10,000 paths, and counts the others as one", () => {
    const half = (from: number) =>
      summaryOf(Array.from({ length: 9000 }, (_, n) => request("GET", `/${from + n}`, 200)));
    const total = emptySummary();
    addSummary(total, half(0));
    addSummary(total, half(9000));
    expect(total.paths.size).toBe(10_001);
    expect(total.paths.get(OTHER_PATHS)).toBe(8000);
  });
});
