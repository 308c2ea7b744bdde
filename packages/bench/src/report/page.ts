/** The page of the report, in Markdown: first what is to be known of the figures, then the figures, then how they were taken. */
import { barChart, titleOf } from "./bar-chart.ts";
import { amount, capitalized, digits, headingOf, ratio, span } from "./format.ts";
import type { Entry, Group } from "./load.ts";
import { lost, NOT_AHEAD } from "./lost.ts";
import { overviewChart } from "./overview-chart.ts";
import type { Measure } from "./standing.ts";
import { figureOf, measuresOf, OPERATIONS, oursOf, standings } from "./standing.ts";
import { table } from "./table.ts";

/** What the report consists of: texts by their paths, from the folder that it is in. */
export type Files = ReadonlyMap<string, string>;

export const PAGE = "benchmarks.md";
export const CHARTS = "charts";

export function reportOf(groups: readonly Group[]): Files {
  const files = new Map<string, string>();
  const chart = (path: string, svg: string, says: string): string => {
    files.set(`${CHARTS}/${path}.svg`, svg);
    return `![${says}](${CHARTS}/${path}.svg)`;
  };
  const overviews = groups.flatMap((group) => {
    const svg = overviewChart(group);
    if (svg === undefined) return [];
    return [
      `**${headingOf(group)}**`,
      chart(nameOf(group), svg, `How many times as fast Pneumatic is: ${group.suite}`),
    ];
  });
  const parts = [
    INTRODUCTION,
    ...overviews,
    "## Where we are not ahead",
    NOT_AHEAD,
    ...groups.flatMap(lost),
    ...groups.flatMap((group) => figures(group, chart)),
    ...method(groups),
  ];
  files.set(PAGE, `${parts.join("\n\n")}\n`);
  return files;
}

const INTRODUCTION = `# Benchmarks

\`npm run bench:report\` writes this page from the results of [the benchmarks](../packages/bench/README.md). Do not edit it.

Every contender does the same work, in a process of its own, in the same run, in rounds of random order. Every run checks order, count and sum
of the received values, and a contender with a wrong result has no figure. Figures are medians. A ratio is ours to theirs: above 1×, ours is
ahead. A ratio is the median of the ratios of the rounds. Trust twofold differences, and smaller ones if the rounds agree. Peers compete. A
*reference* does less than the work, or another kind of work, and is shown for scale. In the charts, ours is bold, a reference is an outline,
and another language is orange.

## At a glance

The charts show how many times as fast Pneumatic is. To the left of 1×, the others are faster.`;

/** The charts of a group, and all figures in tables. */
function figures(group: Group, chart: (path: string, svg: string, says: string) => string): string[] {
  const drawn = group.entries.flatMap(({ workload }) =>
    measuresOf(workload).map((measure) => {
      const name =
        measure === OPERATIONS ? workload.name : `${workload.name}-${measure.name.replace(/\W+/g, "-").toLowerCase()}`;
      return chart(`${nameOf(group)}/${name}`, barChart(workload, measure), titleOf(workload, measure));
    }),
  );
  const tables = group.entries.flatMap(({ workload }) => [`**${workload.title}**`, figureTable(workload)]);
  return [
    `## ${headingOf(group)}`,
    `<div class="charts">`,
    ...drawn,
    "</div>",
    "<details>\n<summary>All figures in tables</summary>",
    ...tables,
    "</details>",
  ];
}

function figureTable(workload: Entry["workload"]): string {
  const measures = [OPERATIONS, ...measuresOf(workload).filter((measure) => measure !== OPERATIONS)];
  const ratios = new Map(
    (["peer", "reference", "anchor"] as const).flatMap((role) =>
      standings(workload, OPERATIONS, role).map((standing) => [standing.other, standing] as const),
    ),
  );
  const rows = workload.contenders.map((contender) => {
    const standing = ratios.get(contender);
    const cell = (measure: Measure): string => {
      const value = figureOf(contender, measure);
      return value === undefined ? "–" : amount(value, measure);
    };
    const name = contender === oursOf(workload) ? `**${contender.name}**` : contender.name;
    return [
      name,
      ROLES[contender.role],
      ...measures.map(cell),
      standing === undefined ? "" : ratio(standing.ratio),
      standing === undefined ? "" : span(standing.worst, standing.best),
    ];
  });
  const names = measures.map((measure) => (measure === OPERATIONS ? "Speed" : capitalized(measure.name)));
  return table(["Who", "Role", ...names, "Ratio", "Rounds"], rows);
}

const ROLES = { ours: "ours", peer: "peer", reference: "reference", anchor: "other language" } as const;

function method(groups: readonly Group[]): string[] {
  const entries = groups.flatMap((group) => group.entries);
  const runs = [...new Set(entries.map(({ run }) => run))].sort((a, b) => (a.date < b.date ? -1 : 1));
  const rows = runs.map((run) => {
    const { cpu, cores, memoryBytes, system, node, v8 } = run.machine;
    const machine = `${cpu}, ${cores} cores, ${digits(memoryBytes / 2 ** 30)} GiB`;
    const shown = entries.filter((entry) => entry.run === run).length;
    const total = run.suites.reduce((sum, { workloads }) => sum + workloads.length, 0);
    const suites = run.suites.map(({ name }) => name).join(", ");
    const flags = run.options.nodeFlags.join(" ") || "none";
    return [
      run.date.slice(0, 10),
      run.commit,
      `${suites}: ${shown} of ${total} workloads`,
      machine,
      system,
      `${node} (V8 ${v8})`,
      String(run.options.rounds),
      flags,
    ];
  });
  const versions = new Map(runs.flatMap((run) => Object.entries(run.versions)));
  const packages = [...versions]
    .filter(([name]) => !name.startsWith("@pneumatic/"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "## How this was measured",
    "The README of [the benchmarks](../packages/bench/README.md) describes the method. If a workload was measured again, its newest run is shown. These are the runs:",
    table(["Day", "Commit", "Shown", "Machine", "System", "Node", "Rounds", "Node flags"], rows),
    "The peers:",
    table(
      ["Package", "Version"],
      packages.map(([name, version]) => [name, version]),
    ),
    "`npm run bench -- --keep NAME` measures on your machine.",
  ];
}

function nameOf({ suite, line }: Group): string {
  return `${suite}-node-${line}`;
}
