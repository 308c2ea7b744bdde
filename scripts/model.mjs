/**
 * `npm run model`: checks the protocol between threads (test/model/ring.pml) with Spin, over all interleavings; then leaves out
 * one step at a time, which Spin must notice. Needs `spin` and a C compiler, and says so where they are missing.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./setup.mjs";

const HOLDS = [[], ["DEATH"]];
const BREAKS = [["NO_RECHECK"], ["NO_LOOK_AGAIN"], ["WAKE_FIRST"], ["DEATH", "NO_LAST_LOOK"]];

const missing = [
  ["spin", "-V"],
  ["cc", "--version"],
].filter(([command, version]) => spawnSync(command, [version]).status !== 0);
if (missing.length > 0) {
  console.error(
    `\nMODEL NOT CHECKED: ${missing.map(([command]) => command).join(" and ")} not found (apt-get install spin gcc)\n`,
  );
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "model-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** How many errors Spin finds, and in how many states. */
function check(flags) {
  const options = { cwd: folder, encoding: "utf8" };
  execFileSync("spin", ["-a", ...flags.map((flag) => `-D${flag}`), join(root, "test", "model", "ring.pml")], options);
  execFileSync("cc", ["-O2", "-DSAFETY", "-o", "pan", "pan.c"], options);
  const output = execFileSync("./pan", ["-m100000"], options);
  const [, errors] = output.match(/errors: (\d+)/) ?? [];
  const [, states] = output.match(/(\d+) states, stored/) ?? [];
  if (errors === undefined || output.includes("max search depth too small")) throw new Error(output);
  return { errors: Number(errors), states: Number(states) };
}

let failed = false;
for (const flags of [...HOLDS, ...BREAKS]) {
  const mustHold = HOLDS.includes(flags);
  const { errors, states } = check(flags);
  const isRight = mustHold === (errors === 0);
  if (!isRight) failed = true;
  const found = errors === 0 ? "holds" : "is broken";
  console.log(`${isRight ? "ok  " : "FAIL"} ${flags.join(" ") || "the protocol"} ${found} (${states} states)`);
}
process.exit(failed ? 1 : 0);
