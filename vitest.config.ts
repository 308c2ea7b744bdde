import { readFileSync } from "node:fs";
import { configDefaults, defineConfig } from "vitest/config";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";
import { TestTimes } from "./scripts/test-times.mjs";
import { hungAfter, RETRIES } from "./test/support/scale.ts";
import { SLOW_FILES } from "./test/support/slow.ts";

const FAST_MS = hungAfter(120_000);
const SLOW_MS = hungAfter(300_000);

/** The longest files, to be begun first, so that no worker is left with one of them at the end. */
const LONGEST = [
  "packaging/site/site",
  "examples/documentation.slow",
  "packaging/consumer/types",
  "examples/crawler/crawl.slow",
  "threads/actors/thread-to-thread",
  "threads/actors/isolation-hang",
  "packaging/loaders/load-modules",
  "examples/pipeline-threads/pipeline.slow",
  "threads/core/death",
  "threads/actors/thread-kills",
  "threads/actors/isolation-rows",
  "threads/actors/thread-orders",
  "packaging/consumer/installed",
  "packaging/consumer/starter",
].map((name) => `/test/${name}.test.ts`);

/** Files that ask the garbage collector go before the others, while there is little on the heap: half of the time. */
const COLLECTING = "support/garbage.ts";

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
      const later = readFileSync(moduleId, "utf8").includes(COLLECTING) ? LONGEST.length : LONGEST.length + 1;
      return project.config.sequence.groupOrder * 1000 + (place === -1 ? later : place);
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
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
          retry: RETRIES,
          testTimeout: SLOW_MS,
          hookTimeout: SLOW_MS,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
