/**
 * Reads what was kept of runs. A workload that several runs measured on the same line of Node is shown from the newest of them,
 * as a whole: ratios hold within one run alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KeptRun, KeptWorkload } from "../runner/kept.ts";

/** The workloads of a suite on one line of Node. */
export interface Group {
  readonly suite: string;
  /** The major version of Node. */
  readonly line: string;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly workload: KeptWorkload;
  readonly run: KeptRun;
}

/** Every run kept in a folder, the oldest first. Throws when a file is none. */
export function readRuns(folder: string): KeptRun[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => readRun(join(folder, name))).sort((a, b) => (a.date < b.date ? -1 : 1));
}

function readRun(path: string): KeptRun {
  const run: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isRun(run)) throw new Error(`${path} is not what \`npm run bench -- --keep\` writes: measure again`);
  return run;
}

function isRun(run: unknown): run is KeptRun {
  if (typeof run !== "object" || run === null) return false;
  const parts = ["date", "commit", "machine", "versions", "options", "suites"];
  return parts.every((part) => part in run) && "suites" in run && Array.isArray(run.suites);
}

/** The groups, in the order in which they were first measured, and so their workloads. */
export function groupsOf(runs: readonly KeptRun[]): Group[] {
  const groups = new Map<string, { suite: string; line: string; entries: Map<string, Entry> }>();
  for (const run of runs) {
    const line = run.machine.node.split(".")[0] ?? "";
    for (const { name: suite, workloads } of run.suites) {
      const key = `${suite} ${line}`;
      const group = groups.get(key) ?? { suite, line, entries: new Map<string, Entry>() };
      groups.set(key, group);
      for (const workload of workloads) group.entries.set(workload.name, { workload, run });
    }
  }
  return [...groups.values()].map(({ entries, ...group }) => ({ ...group, entries: [...entries.values()] }));
}
