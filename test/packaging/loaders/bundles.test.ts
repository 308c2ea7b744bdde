/** Programs with thread actors after bundling: what works, and what is said of what does not. */
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { rolldown } from "rolldown";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Project } from "../../support/loader-project.ts";
import { project } from "../../support/loader-project.ts";

const FILES = {
  "src/main.ts": `
    import { ActorSystem, onThread } from "@pneumatic/actors";
    import type doubler from "./jobs/doubler.ts";
    const system = new ActorSystem({ logLevel: "silent", failureExitCode: undefined });
    const address = system.spawn(onThread<typeof doubler>(new URL("./jobs/doubler.js", import.meta.url)));
    const reply = await address.ask({ type: "double", n: 21 }).catch(() => address.started).catch((error) => error.message);
    console.log(reply);
    address.drop();
  `,
  "src/jobs/doubler.ts": `
    import { actor } from "@pneumatic/actors";
    import { TWO } from "./two.ts";
    export default actor({ on: { double: (_, { n }: { n: number }) => n * TWO } });
  `,
  "src/jobs/two.ts": "export const TWO: number = 2;",
};
const ACTORS = "@pneumatic/actors";
/** CommonJS in an ES module has no \`require\` by itself. */
const banner = { js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);' };

let made: Project;
beforeAll(() => {
  made = project(FILES);
});
afterAll(() => made[Symbol.dispose]());

const inputs = (): Record<string, string> => ({
  main: join(made.folder, "src/main.ts"),
  "jobs/doubler": join(made.folder, "src/jobs/doubler.ts"),
});

async function byEsbuild(outdir: string, options: Parameters<typeof esbuild>[0]): Promise<void> {
  await esbuild({
    absWorkingDir: made.folder,
    entryPoints: inputs(),
    outdir,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    ...options,
  });
}

async function byRolldown(outdir: string, external: string[]): Promise<void> {
  const bundle = await rolldown({ cwd: made.folder, input: inputs(), platform: "node", external });
  await bundle.write({ dir: join(made.folder, outdir), entryFileNames: "[name].js" });
  await bundle.close();
}

async function byVite(outDir: string, noExternal: boolean): Promise<void> {
  await vite({
    root: made.folder,
    configFile: false,
    logLevel: "error",
    ssr: noExternal ? { noExternal: true } : {},
    build: { ssr: true, outDir, rollupOptions: { input: inputs() } },
  });
}

describe("a bundled program with the actor's module as an entry point runs it on a thread", () => {
  it.each<[string, (outdir: string) => Promise<void>]>([
    ["esbuild, packages left out", (outdir) => byEsbuild(outdir, { packages: "external" })],
    [
      "esbuild, shared chunks, this package left out",
      (outdir) => byEsbuild(outdir, { splitting: true, external: [ACTORS] }),
    ],
    ["rolldown, this package left out", (outdir) => byRolldown(outdir, [ACTORS])],
    ["vite for Node, as it is", (outdir) => byVite(outdir, false)],
    [
      "esbuild, the actor's module with all that it imports, the program without",
      async (outdir) => {
        const { main = "", ...actors } = inputs();
        await byEsbuild(outdir, { entryPoints: { main }, packages: "external" });
        await byEsbuild(outdir, { entryPoints: actors, banner });
      },
    ],
  ])("%s", async (title, bundle) => {
    const outdir = title.replace(/\W+/g, "-");
    await bundle(outdir);
    expect(await made.run(join(outdir, "main.js"))).toBe("42\n");
  });
});

describe("a program that has the package in its bundle is told to leave it out", () => {
  it.each<[string, (outdir: string) => Promise<void>]>([
    ["esbuild", (outdir) => byEsbuild(outdir, { banner })],
    ["rolldown", (outdir) => byRolldown(outdir, [])],
    ["vite for Node, with everything", (outdir) => byVite(outdir, true)],
  ])("%s", async (title, bundle) => {
    const outdir = `whole-${title.replace(/\W+/g, "-")}`;
    await bundle(outdir);
    const output = await made.run(join(outdir, "main.js"));
    expect(output).toContain(
      "bootstrap.cjs is missing, since @pneumatic/actors was bundled. Leave it out of the bundle",
    );
    expect(output).toContain('external: ["@pneumatic/actors"]');
  });
});

it("a bundle without the actor's module says that it is an entry point, too", async () => {
  const { main = "" } = inputs();
  await byEsbuild("alone", { entryPoints: { main }, packages: "external" });
  expect(await made.run(join("alone", "main.js"))).toContain(
    "jobs/doubler.js: there is no such file. It is looked for next to",
  );
});
