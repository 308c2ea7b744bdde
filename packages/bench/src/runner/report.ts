/** Writes a comparison as text. */
import type { Comparison, Failure, Row } from "./comparison.ts";
import { bestPeerOf, cpuFigureOf, extraOf, failureOf, figuresOf, oursOf, ratioOf, verdictsOf } from "./comparison.ts";
import { median } from "./statistics.ts";

const ROLES = { ours: "", peer: "", reference: "(reference)", anchor: "(anchor)" } as const;
const FAILURES = { wrong: "wrong", failed: "failed", hung: "hung", absent: "not measured" } as const;

/** The table of a workload, the fastest first, and how ours stands to its targets. */
export function tableOf(comparison: Comparison): string {
  const ours = oursOf(comparison);
  const best = bestPeerOf(comparison);
  const extras = [...new Set(comparison.rows.flatMap(extraNames))];
  const rows = comparison.rows.toSorted((a, b) => speed(b) - speed(a));
  const cells = rows.map((row) => [
    row.contender.name,
    ...(failureOf(row) === undefined ? figureCells(row, ours, extras) : ["-", "", "", "", ...extras.map(() => "")]),
    [row === best ? "best peer" : "", ROLES[row.contender.role], failureText(failureOf(row))].filter(Boolean).join(" "),
  ]);
  const header = ["", "M/s", "from - to", "ours / it", "M/cpu s", ...extras, ""];
  const verdicts = verdictsOf(comparison).map(({ text, measured, met }) => {
    const verdict = met === undefined ? "NOT MEASURED" : met ? "met" : "BELOW";
    return `  target ${text}: ${measured === undefined ? "-" : short(measured)} ${verdict}`;
  });
  return [
    `${comparison.workload.name}: ${comparison.workload.title}`,
    ...aligned([header, ...cells]),
    ...verdicts,
  ].join("\n");
}

/** One line per target of a suite. */
export function summaryOf(comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap((comparison) =>
    verdictsOf(comparison).map(({ text, measured, met }) => [
      comparison.workload.name,
      text,
      measured === undefined ? "-" : short(measured),
      met === undefined ? "not measured" : met ? "met" : "BELOW",
    ]),
  );
  return ["targets", ...aligned(lines)].join("\n");
}

function figureCells(row: Row, ours: Row, extras: readonly string[]): string[] {
  const figures = figuresOf(row).map((figure) => figure / 1e6);
  const ratio = row === ours ? undefined : ratioOf(ours, row);
  const cpuFigure = cpuFigureOf(row);
  return [
    short(median(figures)),
    `${short(Math.min(...figures))} - ${short(Math.max(...figures))}`,
    ratio === undefined ? "" : `${short(ratio)}x`,
    cpuFigure === undefined ? "" : short(cpuFigure / 1e6),
    ...extras.map((name) => short(extraOf(row, name) ?? Number.NaN)),
  ];
}

function failureText(failure: Failure | undefined): string {
  return failure === undefined ? "" : `${FAILURES[failure.kind]}: ${failure.reason}`;
}

function extraNames(row: Row): string[] {
  const [first] = row.outcomes;
  return first?.kind === "figure" ? Object.keys(first.figure.extra) : [];
}

/** Rows without a figure come last. */
function speed(row: Row): number {
  const figures = figuresOf(row);
  return figures.length === 0 ? -1 : median(figures);
}

function short(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (value !== 0 && Math.abs(value) < 0.1) return value.toPrecision(2);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Pads every column to its widest cell: the first and the last to the left, figures to the right. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const cells of lines)
    for (const [column, cell] of cells.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  return lines.map((cells) => {
    const last = cells.length - 1;
    const padded = cells.map((cell, column) =>
      column === last ? cell : column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    return `  ${padded.join("  ")}`.trimEnd();
  });
}
