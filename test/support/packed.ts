/**
 * The packages as a registry gets them: packed by the package manager of the workspace, into a folder of the test's own, and
 * from there into projects without any package manager.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./source-files.ts";

const run = promisify(execFile);

export const PACKAGES: readonly string[] = ["core", "actors"];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export interface Packed {
  readonly manifest: Manifest;
  readonly tarball: string;
  /** What is in the tarball. */
  readonly folder: string;
}

/** Packs every package into `folder`. */
export async function pack(folder: string): Promise<Packed[]> {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
  const pending = PACKAGES.map(async (name) => {
    const tarball = join(folder, `${name}.tgz`);
    await run("npx", ["--yes", packageManager, "pack", "--out", tarball], { cwd: join(root, "packages", name) });
    const unpacked = join(folder, name);
    mkdirSync(unpacked);
    await run("tar", ["-xzf", tarball, "-C", unpacked, "--strip-components", "1"]);
    const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as Manifest;
    return { manifest, tarball, folder: unpacked };
  });
  return Promise.all(pending);
}

/** Puts what was packed, what it depends on, and `nodeTypes` as those of Node, where a package manager would. */
export function unpackInto(project: string, packed: readonly Packed[], nodeTypes = "@types/node"): void {
  const modules = join(project, "node_modules");
  const ours = packed.map(({ manifest }) => manifest.name);
  for (const { manifest, folder } of packed) cpSync(folder, join(modules, manifest.name), { recursive: true });
  const foreign = packed.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  const installed = join(root, "packages", "actors", "node_modules");
  link(join(root, "node_modules", nodeTypes), join(modules, "@types/node"));
  for (const name of foreign.filter((name) => !ours.includes(name))) link(join(installed, name), join(modules, name));
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(realpathSync(target), path);
}
