/** A test file is slow if it needs a thread, a process, a package manager or a browser; its path says so (test/README.md). */

/** Groups that are slow as a whole. */
const SLOW_GROUPS = ["test/threads/", "test/packaging/"];
/** What the name of a slow file in any other group ends in. */
const SLOW_NAME = ".slow.test.ts";

export const SLOW_FILES: readonly string[] = [
  ...SLOW_GROUPS.map((group) => `${group}**/*.test.ts`),
  `test/**/*${SLOW_NAME}`,
];

/** Returns whether the test file at `path`, from the root of the workspace, is slow. */
export function isSlow(path: string): boolean {
  return path.endsWith(SLOW_NAME) || SLOW_GROUPS.some((group) => path.startsWith(group));
}
