/**
 * `npm run test:matrix`: runs the tests on every line of Node that is supported, one after the other. Each comes as the npm
 * package `node`, into a folder that is kept. Arguments: lines (`22 24`; all of them when left out), then what the test
 * runner is to be given.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { bin, root, setUp } from "./setup.mjs";

const LINES = ["20", "22", "24", "26"];
const FOLDER = join(root, "node_modules", ".node-lines");

const args = process.argv.slice(2);
const chosen = args.filter((arg) => LINES.includes(arg));
const rest = args.filter((arg) => !LINES.includes(arg));

/** The executable of a line; installed if it is not there. */
function nodeOf(line) {
  const folder = join(FOLDER, line);
  const executable = join(folder, "node_modules", "node", "bin", "node");
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    const install = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel", "error", `node@${line}`];
    const { status } = spawnSync("npm", install, { cwd: folder, stdio: ["ignore", 2, "inherit"] });
    if (status !== 0 || !existsSync(executable)) throw new Error(`Node ${line} could not be installed`);
  }
  return executable;
}

setUp();
const failed = [];
for (const line of chosen.length > 0 ? chosen : LINES) {
  const node = nodeOf(line);
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  process.stderr.write(`── Tests on Node ${version}\n`);
  const { status } = spawnSync(node, [bin("vitest", "vitest"), "run", ...rest], { cwd: root, stdio: "inherit" });
  if (status !== 0) failed.push(version);
}
if (failed.length > 0) {
  process.stderr.write(`── Failed on ${failed.join(", ")}\n`);
  process.exit(1);
}
