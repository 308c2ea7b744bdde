/** The table of behaviours and their tests is what the tests say, and every behaviour that must hold has one. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../support/source-files.ts";

const { behavioursOf } = (await import(join(root, "scripts", "behaviours.mjs"))) as {
  behavioursOf: (workspace: string) => { readonly table: string; readonly problems: readonly string[] };
};

/** A workspace of its own, with one file of tests. */
class Workspace implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "behaviours-"));

  constructor(behaviours: readonly object[], pending: readonly string[], tests: string) {
    mkdirSync(join(this.folder, "test", "unit", "core"), { recursive: true });
    this.write("test/unit/core/behaviours.json", JSON.stringify({ sections: { "A. All": behaviours }, pending }));
    this.write("test/unit/core/some.test.ts", tests);
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

const HOLDS = { number: "1", need: "must", says: "It holds" };
const TOO = { number: "L2", need: "nice", says: "It does too" };
const NEVER = { number: "3", need: "n-a", says: "It cannot", because: "there is none" };

test("the table of behaviours is up to date and every behaviour has its tests", () => {
  const { table, problems } = behavioursOf(root);
  expect(problems).toEqual([]);
  expect(readFileSync(join(root, "docs/behaviours.md"), "utf8"), "run npm run behaviours").toBe(table);
});

test("the table names for each behaviour the tests whose comments name it", () => {
  using workspace = new Workspace(
    [HOLDS, TOO, NEVER],
    [],
    `
// A word before the numbers.
// 1, L2: and one behind them
test("is plain", () => {});
  // 1
  test.each([["(", ") => {}"]])("is | \\"%s\\"", () => {});
// 1
test.skipIf(slow()).each(Object.entries(rows()))(
  "is far away",
// 1
other();
test("is none of them", () => {});
`,
  );
  const { table, problems } = behavioursOf(workspace.folder);
  expect(problems).toEqual([]);
  const file = "[some.test.ts](../test/unit/core/some.test.ts)";
  expect(table.split("\n").filter((line) => /^\| L?\d/.test(line))).toEqual([
    `| 1 | It holds | ${file}: is plain; is \\| "%s"; is far away |`,
    `| L2 | It does too | ${file}: is plain |`,
    "| 3 | It cannot | Does not apply: there is none |",
  ]);
});

const TEST_OF_1 = '// 1\ntest("is", () => {});\n';

test.each([
  ["has no test", [HOLDS, TOO], [], TEST_OF_1, "L2 has no test"],
  ["is pending and has a test", [HOLDS], ["1"], TEST_OF_1, "1 is pending no more: take it off that list"],
  ["does not apply and is pending", [NEVER], ["3"], "", "3 is pending no more: take it off that list"],
  [
    "does not apply and has a test",
    [NEVER],
    [],
    '// 3\ntest("is", () => {});',
    "3 has a test, but is said not to apply",
  ],
  [
    "does not apply for no reason",
    [{ ...NEVER, because: undefined }],
    [],
    "",
    "3 does not apply if it says why, and then only",
  ],
  ["is unknown", [HOLDS], [], `// 1, 4\ntest("is", () => {});`, "4, in test/unit/core/some.test.ts, is no behaviour"],
  ["is unknown and pending", [HOLDS], ["9"], TEST_OF_1, "9, which is pending, is no behaviour"],
  ["is listed twice", [HOLDS, HOLDS], [], TEST_OF_1, "A number is listed twice in test/unit/core/behaviours.json"],
] as const)("the check fails when a behaviour %s", (_how, behaviours, pending, tests, problem) => {
  using workspace = new Workspace(behaviours, pending, tests);
  expect(behavioursOf(workspace.folder).problems).toEqual([problem]);
});

test.each(["// 1 and 2", "// L: what", "// 1,2"])("the check fails when a comment says %j", (comment) => {
  using workspace = new Workspace([HOLDS], [], `${TEST_OF_1}${comment}\ntest("is too", () => {});`);
  expect(() => behavioursOf(workspace.folder)).toThrow(`Not a list of behaviours: ${comment}`);
});
