/** What is found out about the lines of a web server's log. Two summaries can be added, in any order. */

export interface Summary {
  lines: number;
  /** Lines in no format that is known here. */
  unknown: number;
  /** The bytes that were sent to clients. */
  bytes: number;
  readonly methods: Map<string, number>;
  readonly statuses: Map<string, number>;
  /** By the hour of the day. */
  readonly hours: Map<string, number>;
  /** Without their queries. */
  readonly paths: Map<string, number>;
}

/** host identity user [day/month/year:hour:minute:second zone] "method path protocol" status bytes … */
const COMMON_LOG = /^\S+ \S+ \S+ \[[^:\]]*:(\d\d)[^\]]*\] "(\S+) ([^\s?"]+)[^"]*" (\d{3}) (\d+|-)/;

/** More different paths are counted as one, so that a summary stays small whatever it is of. */
const MAX_PATHS = 10_000;
export const OTHER_PATHS = "(other)";

export function emptySummary(): Summary {
  const counts = { methods: new Map(), statuses: new Map(), hours: new Map(), paths: new Map() };
  return { lines: 0, unknown: 0, bytes: 0, ...counts };
}

/** Sums lines up. */
export function summaryOf(lines: readonly string[]): Summary {
  const summary = emptySummary();
  for (const line of lines) addLine(summary, line);
  return summary;
}

/** Adds `more` to `total`. */
export function addSummary(total: Summary, more: Summary): void {
  total.lines += more.lines;
  total.unknown += more.unknown;
  total.bytes += more.bytes;
  for (const [method, count] of more.methods) add(total.methods, method, count);
  for (const [status, count] of more.statuses) add(total.statuses, status, count);
  for (const [hour, count] of more.hours) add(total.hours, hour, count);
  for (const [path, count] of more.paths) addPath(total, path, count);
}

function addLine(summary: Summary, line: string): void {
  summary.lines++;
  const [, hour = "", method = "", path = "", status = "", bytes = ""] = COMMON_LOG.exec(line) ?? [];
  if (status === "") {
    summary.unknown++;
    return;
  }
  if (bytes !== "-") summary.bytes += Number(bytes);
  add(summary.methods, method, 1);
  add(summary.statuses, status, 1);
  add(summary.hours, hour, 1);
  addPath(summary, path, 1);
}

function addPath({ paths }: Summary, path: string, count: number): void {
  const isNew = paths.size >= MAX_PATHS && !paths.has(path);
  add(paths, isNew ? OTHER_PATHS : path, count);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
