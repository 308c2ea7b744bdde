/**
 * The types of the packages as their users' compilers see them: every TypeScript that is supported, every resolution, strict,
 * and with nothing skipped, our declarations included. What was compiled runs.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, unpackInto } from "../../support/packed.ts";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
const NODE16 = { moduleResolution: "node16", module: "node16" };
const NODENEXT = { moduleResolution: "nodenext", module: "nodenext" };
const BUNDLER = { moduleResolution: "bundler", module: "esnext" };
/** Before 5.8 a compiler resolves with nodenext as with node16; 6 is no different from 7. */
const COMPILATIONS = [
  { compiler: "typescript-oldest", resolution: NODENEXT },
  { compiler: "typescript-oldest", resolution: BUNDLER },
  { compiler: "typescript-6", resolution: NODENEXT, canRequire: true },
  { compiler: "typescript", resolution: NODE16 },
  { compiler: "typescript", resolution: NODENEXT, canRequire: true },
  { compiler: "typescript", resolution: BUNDLER },
];
const NODE = { lib: ["ES2022"], types: ["node"] };
const BROWSER = { lib: ["ES2022", "DOM", "ESNext.Disposable"], types: [] };

const project = mkdtempSync(join(tmpdir(), "types-"));
/** The same, with the newest types of Node: those that who installs them today gets. */
const newest = mkdtempSync(join(tmpdir(), "types-"));
const version = (compiler: string): string =>
  JSON.parse(readFileSync(join(root, "node_modules", compiler, "package.json"), "utf8")).version;

/** What `compiler` says of `files`; what it makes of them goes to the folder that it resolves to. */
async function compile(
  compiler: string,
  files: readonly string[],
  options: object,
  within = project,
): Promise<[string, string]> {
  const out = mkdtempSync(join(within, "out-"));
  const compilerOptions = { target: "ES2022", strict: true, declaration: true, outDir: out, rootDir: ".", ...options };
  const config = `${out}.json`;
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, "node_modules", compiler, "bin", "tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", config]).catch((error) => error as { stdout: string });
  return [stdout, out];
}

async function print(...path: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(...path)]);
  return stdout;
}

beforeAll(async () => {
  const packed = await pack();
  for (const [path, nodeTypes] of [[project], [newest, "types-node-newest"]] as const) {
    unpackInto(path, packed, nodeTypes);
    cpSync(join(root, "test/packaging/consumer/fixtures"), path, { recursive: true });
    writeFileSync(join(path, "package.json"), JSON.stringify({ private: true, type: "module" }));
  }
});

afterAll(() => {
  for (const path of [project, newest]) rmSync(path, { recursive: true, force: true });
});

describe("a project in TypeScript", () => {
  it.each(COMPILATIONS)(
    "type-checks with $compiler and $resolution.moduleResolution, and runs",
    async ({ compiler, resolution, canRequire }) => {
      const files = ["program.ts", "tested.ts", ...(canRequire ? ["required.cts"] : [])];
      const [complaints, out] = await compile(compiler, files, { ...NODE, ...resolution });
      expect(complaints).toBe("");
      expect(await print(out, "program.js")).toBe("18\n");
      expect(await print(out, "tested.js")).toBe("Ada 3603000 true 2\n");
      if (canRequire) expect(await print(out, "required.cjs")).toBe("18\n");
    },
  );

  it.each(["typescript-oldest", "typescript"])("type-checks with the newest types of Node: %s", async (compiler) => {
    const [complaints] = await compile(compiler, ["program.ts", "tested.ts"], { ...NODE, ...NODENEXT }, newest);
    expect(complaints).toBe("");
  });

  it.each(["typescript-oldest", "typescript"])(
    "that is a page type-checks without the types of Node: %s",
    async (compiler) => {
      const [complaints] = await compile(compiler, ["page.ts"], { ...BROWSER, ...BUNDLER });
      expect(complaints).toBe("");
    },
  );
});

it.each(["core", "actors"])("the page of %s names the oldest TypeScript that was tried", (name) => {
  const [oldest] = /^\d+\.\d+/.exec(version("typescript-oldest")) ?? [];
  expect(readFileSync(join(root, "packages", name, "README.md"), "utf8").includes(`TypeScript ${oldest}`)).toBe(true);
});
