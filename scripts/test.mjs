/** `npm test`: sets up, then checks everything that must hold. Arguments go to the test runner, which then runs alone. */
import { bin, setUp, step } from "./setup.mjs";

const args = process.argv.slice(2);
const node = process.execPath;

setUp();
if (args.length === 0) {
  step("Format and lint", node, [bin("@biomejs/biome", "biome"), "ci", "--error-on-warnings"]);
  step("Types of the tests", node, [bin("typescript", "tsc"), "-b"]);
}
step("Tests", node, [bin("vitest", "vitest"), "run", ...args]);
