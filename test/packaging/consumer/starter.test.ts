/** The starter, copied out of the repository as its users do: installed with npm, tested, built, and started. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { packageManagers, reasonNotToInstall } from "../../support/package-managers.ts";
import { pack } from "../../support/packed.ts";
import { serve } from "../../support/registry.ts";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
const { NODE_TEST_CONTEXT: _, ...ENV } = process.env;
const reason = await reasonNotToInstall();
if (reason !== undefined) console.warn(`NOT TESTED: the starter as it is installed, because ${reason}`);

describe.skipIf(reason !== undefined)("the starter, copied", () => {
  const folder = mkdtempSync(join(tmpdir(), "starter-"));
  const copy = join(folder, "starter");

  beforeAll(async () => {
    const isSource = (path: string): boolean => !["dist", "node_modules"].includes(basename(path));
    cpSync(join(root, "examples/starter"), copy, { recursive: true, filter: isSource });
    const packed = await pack();
    await using registry = await serve(packed);
    const npm = packageManagers.find(({ name }) => name === "npm");
    await npm?.install(copy, [], registry);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("passes its tests", async () => {
    const { stdout } = await run("npm", ["test"], { cwd: copy, env: ENV });
    expect(stdout).toMatch(/^(?:#|ℹ) pass 3$/m);
  });

  it("starts, answers, and ends by itself on Ctrl-C", async () => {
    // A group of processes, as a terminal has one.
    const child = spawn("npm", ["start"], { cwd: copy, env: { ...ENV, PORT: "0" }, detached: true });
    const interrupt = (signal: NodeJS.Signals): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, signal);
    };
    onTestFinished(() => interrupt("SIGKILL"));
    let output = "";
    const collect = (text: string): void => {
      output += text;
    };
    child.stderr.setEncoding("utf8").on("data", collect);
    const url = await new Promise<string>((resolve, reject) => {
      child.on("close", () => reject(new Error(`It ended: ${output}`)));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        collect(text);
        const [found] = /http:\S+/.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const response = await fetch(url);
    expect(await response.json()).toEqual([2, 2, 2, 3, 3, 5, 7, 11, 13]);
    const closed = once(child, "close");
    interrupt("SIGINT");
    await closed;
    expect(output).toMatch(/\nclosed\n$/);
  });
});
