/** A workload as bars: everybody who has a figure, the best first, and below them who has none and why. */
import type { KeptContender, KeptWorkload } from "../runner/kept.ts";
import type { Role } from "../runner/suite.ts";
import { amount } from "./format.ts";
import type { Measure } from "./standing.ts";
import { figureOf, OPERATIONS } from "./standing.ts";
import type { Color } from "./svg.ts";
import { bar, drawing, outline, text, wrapped } from "./svg.ts";

const WIDTH = 320;
const LINE = 17;
const ROW = 32;
const BAR = 9;

const COLORS: Readonly<Record<Role, Color>> = { ours: "ours", peer: "peer", reference: "peer", anchor: "anchor" };
const MARKS: Readonly<Record<Role, string>> = { ours: "", peer: "", reference: " (reference)", anchor: "" };
const FAILURES = { wrong: "wrong result", failed: "failed", hung: "hung", absent: "not there" } as const;

export function barChart(workload: KeptWorkload, measure: Measure): string {
  const valued = workload.contenders.flatMap((contender) => {
    const value = figureOf(contender, measure);
    return value === undefined ? [] : [{ contender, value }];
  });
  const sorted = valued.sort((a, b) => (measure.better === "more" ? b.value - a.value : a.value - b.value));
  const largest = Math.max(...valued.map(({ value }) => value));
  const heading = wrapped(titleOf(workload, measure), WIDTH);
  const top = heading.length * LINE + 10;

  const elements = heading.map((content, n) => text(0, (n + 1) * LINE - 4, content, { weight: 600 }));
  for (const [n, { contender, value }] of sorted.entries()) {
    const y = top + n * ROW;
    const width = Math.max((value / largest) * WIDTH, 1);
    const draw = contender.role === "reference" ? outline : bar;
    const isOurs = contender.role === "ours";
    const weight = isOurs ? 600 : 400;
    elements.push(
      text(0, y + 10, contender.name + MARKS[contender.role], { weight, color: isOurs ? "text" : "muted" }),
    );
    elements.push(text(WIDTH, y + 10, amount(value, measure), { weight, anchor: "end" }));
    elements.push(draw(0, y + 15, width, BAR, COLORS[contender.role]));
  }
  const failures = workload.contenders.flatMap((contender) => failureOf(contender) ?? []);
  const below = top + sorted.length * ROW + 10;
  elements.push(...failures.map((content, n) => text(0, below + n * LINE, content, { color: "muted" })));

  const figures = sorted.map(({ contender, value }) => `${contender.name} ${amount(value, measure)}`);
  return drawing(
    WIDTH,
    below + failures.length * LINE,
    `${titleOf(workload, measure)}: ${figures.join(", ")}`,
    elements,
  );
}

/** What the chart shows; where less is better, that is said. */
export function titleOf({ title }: KeptWorkload, measure: Measure): string {
  return measure === OPERATIONS ? title : `${title}: ${measure.name}, ${measure.better} is better`;
}

function failureOf({ name, rounds }: KeptContender): string | undefined {
  const failure = rounds.find(({ kind }) => kind !== "figure");
  return failure === undefined || failure.kind === "figure" ? undefined : `${name}: ${FAILURES[failure.kind]}`;
}
