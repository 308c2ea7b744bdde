/** `npm run bench:report`: sets up, builds the benchmarks too, and writes their page. */
import { join } from "node:path";
import { bin, root, setUp, step } from "./setup.mjs";

setUp();
step("Building the benchmarks", process.execPath, [bin("typescript", "tsc"), "-b", "packages/bench"], 2);
await import(join(root, "packages/bench/dist/report/main.js"));
