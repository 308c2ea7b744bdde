/** The command line: reads the options, has the logs analyzed, prints the summary and what that took. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ActorSystem } from "@pneumatic/actors";
import { analyze, startAnalysts } from "./analyze.ts";
import type { Chunk } from "./chunk.ts";
import { chunksOf } from "./chunk.ts";
import { generateLog } from "./generate-log.ts";
import { killOne } from "./kill-one.ts";
import { printSummary } from "./print-summary.ts";
import { ProgressBar } from "./progress.ts";

const USAGE = `Usage: npm start -- [files] [options]

Sums up logs of web servers (common or combined format) on all cores.
Without a file: one of 100 MB that is generated for this and removed.

  --threads N   analysts (default: as many as this machine has cores)
  --sabotage    have the analysts die while they work: the summary is the same
  --help        this text`;

const GENERATED_BYTES = 1e8;
const SABOTAGE = { exitChance: 0.05, killEvery: 10 };

interface Log {
  readonly file: string;
  readonly size: number;
}

async function main(): Promise<void> {
  const flag = { type: "boolean", default: false } as const;
  const options = { threads: { type: "string" }, sabotage: flag, help: flag } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help) return console.log(USAGE);
  using folder = temporaryFolder();
  const files = positionals.length > 0 ? positionals : [await generated(folder.path)];
  const logs = files.map((file) => ({ file, size: statSync(file).size }));
  const { exitChance, killEvery } = values.sabotage ? SABOTAGE : { exitChance: 0, killEvery: Number.POSITIVE_INFINITY };

  await using system = new ActorSystem({ name: "log-analytics", logLevel: "silent" });
  using analysts = startAnalysts(system, threadsOf(values.threads), exitChance);
  const begin = performance.now();
  const bar = new ProgressBar(logs.reduce((sum, { size }) => sum + size, 0));
  let chunks = 0;
  const summary = await analyze(analysts, chunksOfAll(logs), ({ start, end }) => {
    bar.add(end - start);
    if (++chunks % killEvery === 0) killOne(system, analysts);
  });
  console.log(printSummary(summary));

  const seconds = (performance.now() - begin) / 1000;
  const { user, system: kernel } = process.cpuUsage();
  const restarts = analysts.routees().reduce((sum, routee) => sum + routee.restarts, 0);
  const cores = ((user + kernel) / 1e6 / seconds).toFixed(2);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.error(`${seconds.toFixed(2)} s, ${cores} cores busy, ${peak} MB of memory at most, ${restarts} restarts`);
}

function* chunksOfAll(logs: readonly Log[]): Generator<Chunk, void> {
  for (const { file, size } of logs) yield* chunksOf(file, size);
}

async function generated(folder: string): Promise<string> {
  const file = join(folder, "access.log");
  await generateLog(file, GENERATED_BYTES);
  return file;
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "log-analytics-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function threadsOf(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--threads takes a number from 1, not "${text}"`);
}

try {
  await main();
} catch (error) {
  console.error(`log-analytics: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
