/** What the tree promises to those who read it. */
import { describe, expect, it } from "vitest";
import { filesBelow, imports } from "../../support/source-files.ts";

const sources = ["core", "actors"].flatMap((name) => filesBelow(`packages/${name}/src`, ".ts"));

function circles(): string[][] {
  const graph = new Map(sources.map((file) => [file.path, imports(file)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path]);
    if (trail.includes(path) || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

describe("the tree", () => {
  it("has no circle of imports at run time", () => {
    expect(circles()).toEqual([]);
  });

  it("lets imports go from actors to core, and core depend on nothing", () => {
    const foreign = (name: string): string[] =>
      sources
        .filter(({ path }) => path.startsWith(`packages/${name}/`))
        .flatMap(imports)
        .filter((from) => !from.startsWith("packages/"));
    expect([...new Set(foreign("core"))].sort()).toEqual(["node:util", "node:worker_threads"]); // both in threads alone
    const packages = foreign("actors").filter((from) => !from.startsWith("node:"));
    expect([...new Set(packages)].sort()).toEqual([
      "@pneumatic/core",
      "@pneumatic/core/internal",
      "@pneumatic/core/internal/threads",
      "@pneumatic/core/testing",
      "@pneumatic/core/threads",
      "pino",
      "piscina",
    ]);
  });

  it("keeps core to what every platform has, but for its threads", () => {
    const nodeOnly = /"node:|(?<![.\w])(?:(?:process|Buffer)\??\.\w|require\()/;
    const code = (text: string): string => text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, "");
    const offenders = sources
      .filter(({ path }) => path.startsWith("packages/core/src/") && !path.startsWith("packages/core/src/threads/"))
      .filter(({ text }) => nodeOnly.test(code(text)));
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  it("begins every file with a comment that says what it owns", () => {
    expect(sources.filter(({ text }) => !text.startsWith("/**")).map(({ path }) => path)).toEqual([]);
  });
});
