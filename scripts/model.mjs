/**
 * `npm run model`: checks the protocols between threads (test/threads/model) with Spin, over all interleavings; then leaves out one step
 * at a time, which Spin must notice. Needs `spin` and a C compiler: where they are missing it says so loudly, and fails if
 * it runs in CI.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Of each model: with which flags it must hold, and with which it must not. */
const MODELS = {
  ring: {
    holds: [[], ["DEATH"]],
    breaks: [["NO_RECHECK"], ["NO_LOOK_AGAIN"], ["WAKE_FIRST"], ["DEATH", "NO_LAST_LOOK"]],
  },
  rendezvous: {
    holds: [[], ["DEATH"]],
    breaks: [["BLIND_TAKE"], ["NO_NUMBER"], ["BLIND_REVOKE"], ["DEATH", "NO_UNCLAIM"]],
  },
};

const missing = [
  ["spin", "-V"],
  ["cc", "--version"],
].filter(([command, version]) => spawnSync(command, [version]).status !== 0);
if (missing.length > 0) {
  console.error(
    `\nMODEL NOT CHECKED: ${missing.map(([command]) => command).join(" and ")} not found (apt-get install spin gcc)\n`,
  );
  process.exit(process.env.CI === undefined ? 0 : 1);
}

const folder = mkdtempSync(join(tmpdir(), "model-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** How many errors Spin finds, and in how many states. */
function check(model, flags) {
  const options = { cwd: folder, encoding: "utf8" };
  execFileSync(
    "spin",
    ["-a", ...flags.map((flag) => `-D${flag}`), join(root, "test", "threads", "model", `${model}.pml`)],
    options,
  );
  // Not optimized: to compile takes longer than to run.
  execFileSync("cc", ["-O0", "-DSAFETY", "-o", "pan", "pan.c"], options);
  const output = execFileSync("./pan", ["-m100000"], options);
  const [, errors] = output.match(/errors: (\d+)/) ?? [];
  const [, states] = output.match(/(\d+) states, stored/) ?? [];
  if (errors === undefined || output.includes("max search depth too small")) throw new Error(output);
  return { errors: Number(errors), states: Number(states) };
}

let failed = false;
for (const [model, { holds, breaks }] of Object.entries(MODELS)) {
  for (const flags of [...holds, ...breaks]) {
    const { errors, states } = check(model, flags);
    const isRight = holds.includes(flags) === (errors === 0);
    if (!isRight) failed = true;
    const found = errors === 0 ? "holds" : "is broken";
    console.log(`${isRight ? "ok  " : "FAIL"} ${[model, ...flags].join(" ")} ${found} (${states} states)`);
  }
}
process.exit(failed ? 1 : 0);
