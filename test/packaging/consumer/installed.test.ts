/**
 * The packages as their users get them: installed from a registry by each package manager into an empty project, and run
 * there as ES modules, with an actor on a thread, and as CommonJS.
 */
import { exec } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageManagers, reasonNotToInstall } from "../../support/package-managers.ts";
import type { Packed } from "../../support/packed.ts";
import { pack } from "../../support/packed.ts";
import type { Registry } from "../../support/registry.ts";
import { serve } from "../../support/registry.ts";
import { root } from "../../support/source-files.ts";

const shell = promisify(exec);
const FIXTURES = join(root, "test/packaging/consumer/fixtures");
const [major = 0] = process.versions.node.split(".").map(Number);
const reason = await reasonNotToInstall();
if (reason !== undefined) console.warn(`NOT TESTED: the packages as they are installed, because ${reason}`);

describe.skipIf(reason !== undefined)("the packages, installed", () => {
  const folder = mkdtempSync(join(tmpdir(), "installed-"));
  let packed: Packed[];
  let registry: Registry;

  beforeAll(async () => {
    packed = await pack();
    registry = await serve(packed);
  });

  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(packageManagers)("by $name, run", async ({ name, install, node }) => {
    const project = join(folder, name);
    mkdirSync(project);
    cpSync(FIXTURES, project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
    await install(
      project,
      packed.map((each) => each.manifest.name),
      registry,
    );
    const { dependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    expect(Object.keys(dependencies).sort()).toEqual(packed.map((each) => each.manifest.name).sort());
    expect(await node(project, "program.mjs")).toBe("18\n");
    // On Node 20 what plug'n'play does to `import` is not done to `require` of a module.
    if (name === "yarn 4, plug'n'play" && major < 22) return;
    expect(await node(project, "program.cjs")).toBe("18\n");
  });

  it("from a copy of the repository, as README and guide say, run", async () => {
    const [commands = "", others] = ["README.md", "docs/guide/getting-started.md"].map(
      (page) => /^npm run pack.*\nnpm install .*(?=\n```)/m.exec(readFileSync(join(root, page), "utf8"))?.[0],
    );
    expect(others).toBe(commands);
    const [inCopy = "", inProject = ""] = commands.split("\n");
    const project = mkdtempSync(join(folder, "copy-"));
    symlinkSync(root, join(folder, "pneumatic"));
    cpSync(FIXTURES, project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await shell(inCopy, { cwd: root });
    await shell(inProject, { cwd: project });
    expect(await shell("node program.mjs", { cwd: project })).toMatchObject({ stdout: "18\n" });
  });
});
