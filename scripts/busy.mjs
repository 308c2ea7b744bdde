/**
 * `npm run test:busy`: `npm test` with eight processes that spin beside it. It takes longer, and passes: no test may depend on
 * how fast the machine is. Arguments go to `npm test`.
 */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./setup.mjs";

const SPINNERS = 8;
/** Ends with this process, however that ends. */
const SPIN = `
  process.on("disconnect", () => process.exit());
  (function spin() {
    for (const end = Date.now() + 50; Date.now() < end; );
    setImmediate(spin);
  })();
`;

const spinners = Array.from({ length: SPINNERS }, () =>
  spawn(process.execPath, ["--eval", SPIN], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
);
const { status } = spawnSync(process.execPath, [join(root, "scripts", "test.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, PNEUMATIC_BUSY: "1" },
});
for (const spinner of spinners) spinner.disconnect();
process.exitCode = status ?? 1;
