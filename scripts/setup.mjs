/**
 * Makes a fresh clone ready on a machine that has Node and npm alone: installs what the lock file says with the pnpm that
 * package.json pins, and builds. Each step runs only when something it depends on has changed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(root, "node_modules", ".setup");

/** Installs and builds; what that prints goes to standard error. Returns how many milliseconds it took. */
export function setUp() {
  const began = performance.now();
  const needed = fingerprint();
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== needed) {
    step("Installing dependencies", "npx", [...pnpm(), "install", "--frozen-lockfile"], 2);
    mkdirSync(dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, needed);
  }
  step(
    "Building",
    process.execPath,
    [
      bin("typescript", "tsc"),
      "-b",
      "packages/core",
      "packages/actors",
      "examples/channels",
      "examples/chat",
      "examples/crawler",
      "examples/log-analytics",
      "examples/pipeline-threads",
      "examples/dashboard-tick",
      "examples/shop",
    ],
    2,
  );
  return performance.now() - began;
}

/**
 * Runs a command in the root of the workspace, and returns how many milliseconds it took; ends the process with its exit code
 * when it fails.
 */
export function step(title, command, args, stdout = "inherit") {
  process.stderr.write(`── ${title}\n`);
  const begin = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["inherit", stdout, "inherit"] });
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(`── ${title}: failed\n`);
    process.exit(status ?? 1);
  }
  const ms = performance.now() - begin;
  process.stderr.write(`── ${title}: ${(ms / 1000).toFixed(1)} s\n`);
  return ms;
}

/** The arguments of npx for the pnpm that package.json pins. */
export function pnpm() {
  return ["--yes", JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager];
}

/** The script of an installed command. */
export function bin(packageName, command) {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}

/** What an installation depends on. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"])
    hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
