/**
 * How ours stands to somebody else in a workload. What counts are operations per second; where a workload has bounds for
 * other measures and nothing else, those. A ratio is above 1 where ours is ahead, whether more or less is better.
 */
import type { KeptContender, KeptWorkload } from "../runner/kept.ts";
import { median } from "../runner/statistics.ts";
import type { Role } from "../runner/suite.ts";

export interface Measure {
  readonly name: string;
  readonly better: "more" | "less";
}

export const OPERATIONS: Measure = { name: "operations per second", better: "more" };

/** Ours and another one by one measure. */
export interface Standing {
  readonly measure: Measure;
  readonly other: KeptContender;
  readonly ours: number;
  readonly theirs: number;
  /** The median of the rounds, and the worst and the best of them. */
  readonly ratio: number;
  readonly worst: number;
  readonly best: number;
}

/** The measures that a workload is about. */
export function measuresOf({ targets }: KeptWorkload): Measure[] {
  const bounds = targets.flatMap(({ text }): Measure[] => {
    const [, name, bound] = /^(.+) (at most|at least) [\d.]+$/.exec(text) ?? [];
    return name === undefined ? [] : [{ name, better: bound === "at most" ? "less" : "more" }];
  });
  return bounds.length > 0 && bounds.length === targets.length ? bounds : [OPERATIONS];
}

/** What a contender came to; undefined where it has no figure in some round. */
export function figureOf(contender: KeptContender, measure: Measure): number | undefined {
  const values = roundsOf(contender, measure);
  return values === undefined ? undefined : median(values);
}

export function oursOf({ name, contenders }: KeptWorkload): KeptContender {
  const ours = contenders.find(({ role }) => role === "ours");
  if (ours === undefined) throw new Error(`The workload ${name} was measured without ours`);
  return ours;
}

/** Ours to everybody of a role that has figures, the strongest first. Empty when ours has none. */
export function standings(workload: KeptWorkload, measure: Measure, role: Role): Standing[] {
  const ours = oursOf(workload);
  return workload.contenders
    .filter((contender) => contender.role === role)
    .flatMap((other) => standingOf(ours, other, measure) ?? [])
    .sort((a, b) => (measure.better === "more" ? b.theirs - a.theirs : a.theirs - b.theirs));
}

function standingOf(ours: KeptContender, other: KeptContender, measure: Measure): Standing | undefined {
  const mine = roundsOf(ours, measure);
  const theirs = roundsOf(other, measure);
  if (mine === undefined || theirs === undefined) return undefined;
  const ratios = mine.map((value, round) => {
    const rival = theirs[round] ?? Number.NaN;
    return measure.better === "more" ? value / rival : rival / value;
  });
  return {
    measure,
    other,
    ours: median(mine),
    theirs: median(theirs),
    ratio: median(ratios),
    worst: Math.min(...ratios),
    best: Math.max(...ratios),
  };
}

function roundsOf({ rounds }: KeptContender, measure: Measure): number[] | undefined {
  const values = rounds.map((outcome) => {
    if (outcome.kind !== "figure") return undefined;
    return measure === OPERATIONS ? outcome.figure.operationsPerSecond : outcome.figure.extra[measure.name];
  });
  return values.length > 0 && values.every((value) => value !== undefined) ? values : undefined;
}
