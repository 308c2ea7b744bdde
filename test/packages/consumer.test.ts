/**
 * The packages as their users get them: packed, installed by npm into an empty project, type-checked there without skipping
 * anything, and run, thread actors included.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/source-files.ts";

const run = promisify(execFile);
const NAMES = ["core", "actors"] as const;
const project = mkdtempSync(join(tmpdir(), "consumer-"));
const tarball = (name: string): string => join(project, `${name}.tgz`);

const SOURCES = {
  "length.ts": `
    import { actor } from "@pneumatic/actors";
    export default actor({ on: { of: (_, { text }: { text: string }) => text.length } });
  `,
  "main.ts": `
    import { ActorSystem, actor, onThread } from "@pneumatic/actors";
    import { syncChannel, unwrap } from "@pneumatic/core";
    import type length from "./length.js";

    export const doubler = actor({ on: { double: (_, { n }: { n: number }) => n * 2 } });
    await using system = new ActorSystem({ logLevel: "silent" });
    using here = system.spawn(doubler);
    using there = system.spawn(onThread<typeof length>(new URL("./length.js", import.meta.url)));
    const [tx, rx] = syncChannel<number>(1);
    unwrap(await tx.send(await there.ask({ type: "of", text: "pneumatic" })));
    const n: number = await here.ask({ type: "double", n: unwrap(await rx.recv()) });
    console.log(n);
  `,
  "test.ts": `
    import { type Address, actor, type ProtocolOf } from "@pneumatic/actors";
    import { type Exploration, ExpectationError, explore, type Probe, probe, testSystem } from "@pneumatic/actors/testing";

    interface Log { line(payload: { text: string }): void }
    export const greeter = actor({
      state: (log: Address<Log>) => ({ log }),
      on: {
        greet: async ({ state, sleep }, { name }: { name: string }) => {
          await sleep(3_600_000);
          state.log.tell({ type: "line", text: name });
        },
      },
    });
    export type Greeter = ProtocolOf<typeof greeter>;
    export const explored: Exploration = await explore((system) => system.settle(), { runs: 2 });
    await using system = testSystem({ seed: 1 });
    using log: Probe<Log> = probe(system);
    using address = system.spawn(greeter, { args: log.address.clone() });
    address.tell({ type: "greet", name: "Ada" });
    const { text } = await log.expectMessage("line", { within: 3_600_000 });
    const error: unknown = await log.expectMessage().catch((error: unknown) => error);
    console.log(text, system.now, error instanceof ExpectationError, explored.runs);
  `,
};

beforeAll(async () => {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of NAMES) {
    const pack = ["--yes", packageManager, "pack", "--out", tarball(name)];
    await run("npx", pack, { cwd: join(root, "packages", name) });
  }
  for (const [name, source] of Object.entries(SOURCES)) writeFileSync(join(project, name), source);
  const version = (name: string): string =>
    JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  const manifest = {
    private: true,
    type: "module",
    dependencies: Object.fromEntries(NAMES.map((name) => [`@pneumatic/${name}`, `file:${name}.tgz`])),
    devDependencies: Object.fromEntries(["typescript", "@types/node"].map((name) => [name, version(name)])),
  };
  const compilerOptions = {
    strict: true,
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    declaration: true,
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, types: ["node"] } }),
  );
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: project });
}, 180_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed packages", () => {
  it("type-check in an empty project, declarations included, and run there, on a thread too", async () => {
    const tsc = join(project, "node_modules", "typescript", "bin", "tsc");
    const { stdout: complaints } = await run(process.execPath, [tsc, "-p", project]).catch(
      (error) => error as { stdout: string },
    );
    expect(complaints).toBe("");
    const { stdout } = await run(process.execPath, ["main.js"], { cwd: project });
    expect(stdout).toBe("18\n");
    const tested = await run(process.execPath, ["test.js"], { cwd: project });
    expect(tested.stdout).toBe("Ada 3603000 true 2\n");
  }, 60_000);

  it.each(NAMES)(
    "@pneumatic/%s has a sound manifest and types that resolve",
    async (name) => {
      const bin = (command: string): string => join(root, "node_modules", ".bin", command);
      await run(bin("publint"), ["run", tarball(name), "--strict"]);
      await run(bin("attw"), [tarball(name), "--profile", "esm-only"]);
    },
    60_000,
  );
});
