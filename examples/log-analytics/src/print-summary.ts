/** The summary, for people. */
import type { Summary } from "./summary.ts";

const LISTED = 10;

export function printSummary(summary: Summary): string {
  const { lines, unknown, bytes, methods, statuses, hours, paths } = summary;
  return [
    `${lines} lines, ${unknown} of them in no format that is known; ${(bytes / 1e6).toFixed(1)} MB were sent`,
    list("Methods", byCount(methods)),
    list("Statuses", byName(statuses)),
    list("Hours of the day", byName(hours)),
    list(`Most wanted of ${paths.size} paths`, byCount(paths)),
  ]
    .filter((section) => section !== "")
    .join("\n\n");
}

type Count = readonly [name: string, count: number];

function byCount(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).slice(0, LISTED);
}

function byName(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function list(title: string, counts: readonly Count[]): string {
  if (counts.length === 0) return "";
  return [title, ...counts.map(([name, count]) => `${String(count).padStart(12)}  ${name}`)].join("\n");
}
