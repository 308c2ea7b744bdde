/** What runs outside of this repository is pinned, and what it calls inside is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, root } from "../../support/source-files.ts";

const workflows = filesBelow(".github/workflows", ".yml");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

describe("the workflows", () => {
  it("use actions by the commit, and say which version that is", () => {
    const uses = workflows.flatMap(({ text }) => [...text.matchAll(/uses: *(.*)/g)].map(([, action = ""]) => action));
    expect(uses.length).toBeGreaterThan(3);
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it("call scripts that there are", () => {
    const called = workflows.flatMap(({ text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name),
    );
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("let nothing but the release ask for an identity", () => {
    const allowed = workflows.filter(({ text }) => text.includes("id-token: write")).map(({ path }) => path);
    expect(allowed).toEqual([".github/workflows/release.yml"]);
  });
});
