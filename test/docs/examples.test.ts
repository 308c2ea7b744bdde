/**
 * Every example in the documentation, in docstrings and in Markdown, compiles as it stands and runs to its end: with exit code
 * 0, on its own, within the time a stuck one would take. A block of `text` right below one is what it prints.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
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
  readonly name: string;
  readonly code: string;
  /** What it prints; undefined where that is not said. */
  readonly output: string | undefined;
}

function examplesOf({ path, text }: SourceFile): Example[] {
  const plain = path.endsWith(".ts") ? text.replace(/^ +\* ?/gm, "") : text;
  return [...plain.matchAll(/^```ts\n(.*?)^```(?:\n\n```text\n(.*?)^```)?/gms)].map(([, code = "", output], n) => {
    const title = `${path} #${n + 1}`;
    return { title, name: title.replace(/[^\w]+/g, "-"), code, output };
  });
}

const examples = documents.flatMap(examplesOf);

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, code } of examples) writeFileSync(join(FOLDER, `${name}.ts`), `${code}\nexport {};\n`);
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
    JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["*.ts"] }),
  );
}, 60_000);

describe("the examples of the documentation", () => {
  it("are there", () => {
    expect(examples.length).toBeGreaterThan(15);
  });

  it("compile", async () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", FOLDER]).catch((error) => error as { stdout: string });
    expect(stdout).toBe("");
  });

  it.each(examples)("run: $title", async ({ name, output }) => {
    const { stdout, stderr } = await run(process.execPath, [join(FOLDER, "out", `${name}.js`)], { timeout: 10_000 });
    expect(stderr).toBe("");
    if (output !== undefined) expect(stdout).toBe(output);
  });
});
