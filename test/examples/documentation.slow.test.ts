/**
 * Every example in the documentation, in docstrings and in Markdown, compiles as it stands and runs to its end: with exit code
 * 0, on its own, within the time a stuck one would take. A block of `text` right below one is what it prints.
 *
 * One that begins with a comment of nothing but the name of a file, as in `// orders.ts`, is that module for the others of its
 * page. One of `ts fails` does not compile, and the `text` below it is what the compiler says.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { PATIENCE_MS } from "../support/patience.ts";
import type { SourceFile } from "../support/source-files.ts";
import { filesBelow, root } from "../support/source-files.ts";

const run = promisify(execFile);
const FOLDER = join(root, "test", ".examples");
const documents = [
  ...filesBelow("packages/core/src", ".ts"),
  ...filesBelow("packages/actors/src", ".ts"),
  ...filesBelow("packages", ".md"),
  ...filesBelow("docs", ".md"),
  ...filesBelow("", "README.md").filter(({ path }) => path === "README.md"),
];

interface Example {
  readonly title: string;
  /** Its file, without the ending. */
  readonly name: string;
  readonly code: string;
  /** Whether it is not to compile. */
  readonly fails: boolean;
  /** What it prints, or the compiler says of it; undefined where that is not said. */
  readonly output: string | undefined;
}

function examplesOf({ path, text }: SourceFile): Example[] {
  const plain = path.endsWith(".ts") ? text.replace(/^ +\* ?/gm, "") : text;
  const folder = path.replace(/[^\w]+/g, "-");
  const blocks = plain.matchAll(/^```ts( fails)?\n(.*?)^```(?:\n\n```text\n(.*?)^```)?/gms);
  return [...blocks].map(([, fails, code = "", output], n) => {
    const [, module = `example-${n + 1}`] = /^\/\/ ([\w-]+)\.ts\n/.exec(code) ?? [];
    return { title: `${path} #${n + 1}`, name: `${folder}/${module}`, code, fails: fails !== undefined, output };
  });
}

const examples = documents.flatMap(examplesOf);

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, code } of examples) {
    const file = join(FOLDER, `${name}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${code}\nexport {};\n`, { flag: "wx" }); // two of one name are a mistake
  }
  const settings = {
    types: ["node"],
    composite: false,
    declaration: false,
    declarationMap: false,
    noUnusedLocals: false,
  };
  const compilerOptions = { ...settings, rootDir: ".", outDir: "out", incremental: false };
  writeFileSync(
    join(FOLDER, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["*/*.ts"], exclude: ["out"] }),
  );
});

describe("the examples of the documentation", () => {
  it("are there", () => {
    expect(examples.length).toBeGreaterThan(15);
  });

  it("compile, but for those that are not to", async () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", ".", "--pretty", "false"], { cwd: FOLDER }).catch(
      (error) => error as { stdout: string },
    );
    const failing = examples
      .filter(({ fails }) => fails)
      .map(({ name, output = "" }) => [`${name}.ts`, output] as const);
    expect(complaints(stdout)).toEqual(Object.fromEntries(failing));
  });

  it.each(examples.filter(({ fails }) => !fails))("run: $title", async ({ name, output }) => {
    const { stdout, stderr } = await run(process.execPath, [join(FOLDER, "out", `${name}.js`)], {
      timeout: PATIENCE_MS,
    });
    expect(stderr).toBe("");
    if (output !== undefined) expect(stdout).toBe(output);
  });
});

/** What the compiler says, by file. */
function complaints(printed: string): Record<string, string> {
  const said: Record<string, string> = {};
  for (const text of printed.split(/^(?=\S)/m)) {
    if (text === "") continue; // nothing was printed
    const [, file = text, message = ""] = /^(.+)\(\d+,\d+\): error TS\d+: (.*)$/s.exec(text) ?? [];
    said[file] = (said[file] ?? "") + message;
  }
  return said;
}
