/** `node:test` shows the seed and the trace of a failure, with nothing but the error that is thrown. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../../support/source-files.ts";

it("an exploration that fails prints its seed and its trace line by line under node:test", () => {
  const file = join(root, "test/threads/processes/fixtures/lost-update.mjs");
  const args = ["--test", "--test-reporter=spec", file];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  expect(status).toBe(1);
  expect(stdout).toContain("Seed 1 fails: Error: 1 of 2 visits are counted");
  expect(stdout).toMatch(/^ +0 ms +scenario +fails +Error: 1 of 2 visits are counted$/m);
  expect(stdout).not.toContain("\\n"); // as it would be among the properties of the error
});
