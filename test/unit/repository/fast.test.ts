/** What is run at every save needs no thread, no process and no network: which files those are, and what they import. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isSlow } from "../../support/slow.ts";
import { filesBelow, imports } from "../../support/source-files.ts";

/** What starts something, or waits for something outside. */
const FORBIDDEN = ["child_process", "worker_threads", "cluster", "http", "https", "http2", "net"].map(
  (name) => `node:${name}`,
);

const files = new Map(
  ["test", "examples"].flatMap((folder) => filesBelow(folder, "s")).map((file) => [file.path, file]),
);

/** The way from a file to a module that a fast test must not use, through what it imports in `test` and `examples`. */
function wayOut(path: string, seen = new Set<string>()): string[] | undefined {
  const file = files.get(path);
  if (file === undefined || seen.has(path)) return undefined;
  seen.add(path);
  for (const from of imports(file)) {
    const way = FORBIDDEN.includes(from) ? [from] : wayOut(from, seen);
    if (way !== undefined) return [path, ...way];
  }
  return undefined;
}

const tests = [...files.keys()].filter((path) => path.startsWith("test/") && path.endsWith(".test.ts"));

describe("a fast test", () => {
  it("imports nothing that starts a process or a thread, directly or through others", () => {
    const fast = tests.filter((path) => !isSlow(path));
    expect(fast.length).toBeGreaterThan(100);
    expect(fast.map((path) => wayOut(path)).filter((way) => way !== undefined)).toEqual([]);
  });
});

describe("a file of tests", () => {
  it("is in one of the groups that test/README.md names", () => {
    const [readme] = filesBelow("test", "README.md");
    const groups = new Set(tests.map((path) => join("/", path).split("/")[2]));
    expect([...groups].filter((group) => !readme?.text.includes(`- \`${group}`))).toEqual([]);
  });
});
