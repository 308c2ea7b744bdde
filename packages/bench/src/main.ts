/** The command: runs a suite, prints its tables, and keeps its figures when asked to. */
import { resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import type { Comparison, ComparisonOptions } from "./runner/comparison.ts";
import { compare, failureOf } from "./runner/comparison.ts";
import { summaryOf, tableOf } from "./runner/report.ts";
import type { SuiteResults } from "./runner/results.ts";
import { keptPath, machineLine, writeResults } from "./runner/results.ts";
import type { Suite, Workload } from "./runner/suite.ts";
import { suites } from "./suites.ts";

const USAGE = `npm run bench -- [suite] [options]

  suite               ${suites.map(({ name }) => name).join(", ")}; default: all
  --only a,b          these workloads, by their names or the beginning of them
  --contenders a,b    these contenders, likewise, and ours
  --rounds n          default 5
  --quick             one round of one small run each: whether it works, not how fast it is
  --limit s           seconds after which a contender is killed, default 20
  --node-flag f       a flag for the processes measured, e.g. --node-flag=--cpu-prof; may be repeated
  --json file         writes every figure to this file
  --keep name         writes every figure to packages/bench/results/<name>.json
  --list              lists the workloads and their contenders
`;

const OPTIONS = {
  only: { type: "string" },
  contenders: { type: "string" },
  rounds: { type: "string", default: "5" },
  quick: { type: "boolean", default: false },
  limit: { type: "string", default: "20" },
  "node-flag": { type: "string", multiple: true },
  json: { type: "string" },
  keep: { type: "string" },
  list: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

function refuse(problem: string): never {
  stderr.write(`${problem}\n\n${USAGE}`);
  exit(2);
}

function readArguments() {
  try {
    return parseArgs({ args: argv.slice(2), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function positive(text: string, name: string): number {
  const value = Number(text);
  return value > 0 ? value : refuse(`--${name} takes a number above 0, not "${text}"`);
}

/** Whether a name was asked for: by itself, or by its beginning where that is not itself the name of another one. */
function asks(list: string | undefined, names: readonly string[]): (name: string) => boolean {
  const items = list?.split(",").map((item) => item.trim());
  const fits = (name: string, item: string) => (names.includes(item) ? name === item : name.startsWith(item));
  return (name) => items === undefined || items.some((item) => fits(name, item));
}

/** The part of a suite that was asked for. */
function chosen(suite: Suite, only: string | undefined, contenders: string | undefined, isQuick: boolean): Workload[] {
  const named = asks(
    only,
    suite.workloads.map(({ name }) => name),
  );
  const everybody = suite.workloads.flatMap((workload) => workload.contenders.map(({ name }) => name));
  const asked = asks(contenders, everybody);
  return suite.workloads
    .filter(({ name }) => named(name))
    .map((workload) => ({
      ...workload,
      targets: isQuick ? [] : workload.targets,
      contenders: workload.contenders.filter(({ name, role }) => role === "ours" || asked(name)),
    }));
}

function progress(text: string): void {
  if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`);
}

async function runSuite(
  suite: Suite,
  workloads: readonly Workload[],
  options: ComparisonOptions,
): Promise<Comparison[]> {
  stdout.write(`${suite.name}: ${machineLine()}, ${options.rounds} rounds\n\n`);
  const comparisons: Comparison[] = [];
  for (const workload of workloads) {
    const comparison = await compare(suite.name, workload, options, progress);
    comparisons.push(comparison);
    progress("");
    stdout.write(`${tableOf(comparison)}\n\n`);
  }
  if (!options.isQuick) stdout.write(`${summaryOf(comparisons)}\n\n`);
  return comparisons;
}

/** Whether ours did something else than asked anywhere; being slow or not there yet is no failure. */
function oursFailed(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(({ rows }) =>
    rows.some((row) => row.contender.role === "ours" && (failureOf(row)?.kind ?? "absent") !== "absent"),
  );
}

const { values, positionals } = readArguments();
if (values.help) {
  stdout.write(USAGE);
  exit(0);
}
const options: ComparisonOptions = {
  rounds: values.quick ? 1 : positive(values.rounds, "rounds"),
  isQuick: values.quick,
  limitMs: positive(values.limit, "limit") * 1000,
  nodeFlags: values["node-flag"] ?? [],
};
const asked = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) refuse(`There is no suite "${unknown}"`);

const results: SuiteResults[] = [];
for (const suite of asked) {
  const workloads = chosen(suite, values.only, values.contenders, values.quick);
  if (values.list) {
    for (const { name, contenders } of workloads) {
      stdout.write(`${suite.name} ${name}: ${contenders.map((contender) => contender.name).join(", ")}\n`);
    }
  } else if (workloads.length > 0) {
    results.push({ suite, comparisons: await runSuite(suite, workloads, options) });
    if (values.json !== undefined) writeResults(resolve(values.json), results, options);
    if (values.keep !== undefined) writeResults(keptPath(values.keep), results, options);
  }
}
if (results.some(({ comparisons }) => oursFailed(comparisons))) exit(1);
