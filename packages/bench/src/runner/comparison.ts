/** Runs a workload's contenders in rounds, and says what the rounds come to. */
import type { Outcome } from "./outcome.ts";
import type { RoundOptions } from "./round.ts";
import { runContender } from "./round.ts";
import { median, shuffled } from "./statistics.ts";
import type { BoundTarget, Contender, RatioTarget, Workload } from "./suite.ts";
import { BEST_PEER } from "./suite.ts";

export interface ComparisonOptions extends RoundOptions {
  readonly rounds: number;
}

/** A contender and what became of it in each round; after a round without a figure it is not asked again. */
export interface Row {
  readonly contender: Contender;
  readonly outcomes: Outcome[];
}

export interface Comparison {
  readonly workload: Workload;
  readonly rows: readonly Row[];
}

/** Every round asks everybody once, in another order. */
export async function compare(
  suite: string,
  workload: Workload,
  options: ComparisonOptions,
  progress: (text: string) => void,
): Promise<Comparison> {
  const rows = workload.contenders.map((contender): Row => ({ contender, outcomes: [] }));
  const nodeFlags = [...options.nodeFlags, ...(workload.nodeFlags ?? [])];
  for (let round = 1; round <= options.rounds; round++) {
    for (const row of shuffled(rows)) {
      if (failureOf(row) !== undefined) continue;
      progress(`${workload.name}, round ${round} of ${options.rounds}: ${row.contender.name}`);
      row.outcomes.push(await runContender(suite, workload.name, row.contender, { ...options, nodeFlags }));
    }
  }
  return { workload, rows };
}

export type Failure = Exclude<Outcome, { kind: "figure" }>;

export function failureOf(row: Row): Failure | undefined {
  return row.outcomes.find((outcome) => outcome.kind !== "figure");
}

/** Operations per second in each round; empty unless every round has a figure. */
export function figuresOf(row: Row): number[] {
  if (failureOf(row) !== undefined) return [];
  return row.outcomes.flatMap((outcome) => (outcome.kind === "figure" ? [outcome.figure.operationsPerSecond] : []));
}

/** The median of the operations per second of processor time; undefined where it is not known, as of an anchor. */
export function cpuFigureOf(row: Row): number | undefined {
  const values = row.outcomes.flatMap((outcome) => {
    const value = outcome.kind === "figure" ? outcome.figure.operationsPerCpuSecond : undefined;
    return value === undefined ? [] : [value];
  });
  return values.length === 0 || failureOf(row) !== undefined ? undefined : median(values);
}

/** The median of another measure; undefined when it was not taken. */
export function extraOf(row: Row, measure: string): number | undefined {
  const values = row.outcomes.flatMap((outcome) => {
    const value = outcome.kind === "figure" ? outcome.figure.extra[measure] : undefined;
    return value === undefined ? [] : [value];
  });
  return values.length === 0 || failureOf(row) !== undefined ? undefined : median(values);
}

/** The median of the ratios of the rounds, `row` to `other`; undefined unless both have figures. */
export function ratioOf(row: Row, other: Row): number | undefined {
  const others = figuresOf(other);
  const ratios = figuresOf(row).map((figure, round) => figure / others[round]!);
  return others.length === 0 || ratios.length === 0 ? undefined : median(ratios);
}

/** The row that is held to the targets. */
export function oursOf({ rows }: Comparison): Row {
  const row = rows.find(({ contender }) => contender.role === "ours");
  if (row === undefined) throw new Error("A workload without ours");
  return row;
}

/** The fastest peer that did what it was asked to. */
export function bestPeerOf({ rows }: Comparison): Row | undefined {
  return fastest(rows.filter(({ contender }) => contender.role === "peer"));
}

function fastest(rows: readonly Row[]): Row | undefined {
  return rows
    .filter((row) => figuresOf(row).length > 0)
    .toSorted((a, b) => median(figuresOf(b)) - median(figuresOf(a)))[0];
}

/** A target, and what was measured against it; undefined where something was missing. */
export interface Verdict {
  readonly text: string;
  readonly measured?: number | undefined;
  readonly met?: boolean | undefined;
}

export function verdictsOf(comparison: Comparison): Verdict[] {
  const ours = oursOf(comparison);
  return comparison.workload.targets.map((target) =>
    target.kind === "bound" ? boundVerdict(target, ours) : ratioVerdict(target, ours, comparison),
  );
}

function boundVerdict({ measure, atMost, atLeast }: BoundTarget, ours: Row): Verdict {
  const measured = extraOf(ours, measure);
  const bounds = [atMost === undefined ? "" : `at most ${atMost}`, atLeast === undefined ? "" : `at least ${atLeast}`];
  const text = [measure, ...bounds].filter(Boolean).join(" ");
  const fits = (value: number) => value <= (atMost ?? value) && value >= (atLeast ?? value);
  return { text, measured, met: measured === undefined ? undefined : fits(measured) };
}

function ratioVerdict({ against, atLeast }: RatioTarget, ours: Row, comparison: Comparison): Verdict {
  const { title, row } = opponentOf(against, comparison);
  const measured = row === undefined ? undefined : ratioOf(ours, row);
  const met = measured === undefined ? undefined : measured >= atLeast;
  return { text: `${atLeast}x ${title}`, measured, met };
}

function opponentOf(against: RatioTarget["against"], comparison: Comparison) {
  const rowsOf = (names: readonly string[]) =>
    comparison.rows.filter(({ contender }) => names.includes(contender.name));
  if (against === BEST_PEER) return titled(BEST_PEER, bestPeerOf(comparison));
  if (typeof against === "string") return { title: against, row: rowsOf([against])[0] };
  return titled(against.title, fastest(rowsOf(against.contenders)));
}

function titled(title: string, row: Row | undefined) {
  return { title: row === undefined ? title : `${title}, ${row.contender.name}`, row };
}
