/** What the README tells a newcomer to write: its programs run as they stand, and TypeScript compiles with the settings it gives. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
const text = readFileSync(join(root, "README.md"), "utf8");
const guide = readFileSync(join(root, "docs/guide/getting-started.md"), "utf8");
const EMITS = { noEmit: false, allowImportingTsExtensions: false, outDir: "out", rootDir: "." };
const programs = [...text.matchAll(/^```js\n(\/\/ ([\w-]+\.js).*?)^```/gms)];
let folder: string;

/** Inside of the workspace, so that the packages are found. */
beforeAll(() => {
  mkdirSync(join(root, "test", ".type-checks"), { recursive: true });
  folder = mkdtempSync(join(root, "test", ".type-checks", "first-hour-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const [, code = "", name = ""] of programs) writeFileSync(join(folder, name), code);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["counter.js", "42\n"],
  ["main.js", "78498\n"],
])("%s runs as it stands, and ends", async (name, output) => {
  expect(programs.map(([, , found]) => found)).toContain(name);
  expect(await run(process.execPath, [join(folder, name)])).toEqual({ stdout: output, stderr: "" });
});

test("the example in TypeScript compiles with the settings that are given, and runs on every Node", async () => {
  const [, settings = ""] = /`tsconfig\.json`:\n\n```json\n(.*?)^```/ms.exec(guide) ?? [];
  const [, code = ""] = /^```ts\n(.*?)^```/ms.exec(text) ?? [];
  const compilerOptions = { ...JSON.parse(settings).compilerOptions, ...EMITS };
  writeFileSync(join(folder, "bank.ts"), code);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["bank.ts"] }));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error) => error as { stdout: string });
  expect(stdout).toBe("");
  expect(await run(process.execPath, [join(folder, "out", "bank.js")])).toEqual({ stdout: "120\n", stderr: "" });
});
