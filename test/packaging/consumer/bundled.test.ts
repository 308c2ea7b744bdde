/**
 * The packages inside the bundles of others: core in what a page loads, actors in what a service runs. A thread is started
 * from files, which a bundle does not have; that is another test's.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { BuildOptions } from "esbuild";
import { build as esbuild } from "esbuild";
import type { InlineConfig } from "vite";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBrowser, runPage } from "../../support/browser.ts";
import { pack, unpackInto } from "../../support/packed.ts";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), "bundled-"));
const browser = findBrowser();
if (browser === undefined) console.warn("NOT TESTED: bundles of core in a browser, because none was found");

const withEsbuild = async (options: BuildOptions): Promise<void> => {
  await esbuild({ absWorkingDir: project, bundle: true, logLevel: "silent", ...options });
};
const withVite = async (config: InlineConfig): Promise<void> => {
  await vite({ root: project, configFile: false, logLevel: "silent", ...config });
};

/** Each puts a bundle of page.mjs to a path. */
const PAGES: readonly [bundler: string, make: (outfile: string) => Promise<void>][] = [
  ["esbuild", (outfile) => withEsbuild({ entryPoints: ["page.mjs"], outfile, format: "esm", minify: true })],
  [
    "vite",
    (outfile) =>
      withVite({
        build: {
          target: "es2022", // It awaits where nothing is a function.
          outDir: dirname(outfile),
          rolldownOptions: { input: join(project, "page.mjs"), output: { entryFileNames: "page.js" } },
        },
      }),
  ],
];

/** Each puts a bundle of service.mjs to a path, with everything it depends on. */
const SERVICES: readonly [bundler: string, file: string, make: (outfile: string) => Promise<void>][] = [
  [
    "esbuild, as CommonJS",
    "service.cjs",
    (outfile) => withEsbuild({ entryPoints: ["service.mjs"], outfile, platform: "node", format: "cjs" }),
  ],
  [
    "esbuild, as an ES module",
    "service.js",
    (outfile) =>
      withEsbuild({
        entryPoints: ["service.mjs"],
        outfile,
        platform: "node",
        format: "esm",
        // What esbuild needs for any dependency that is CommonJS, as pino is.
        banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      }),
  ],
  [
    "vite",
    "service.js",
    (outfile) => withVite({ ssr: { noExternal: true }, build: { ssr: "service.mjs", outDir: dirname(outfile) } }),
  ],
];

beforeAll(async () => {
  unpackInto(project, await pack());
  cpSync(join(root, "test/packaging/consumer/fixtures"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(PAGES)("core, bundled by %s", (_, make) => {
  it("holds nothing of Node, and runs in a browser", async ({ skip }) => {
    const folder = mkdtempSync(join(project, "page-"));
    await make(join(folder, "page.js"));
    expect(readFileSync(join(folder, "page.js"), "utf8")).not.toMatch(/node:|worker_threads/);
    if (browser === undefined) return skip("there is no browser here");
    const report = await runPage(browser, { module: "/page/page.js", imports: {}, folders: { page: folder } });
    expect(report).toEqual({
      arm: "value",
      result: { ok: true, value: "bundled" },
      ended: "disconnected",
      clock: "function",
    });
  });
});

describe.each(SERVICES)("actors, bundled by %s", (_, file, make) => {
  it("hold all that they depend on, and run", async () => {
    // Outside of the project, where nothing is installed.
    const folder = mkdtempSync(join(tmpdir(), "service-"));
    try {
      await make(join(folder, file));
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
      const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder });
      expect({ stdout, stderr }).toEqual({ stdout: "18\n", stderr: "" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
