/** `npm run bench`: sets up, builds the benchmarks too, and runs them in the folder that npm was called from. */
import { join } from "node:path";
import { bin, root, setUp, step } from "./setup.mjs";

setUp();
step("Building the benchmarks", process.execPath, [bin("typescript", "tsc"), "-b", "packages/bench"], 2);
process.chdir(process.env["INIT_CWD"] ?? root);
await import(join(root, "packages/bench/dist/main.js"));
