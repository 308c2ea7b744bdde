/**
 * A suite at a glance: for each workload, how many times as fast ours is as the best peer (a dot) and as other languages
 * (diamonds), on a logarithmic scale. Left of the line at 1 they are faster.
 */
import { capitalized, ratio } from "./format.ts";
import type { Entry, Group } from "./load.ts";
import type { Standing } from "./standing.ts";
import { measuresOf, OPERATIONS, standings } from "./standing.ts";
import { diamond, dot, drawing, line, text } from "./svg.ts";

const WIDTH = 450;
const ROW = 21;
const LEFT = 102;
const RIGHT = WIDTH - 150;
const TOP = 44;
/** What is beyond is drawn at the edge. */
const LOWEST = 1 / 16;
const HIGHEST = 64;

/** Undefined when nothing in the group is measured by its speed. */
export function overviewChart({ suite, entries }: Group): string | undefined {
  const rows = entries.flatMap((entry) => rowOf(entry) ?? []);
  if (rows.length === 0) return undefined;
  const all = rows
    .flatMap(({ peer, anchors }) => [...(peer ? [peer] : []), ...anchors])
    .map((standing) => standing.ratio);
  const low = Math.max(Math.floor(Math.log2(Math.min(...all, 0.5))), Math.log2(LOWEST));
  const high = Math.min(Math.ceil(Math.log2(Math.max(...all, 2))), Math.log2(HIGHEST));
  const x = (value: number): number => {
    const place = (Math.min(Math.max(Math.log2(value), low), high) - low) / (high - low);
    return LEFT + place * (RIGHT - LEFT);
  };
  const bottom = TOP + rows.length * ROW;

  const elements = [
    dot(5, 8, "ours", "the best peer"),
    text(15, 12, "the best peer"),
    diamond(118, 8, "anchor", "another language"),
    text(128, 12, languagesOf(rows)),
    text(x(1) - 6, TOP - 8, "← it is faster", { anchor: "end", color: "muted" }),
    text(x(1) + 6, TOP - 8, "Pneumatic is faster →", { color: "muted" }),
  ];
  for (let power = low; power <= high; power += 1) {
    elements.push(line(x(2 ** power), TOP, x(2 ** power), bottom, power === 0 ? "muted" : "line"));
    const isLabelled = power % 2 === 0 || power === low;
    if (isLabelled) elements.push(text(x(2 ** power), bottom + 15, tick(power), { anchor: "middle", color: "muted" }));
  }
  for (const [n, { name, peer, anchors }] of rows.entries()) {
    const y = TOP + (n + 0.5) * ROW;
    elements.push(text(0, y + 4, name));
    elements.push(...anchors.map((anchor) => diamond(x(anchor.ratio), y, "anchor", says(anchor))));
    if (peer === undefined) continue;
    elements.push(dot(x(peer.ratio), y, "ours", says(peer)));
    elements.push(text(RIGHT + 12, y + 4, says(peer)));
  }
  const summary = rows.map(
    (row) => `${row.name}: ${[...(row.peer ? [row.peer] : []), ...row.anchors].map(says).join(", ")}`,
  );
  return drawing(WIDTH, bottom + 22, `How many times as fast Pneumatic is, ${suite}. ${summary.join("; ")}`, elements);
}

interface Row {
  readonly name: string;
  readonly peer: Standing | undefined;
  readonly anchors: readonly Standing[];
}

function rowOf({ workload }: Entry): Row | undefined {
  if (!measuresOf(workload).includes(OPERATIONS)) return undefined;
  const [peer] = standings(workload, OPERATIONS, "peer");
  const anchors = standings(workload, OPERATIONS, "anchor");
  return peer === undefined && anchors.length === 0 ? undefined : { name: workload.name, peer, anchors };
}

/** The names of the other languages: the first words of their contenders. */
function languagesOf(rows: readonly Row[]): string {
  const names = rows.flatMap(({ anchors }) => anchors.map(({ other }) => /^\w+/.exec(other.name)?.[0] ?? other.name));
  return [...new Set(names)].map(capitalized).sort().join(", ") || "another language";
}

function says({ ratio: value, other }: Standing): string {
  return `${ratio(value)} ${other.name}`;
}

function tick(power: number): string {
  return power < 0 ? `1/${2 ** -power}` : `${2 ** power}×`;
}
