/**
 * `npm run test:runtimes`: what works on Bun, Deno and every line of Node. Each comes as an npm package, into a folder that is
 * kept; each check runs in a process of its own, which must end by itself. Prints the table of docs/guide/runtimes.md. Arguments:
 * names of runtimes (`bun node-24`; all of them when left out). Fails when Node fails.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

const FOLDER = join(root, "node_modules", ".runtimes");
const LIMIT_MS = 60_000;
const CHECKS = join(root, "test", "packaging", "runtimes");

const RUNTIMES = {
  "node-20": { install: "node@20", command: ["node/bin/node"] },
  "node-22": { install: "node@22", command: ["node/bin/node"] },
  "node-24": { install: "node@24", command: ["node/bin/node"] },
  "node-26": { install: "node@26", command: ["node/bin/node"] },
  bun: { install: "bun@1", command: [".bin/bun"] },
  deno: { install: "deno@2", command: [".bin/deno", "run", "--allow-all", "--no-lock"] },
};

/** The command of a runtime; installed if it is not there. */
function commandOf(name) {
  const { install, command } = RUNTIMES[name];
  const folder = join(FOLDER, name);
  const executable = join(folder, "node_modules", command[0]);
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel", "error", install];
    const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", 2, "inherit"] });
    if (status !== 0 || !existsSync(executable)) throw new Error(`${install} could not be installed`);
  }
  return [executable, ...command.slice(1)];
}

function run([executable, ...args], ...rest) {
  return spawnSync(executable, [...args, ...rest], { cwd: root, encoding: "utf8", timeout: LIMIT_MS });
}

/** How a check went, in a word. */
function outcome(command, module, title) {
  const { status, signal, error, stderr } = run(command, join(CHECKS, "main.mjs"), module, ...(title ? [title] : []));
  if (status === 0) return "passed";
  process.stderr.write(
    `   ${title ?? module}: ${error?.code ?? signal ?? status}\n${stderr.replace(/^/gm, "      ")}\n`,
  );
  if (error?.code === "ETIMEDOUT") return "does not end";
  return signal === null ? "failed" : `the process dies (${signal})`;
}

setUp();
const { checks } = await import(join(CHECKS, "checks.mjs"));
const asked = process.argv.slice(2);
const results = [];
for (const name of asked.length > 0 ? asked : Object.keys(RUNTIMES)) {
  const command = commandOf(name);
  const [version = ""] = /\d+\.\d+\.\d+/.exec(run([command[0]], "--version").stdout) ?? [];
  process.stderr.write(`── ${name} ${version}\n`);
  const outcomes = [["channels: the checks of test/packaging/browser", outcome(command, "../browser/checks.mjs")]];
  for (const { title } of checks) outcomes.push([title, outcome(command, "./checks.mjs", title)]);
  results.push({ name: name.replace(/-.*/, ""), version, outcomes: new Map(outcomes) });
}

const row = (cells) => `| ${cells.join(" | ")} |`;
console.log(row(["", ...results.map(({ name, version }) => `${name} ${version}`)]));
console.log(row(["---", ...results.map(() => "---")]));
for (const title of results[0].outcomes.keys())
  console.log(row([title, ...results.map(({ outcomes }) => outcomes.get(title))]));

const isRight = ({ name, outcomes }) => name !== "node" || [...outcomes.values()].every((each) => each === "passed");
if (!results.every(isRight)) process.exitCode = 1;
