/**
 * The package managers that people install with, each with a cache in the temporary folder that outlives the test run, so
 * that only the first one downloads. What is ours comes from a registry on this machine, the rest from where npm is told to.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Registry } from "./registry.ts";
import { root } from "./source-files.ts";

const run = promisify(execFile);
const CACHES = join(tmpdir(), "pneumatic-consumer-caches");

export interface PackageManager {
  readonly name: string;
  /** Makes an empty project of `folder`, and installs `packages` from `registry` there. */
  install(folder: string, packages: readonly string[], registry: Registry): Promise<void>;
  /** Runs a program of the project; resolves to what it prints. */
  node(folder: string, program: string): Promise<string>;
}

/** Where npm gets packages on this machine. */
export async function outerRegistry(): Promise<string> {
  const { stdout } = await run("npm", ["config", "get", "registry"]);
  return stdout.trim().replace(/\/$/, "");
}

/** Why nothing can be installed here; undefined when something can. */
export async function reasonNotToInstall(): Promise<string | undefined> {
  const url = await outerRegistry();
  try {
    const { ok, status } = await fetch(`${url}/pino`, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
    return ok ? undefined : `the registry of npm answers ${status}`;
  } catch (error) {
    return `the registry of npm does not answer (${String(error)})`;
  }
}

export const packageManagers: readonly PackageManager[] = [
  manager("npm", "npm", ({ cache }) => ["install", "--no-audit", "--no-fund", "--cache", cache]),
  manager("pnpm", "npx", ({ cache }) => ["--yes", pinned(), "add", "--store-dir", cache]),
  manager("yarn 1", process.execPath, ({ cache, outer }) => [
    ...[join(root, "node_modules/yarn-classic/bin/yarn.js"), "add", "--non-interactive"],
    ...["--cache-folder", cache, "--registry", outer],
  ]),
  berry("yarn 4, node_modules", "node-modules"),
  berry("yarn 4, plug'n'play", "pnp"),
];

interface Place {
  readonly cache: string;
  /** The registry of everything that is not ours. */
  readonly outer: string;
}

/** One that reads `.npmrc`. */
function manager(name: string, command: string, args: (place: Place) => string[]): PackageManager {
  return {
    name,
    async install(folder, packages, registry) {
      const place = { cache: cacheOf(name), outer: await outerRegistry() };
      writeFileSync(join(folder, ".npmrc"), `@pneumatic:registry=${registry.url}/\n`);
      await run(command, [...args(place), ...packages], { cwd: folder });
    },
    async node(folder, program) {
      const { stdout } = await run(process.execPath, [program], { cwd: folder });
      return stdout;
    },
  };
}

/** A yarn that is not the first, with one of its ways to lay out what is installed. */
function berry(name: string, nodeLinker: string): PackageManager {
  const yarn = join(root, "node_modules/yarn-berry/bin/yarn.js");
  return {
    name,
    async install(folder, packages, registry) {
      const settings = {
        nodeLinker,
        globalFolder: cacheOf(name),
        enableTelemetry: false,
        enableImmutableInstalls: false, // CI would make it true.
        npmRegistryServer: await outerRegistry(),
        npmScopes: { pneumatic: { npmRegistryServer: registry.url } },
        npmPreapprovedPackages: ["@pneumatic/*"], // They were not published a day ago.
        unsafeHttpWhitelist: ["127.0.0.1"],
      };
      writeFileSync(join(folder, ".yarnrc.yml"), JSON.stringify(settings));
      writeFileSync(join(folder, "yarn.lock"), "");
      await run(process.execPath, [yarn, "add", ...packages], { cwd: folder });
    },
    async node(folder, program) {
      const { stdout } = await run(process.execPath, [yarn, "node", program], { cwd: folder });
      return stdout;
    },
  };
}

/** The cache of a package manager, without what was ours in an earlier run: it had the same name and version. */
function cacheOf(name: string): string {
  const cache = join(CACHES, name.replace(/\W+/g, "-"));
  mkdirSync(cache, { recursive: true });
  const stale = readdirSync(cache, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^(?:.*[\\/])?[^\\/]*@pneumatic-[^\\/]*$/.test(path),
  );
  for (const path of stale) rmSync(join(cache, path), { recursive: true, force: true });
  return cache;
}

/** The pnpm of the workspace. */
function pinned(): string {
  return (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string }).packageManager;
}
