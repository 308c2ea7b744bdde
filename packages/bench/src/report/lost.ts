/** The part of the page that says plainly where ours is not ahead: of peers, of other languages, of its goals. */
import { titleOf } from "./bar-chart.ts";
import type { Behind } from "./findings.ts";
import { behind, goals, missing } from "./findings.ts";
import { amount, digits, headingOf, ratio, span } from "./format.ts";
import type { Group } from "./load.ts";
import { measuresOf, standings } from "./standing.ts";
import { table } from "./table.ts";

export const NOT_AHEAD = `This part lists every measurement in which somebody else is ahead, and every goal that was missed. The goals were set before the work began;
some go beyond what was known to be possible.`;

/** What was lost, by suite. */
export function lost(group: Group): string[] {
  const peers = behind(group, "peer");
  const anchors = behind(group, "anchor");
  const { met, missed, open } = goals(group);
  const failures = missing(group);
  const parts = [`### ${headingOf(group)}: not ahead`];
  parts.push(
    peers.length === 0
      ? "No peer is ahead in any workload."
      : `A peer is ahead in ${peers.length} of ${comparisons(group)} comparisons.`,
  );
  if (peers.length > 0) parts.push(standingTable("Best peer", peers));
  if (anchors.length > 0) {
    parts.push("Other languages are ahead in these:", standingTable("Fastest", anchors));
  }
  parts.push(
    `Of ${met + missed.length + open.length} goals ${met} are met${missed.length > 0 ? `, and ${missed.length} missed:` : "."}`,
  );
  if (missed.length > 0) {
    const rows = missed.map(({ workload, goal }) => [
      workload.title,
      goal.text,
      goal.measured === undefined ? "" : digits(goal.measured),
    ]);
    parts.push(table(["Workload", "Goal", "Measured"], rows));
  }
  if (open.length > 0) {
    const names = open.map(({ workload, goal }) => `${goal.text} (${workload.title})`);
    parts.push(`Not decided, since one side has no figure: ${names.join("; ")}.`);
  }
  if (failures.length > 0) {
    parts.push("Without a figure:");
    const rows = failures.map(({ workload, name, what, reason }) => [name, workload.title, `${WHAT[what]}: ${reason}`]);
    parts.push(table(["Who", "Workload", "What happened"], rows));
  }
  return parts;
}

const WHAT = { wrong: "wrong result", failed: "failed", hung: "hung", absent: "not measured" } as const;

function standingTable(who: string, rows: readonly Behind[]): string {
  const cells = rows.map(({ workload, ahead: [first, ...rest] }) => [
    titleOf(workload, first.measure),
    first.other.name,
    ratio(first.ratio),
    amount(first.theirs, first.measure),
    amount(first.ours, first.measure),
    span(first.worst, first.best),
    rest.map(({ other }) => other.name).join(", "),
  ]);
  return table(["Workload", who, "Ratio", "Theirs", "Ours", "Rounds", "Also ahead"], cells);
}

/** How many comparisons with peers there are in a group. */
function comparisons({ entries }: Group): number {
  return entries.flatMap(({ workload }) =>
    measuresOf(workload).filter((measure) => standings(workload, measure, "peer").length > 0),
  ).length;
}
