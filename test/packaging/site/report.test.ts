/** The page of the benchmarks says what was measured: all of it, and first where others are ahead. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../support/source-files.ts";

const SCRIPT = join(root, "packages", "bench", "dist", "report", "main.js");

interface Outcome {
  readonly failed: boolean;
  readonly problems: string;
}

function run(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], (error, _stdout, problems) => {
      resolve({ failed: error !== null, problems });
    });
  });
}

/** Who did how much in each round; a text is why there is no figure. */
type Figures = Readonly<Record<string, readonly number[] | string>>;

const ROLES: Readonly<Record<string, string>> = { pneumatic: "ours", go: "anchor", floor: "reference" };

function workload(name: string, figures: Figures, targets: readonly object[] = [], measure?: string): object {
  const contenders = Object.entries(figures).map(([contender, rounds]) => ({
    name: contender,
    role: ROLES[contender] ?? "peer",
    rounds:
      typeof rounds === "string"
        ? [{ kind: "wrong", reason: rounds }]
        : rounds.map((value) => ({
            kind: "figure",
            figure: { operationsPerSecond: value, runs: 1, extra: measure === undefined ? {} : { [measure]: value } },
          })),
  }));
  return { name, title: `to ${name}`, contenders, targets };
}

interface RunOptions {
  readonly date?: string;
  readonly node?: string;
  readonly suite?: string;
}

/** A folder of results, and one for the report. */
class Reporting implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "report-"));
  readonly #args: readonly string[] = ["--results", join(this.#folder, "results"), "--out", join(this.#folder, "out")];

  constructor() {
    mkdirSync(join(this.#folder, "results"));
  }

  keep(
    name: string,
    workloads: readonly object[],
    { date = "2026-01-01", node = "20.1.0", suite = "actors" }: RunOptions = {},
  ): void {
    this.write(`results/${name}.json`, {
      date,
      commit: `commit-of-${name}`,
      machine: { cpu: "a processor", cores: 2, memoryBytes: 2 ** 30, system: "Linux", node, v8: "11" },
      versions: { peer: "1.2.3" },
      options: { rounds: 3, limitMs: 1, nodeFlags: [] },
      suites: [{ name: suite, workloads }],
    });
  }

  write(path: string, content: object | string): void {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    mkdirSync(join(this.#folder, path, ".."), { recursive: true });
    writeFileSync(join(this.#folder, path), text);
  }

  run(...args: readonly string[]): Promise<Outcome> {
    return run(...this.#args, ...args);
  }

  /** The rows of the tables in the part of the page below a heading. */
  async rows(heading: string): Promise<string[]> {
    expect(await this.run()).toEqual({ failed: false, problems: "" });
    const page = this.read("benchmarks.md");
    expect(page).toContain(`\n${heading}\n`);
    const part = page.slice(page.indexOf(`\n${heading}\n`) + heading.length + 1).split(/\n##/)[0] ?? "";
    return part.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  }

  read(path: string): string {
    return readFileSync(join(this.#folder, "out", path), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

const LOST = "### Actors, Node 20: not ahead";

test("the page of the benchmarks and its charts are what the kept results say", async () => {
  expect(await run("--check")).toEqual({ failed: false, problems: "" });
});

test("the report lists every workload in which a peer or another language is ahead, and no other", async () => {
  using reporting = new Reporting();
  reporting.keep("run", [
    workload("win", { pneumatic: [300, 300, 300], slow: [100, 150, 100], floor: [900, 900, 900] }),
    workload("lose", {
      pneumatic: [1e6, 1e6, 1e6],
      fast: [4e6, 2e6, 2e6],
      faster: [5e6, 4e6, 4e6],
      go: [1e5, 1e5, 1e5],
    }),
    workload("lose to go", { pneumatic: [3000, 3000, 3000], go: [6000, 6000, 6000] }),
  ]);
  const rows = await reporting.rows(LOST);
  expect(rows.filter((row) => row.startsWith("| to "))).toEqual([
    "| to lose | faster | 0.25× | 4 M/s | 1 M/s | 0.2 to 0.25 | fast |",
    "| to lose to go | go | 0.5× | 6 k/s | 3 k/s | 0.5 to 0.5 |  |",
  ]);
  expect(reporting.read("benchmarks.md")).toContain("A peer is ahead in 1 of 2 comparisons.");
});

test("the report compares by the bound measures where a workload has no other goals, less being better where it says so", async () => {
  using reporting = new Reporting();
  const goal = { text: "B idle at most 350", measured: 400, met: false };
  reporting.keep("run", [workload("idle", { pneumatic: [400, 400, 400], small: [100, 100, 100] }, [goal], "B idle")]);
  const rows = await reporting.rows(LOST);
  expect(rows).toContain("| to idle: B idle, less is better | small | 0.25× | 100 | 400 | 0.25 to 0.25 |  |");
  expect(rows).toContain("| to idle | B idle at most 350 | 400 |");
});

test("the report lists the goals that were missed, those nobody can decide, and who has no figure", async () => {
  using reporting = new Reporting();
  const targets = [
    { text: "2x slow", measured: 3, met: true },
    { text: "9x slow", measured: 3, met: false },
    { text: "1x absent" },
  ];
  reporting.keep("run", [workload("win", { pneumatic: [3, 3, 3], slow: [1, 1, 1], liar: "received 1 | 2" }, targets)]);
  const rows = await reporting.rows(LOST);
  expect(rows).toContain("| to win | 9x slow | 3 |");
  expect(rows).toContain("| liar | to win | wrong result: received 1 \\| 2 |");
  const page = reporting.read("benchmarks.md");
  expect(page).toContain("Of 3 goals 1 are met, and 1 missed:");
  expect(page).toContain("Not decided, since one side has no figure: 1x absent (to win).");
  expect(page).toContain("No peer is ahead in any workload.");
});

test("the report shows a workload from its newest run, and each line of Node by itself", async () => {
  using reporting = new Reporting();
  reporting.keep("a-new", [workload("work", { pneumatic: [1000, 1000, 1000] })], { date: "2026-02-01" });
  reporting.keep("b-old", [
    workload("work", { pneumatic: [2000, 2000, 2000] }),
    workload("rest", { pneumatic: [5, 5, 5] }),
  ]);
  reporting.keep("c-24", [workload("work", { pneumatic: [7000, 7000, 7000] })], { date: "2026-03-01", node: "24.0.0" });
  reporting.keep("d-threads", [workload("wire", { pneumatic: [1, 1, 1] })], { date: "2026-03-02", suite: "threads" });
  expect(await reporting.rows("## Actors, Node 20")).toEqual([
    "| Who | Role | Speed | Ratio | Rounds |",
    "| **pneumatic** | ours | 1 k/s |  |  |",
    "| Who | Role | Speed | Ratio | Rounds |",
    "| **pneumatic** | ours | 5 /s |  |  |",
  ]);
  expect(await reporting.rows("## Actors, Node 24")).toContain("| **pneumatic** | ours | 7 k/s |  |  |");
  expect(await reporting.rows("## Threads, Node 20")).toContain("| **pneumatic** | ours | 1 /s |  |  |");
  const runs = (await reporting.rows("## How this was measured")).filter((row) => row.includes("commit-of"));
  expect(runs.map((row) => row.split(" | ").slice(1, 3))).toEqual([
    ["commit-of-b-old", "actors: 1 of 2 workloads"],
    ["commit-of-a-new", "actors: 1 of 1 workloads"],
    ["commit-of-c-24", "actors: 1 of 1 workloads"],
    ["commit-of-d-threads", "threads: 1 of 1 workloads"],
  ]);
});

test("a chart has a bar for everybody with a figure, and says who has none", async () => {
  using reporting = new Reporting();
  reporting.keep("run", [workload("win", { pneumatic: [300, 300, 300], "a<b": [100, 150, 100], liar: "wrong" })]);
  expect(await reporting.run()).toEqual({ failed: false, problems: "" });
  const chart = reporting.read("charts/actors-node-20/win.svg");
  expect([...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => width)).toEqual(["320", "106.7"]);
  expect(chart).toContain('aria-label="to win: pneumatic 300 /s, a&lt;b 100 /s"');
  expect(chart).toContain("liar: wrong result");
});

test("the check fails when the page, or a chart, is not what would be written", async () => {
  using reporting = new Reporting();
  reporting.keep("run", [workload("win", { pneumatic: [300, 300, 300], slow: [100, 100, 100] })]);
  await reporting.run();
  expect(await reporting.run("--check")).toEqual({ failed: false, problems: "" });
  reporting.write("out/benchmarks.md", "edited");
  reporting.write("out/charts/actors-node-20/gone.svg", "left over");
  const { failed, problems } = await reporting.run("--check");
  expect(failed).toBe(true);
  expect(problems).toBe(
    "benchmarks.md is out of date: run npm run bench:report\n" +
      "charts/actors-node-20/gone.svg is out of date: run npm run bench:report\n",
  );
});

test("what is no kept result is refused by its name", async () => {
  using reporting = new Reporting();
  reporting.write("results/odd.json", { suites: [] });
  const { failed, problems } = await reporting.run();
  expect(failed).toBe(true);
  expect(problems).toMatch(/odd\.json is not what `npm run bench -- --keep` writes/);
});
