/** What is kept of a run: every figure of every round, and what they were measured on. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { dirname, join } from "node:path";
import { versions } from "node:process";
import { fileURLToPath } from "node:url";
import { today } from "./clock.ts";
import type { Comparison, ComparisonOptions } from "./comparison.ts";
import { figuresOf, oursOf, ratioOf, verdictsOf } from "./comparison.ts";
import type { KeptRun, KeptWorkload, Machine } from "./kept.ts";
import { median } from "./statistics.ts";
import type { Suite } from "./suite.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** Where results that are kept go. */
export function keptPath(name: string): string {
  return join(PACKAGE, "results", `${name}.json`);
}

export interface SuiteResults {
  readonly suite: Suite;
  readonly comparisons: readonly Comparison[];
}

export function writeResults(path: string, suites: readonly SuiteResults[], options: ComparisonOptions): void {
  const packages = new Set(suites.flatMap(({ suite }) => suite.packages));
  const results: KeptRun = {
    date: today(),
    commit: commit(),
    machine: machine(),
    versions: Object.fromEntries([...packages].map((name) => [name, versionOf(name)])),
    options,
    suites: suites.map(({ suite, comparisons }) => ({
      name: suite.name,
      workloads: comparisons.map(workloadResults),
    })),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** One line about where figures come from. */
export function machineLine(): string {
  const { cpu, cores, node, v8 } = machine();
  return `${cpu}, ${cores} cores, Node ${node}, V8 ${v8}`;
}

function workloadResults(comparison: Comparison): KeptWorkload {
  const ours = oursOf(comparison);
  return {
    name: comparison.workload.name,
    title: comparison.workload.title,
    contenders: comparison.rows.map((row) => {
      const figures = figuresOf(row);
      return {
        name: row.contender.name,
        role: row.contender.role,
        ...(figures.length === 0 ? {} : { operationsPerSecond: median(figures), ratio: ratioOf(ours, row) }),
        rounds: row.outcomes,
      };
    }),
    targets: verdictsOf(comparison),
  };
}

function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: versions.node,
    v8: versions.v8,
  };
}

/** The installed version of a package of this one; "not installed" is an answer. */
function versionOf(name: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE, "node_modules", name, "package.json"), "utf8"));
    const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
    return typeof version === "string" ? version : "unknown";
  } catch {
    return "not installed";
  }
}

/** What was measured, with a mark when the work tree differs from it. */
function commit(): string {
  const { status, stdout } = spawnSync("git", ["describe", "--always", "--dirty"], { cwd: PACKAGE, encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}
