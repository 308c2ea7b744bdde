/**
 * `npm run bench:report`: writes docs/benchmarks.md and its charts from what is kept in packages/bench/results. With `--check` it
 * writes nothing, and fails when they are not what it would write. `--results` and `--out` name other folders.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { argv, stderr } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { groupsOf, readRuns } from "./load.ts";
import type { Files } from "./page.ts";
import { CHARTS, reportOf } from "./page.ts";

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    check: { type: "boolean", default: false },
    results: { type: "string", default: fileURLToPath(new URL("../../results", import.meta.url)) },
    out: { type: "string", default: fileURLToPath(new URL("../../../../docs", import.meta.url)) },
  },
});

/** The paths of the report's files that are not what they should be, from `folder`. */
function outdated(folder: string, files: Files): string[] {
  const changed = [...files].filter(([path, text]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  return [...changed.map(([path]) => path), ...present(folder).filter((path) => !files.has(path))];
}

/** The charts that are there. */
function present(folder: string): string[] {
  const charts = join(folder, CHARTS);
  if (!existsSync(charts)) return [];
  return readdirSync(charts, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function write(folder: string, files: Files): void {
  rmSync(join(folder, CHARTS), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const files = reportOf(groupsOf(readRuns(values.results)));
if (!values.check) write(values.out, files);
else {
  const wrong = outdated(values.out, files);
  for (const path of wrong) stderr.write(`${path} is out of date: run npm run bench:report\n`);
  if (wrong.length > 0) process.exitCode = 1;
}
