/**
 * `npm test`: sets up, then checks everything that must hold, the fast part first; at the end a table says what took how long.
 * `npm run test:fast` leaves the slow tests out. Other arguments go to the test runner, which then runs alone.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, root, setUp, step } from "./setup.mjs";

const SLOWEST = 12;
const COLUMN = 40;

const args = process.argv.slice(2);
const node = process.execPath;

/** The command of the test runner, which is there once the clone is set up. */
const vitest = () => [bin("vitest", "vitest"), "run"];

/** Runs the tests, of one project or all; returns the exit code, and for each file its path, project, times and results. */
function runTests(projects) {
  const folder = mkdtempSync(join(tmpdir(), "pneumatic-times-"));
  const times = join(folder, "times.json");
  const { status } = spawnSync(node, [...vitest(), ...projects.map((name) => `--project=${name}`)], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PNEUMATIC_TIMES: times },
  });
  try {
    return { status: status ?? 1, files: JSON.parse(readFileSync(times, "utf8")) };
  } catch {
    return { status: status || 1, files: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const sum = (files, field) => files.reduce((total, file) => total + file[field], 0);

/** The group of a file is its folder in `test`; that of units and threads, the one in it. */
function groupOf({ path }) {
  const [, group, part] = path.split("/");
  return ["unit", "threads"].includes(group) ? `${group}/${part}` : group;
}

/** What took how long, a row each: stages, then groups and files; those overlap, since tests run side by side. */
function tableOf(stages, files) {
  const row = (name, ms, rest = "") =>
    `${name.padEnd(COLUMN)} ${(ms / 1000).toFixed(1).padStart(7)} s  ${rest}`.trimEnd();
  const tests = (of) => `${sum(of, "passed") + sum(of, "failed")} tests in ${of.length} files`;
  const ends = ["fast", "slow"].map((project) =>
    Math.max(0, ...files.filter((f) => f.project === project).map((f) => f.end)),
  );
  const rows = stages.map(({ title, ms }) => row(title, ms));
  for (const [index, project] of ["fast", "slow"].entries()) {
    const of = files.filter((file) => file.project === project);
    if (of.length === 0) continue;
    rows.push(row(`Tests: ${project}`, ends[index] - (ends[index - 1] ?? 0), tests(of)));
    for (const group of [...new Set(of.map(groupOf))].sort()) {
      const members = of.filter((file) => groupOf(file) === group);
      rows.push(row(`  ${group}`, sum(members, "ms"), tests(members)));
    }
  }
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  return [...rows, "Slowest files", ...slowest.map(({ path, ms }) => row(`  ${path.replace(/^test\//, "")}`, ms))];
}

if (args.length > 0 && args[0] !== "--fast") {
  setUp();
  step("Tests", node, [...vitest(), ...args]);
} else {
  const began = performance.now();
  const stages = [
    { title: "Setup", ms: setUp() },
    {
      title: "Format and lint",
      ms: step("Format and lint", node, [bin("@biomejs/biome", "biome"), "ci", "--error-on-warnings"]),
    },
    { title: "Types", ms: step("Types", node, [bin("typescript", "tsc"), "-b"]) },
  ];
  process.stderr.write("── Tests\n");
  const { status, files } = runTests(args.length > 0 ? ["fast"] : ["fast", "slow"]);
  const table = [...tableOf(stages, files), `All ${((performance.now() - began) / 60_000).toFixed(1)} min`];
  process.stdout.write(`\n${table.join("\n")}\n\n${sum(files, "passed")} passed, ${sum(files, "failed")} failed\n`);
  process.exitCode = status;
}
