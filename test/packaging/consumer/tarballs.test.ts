/** What is published: what is in the tarballs, and what their manifests say. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Packed } from "../../support/packed.ts";
import { PACKAGES, pack } from "../../support/packed.ts";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
/** What a package may weigh when it is unpacked, in bytes. */
const LIMITS: Readonly<Record<string, number>> = { core: 1_000_000, actors: 2_400_000 };

let packed: Packed[];

beforeAll(async () => {
  packed = await pack();
});

describe.each(PACKAGES)("the tarball of %s", (name) => {
  const of = (): Packed => packed[PACKAGES.indexOf(name)] as Packed;
  const files = (): string[] =>
    readdirSync(of().folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(of().folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  const read = (file: string): string => readFileSync(join(of().folder, file), "utf8");

  it("holds the sources, what was built from them, and nothing else", () => {
    const sources = files().filter((file) => file.startsWith("src/"));
    const built = sources.flatMap((file) => {
      const [, path, kind = ""] = /^src\/(.*)\.(c?)ts$/.exec(file) ?? [];
      return [`${kind}js`, `${kind}js.map`, `d.${kind}ts`, `d.${kind}ts.map`].map((end) => `dist/${path}.${end}`);
    });
    // A file of `dist` whose source is gone would be published: remove dist, and build again.
    expect(files().sort()).toEqual([...sources, ...built, "LICENSE", "README.md", "package.json"].sort());
  });

  it("is as small as it is said to be", () => {
    const bytes = files().reduce((sum, file) => sum + statSync(join(of().folder, file)).size, 0);
    const packedBytes = statSync(of().tarball).size;
    console.log(`@pneumatic/${name}: ${packedBytes} bytes packed, ${bytes} of ${LIMITS[name]} unpacked`);
    expect(bytes).toBeLessThan(LIMITS[name] ?? 0);
  });

  it("has a source map for everything that was built, and the source that it names", () => {
    const built = files().filter((file) => /^dist\/.*\.c?[jt]s$/.test(file));
    const lost = built.filter((file) => {
      const [, url = "missing"] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(read(file)) ?? [];
      const map = join(of().folder, dirname(file), url);
      if (!existsSync(map)) return true;
      const { sources } = JSON.parse(readFileSync(map, "utf8")) as { sources: string[] };
      return !sources.every((source) => existsSync(resolve(dirname(map), source)));
    });
    expect(lost).toEqual([]);
  });

  it("has a manifest that a registry and a bundler can use", () => {
    expect(of().manifest).toMatchObject({
      name: `@pneumatic/${name}`,
      description: expect.stringMatching(/^.{40,140}$/),
      keywords: expect.arrayContaining(["concurrency", "typescript"]),
      license: "MIT",
      type: "module",
      sideEffects: false,
      engines: { node: "^20.19.0 || >=22.12.0" },
      publishConfig: { access: "public", provenance: true },
    });
    expect(read("LICENSE")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  it("names the versions that it needs, of ours exactly the one beside it", () => {
    const [core] = packed as [Packed];
    const needed = Object.entries(of().manifest.dependencies ?? {});
    for (const [dependency, range] of needed) {
      if (dependency === core.manifest.name) expect(range).toBe(core.manifest.version);
      else expect(range).toMatch(/^\^\d/);
    }
    expect(needed.length).toBe(name === "core" ? 0 : 3);
  });

  it("has entries whose types and code are found by every resolution that knows ES modules", async () => {
    const bin = (command: string): string => join(root, "node_modules", ".bin", command);
    await run(bin("publint"), ["run", of().tarball, "--strict"]);
    await run(bin("attw"), [of().tarball, "--profile", "esm-only"]);
  });
});
