/**
 * The packages as a registry gets them: packed by the package manager of the workspace, and from there put into
 * projects without any package manager.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./source-files.ts";

const run = promisify(execFile);
const CACHE = join(root, "node_modules", ".packed");

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

/**
 * Packs every package, into a folder that is kept until something in a package changes: the first file that needs it packs. Nothing
 * may be written there.
 */
export async function pack(): Promise<Packed[]> {
  const folder = join(CACHE, fingerprint());
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const stale = readdirSync(CACHE).map((name) => join(CACHE, name));
    const own = mkdtempSync(join(CACHE, "packing-"));
    await Promise.all(PACKAGES.map((name) => packInto(own, name)));
    for (const path of stale)
      if (!basename(path).startsWith("packing-")) rmSync(path, { recursive: true, force: true });
    try {
      renameSync(own, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(own, { recursive: true, force: true }); // another file was quicker
    }
  }
  return PACKAGES.map((name) => ({
    manifest: JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")) as Manifest,
    tarball: join(folder, `${name}.tgz`),
    folder: join(folder, name),
  }));
}

async function packInto(folder: string, name: string): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
  const tarball = join(folder, `${name}.tgz`);
  await run("npx", ["--yes", packageManager, "pack", "--out", tarball], { cwd: join(root, "packages", name) });
  mkdirSync(join(folder, name));
  await run("tar", ["-xzf", tarball, "-C", join(folder, name), "--strip-components", "1"]);
}

/** Of everything in the packages but what they have installed. */
function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(join(root, "package.json")));
  for (const path of PACKAGES.flatMap((name) => filesIn(join(root, "packages", name)))) {
    hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== "node_modules");
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
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
