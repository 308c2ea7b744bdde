import { configDefaults, defineConfig } from "vitest/config";
import { TestTimes } from "./scripts/test-times.mjs";
import { SLOW_FILES } from "./test/support/slow.ts";

/** Times after which a test is given up as hung. They are no measure of speed: a busy machine takes its time. */
const FAST_MS = 120_000;
const SLOW_MS = 300_000;

export default defineConfig({
  test: {
    maxWorkers: "100%",
    reporters: ["default", ...(process.env["GITHUB_ACTIONS"] === "true" ? ["github-actions"] : []), new TestTimes()],
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...SLOW_FILES],
          setupFiles: ["test/support/in-process.ts"],
          // One process for many files: to start one, and to load the packages in it, takes longer than most files.
          isolate: false,
          testTimeout: FAST_MS,
          hookTimeout: FAST_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "slow",
          include: [...SLOW_FILES],
          testTimeout: SLOW_MS,
          hookTimeout: SLOW_MS,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
