/** The command line: finds files, works on them in four ways, and prints how long each took and what came of it. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findFiles } from "./find-files.ts";
import { measure } from "./measure.ts";

const USAGE = `Usage: npm start -- [folder] [options]

Parses, compresses and hashes every JSON file and source map of 20 kB or more below a folder, on all cores.
Without a folder: what is installed for this project.

  --files N    take so many files at most (default: 1000)
  --threads N  workers (default: as many as this machine has cores)
  --help       this text`;

const INSTALLED = fileURLToPath(new URL("../../../node_modules", import.meta.url));

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const options = { files: text, threads: text, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help) return console.log(USAGE);
  const paths = findFiles(positionals[0] ?? INSTALLED, count("files", values.files, 1000));
  if (paths.length === 0) throw new Error("there is no JSON file or source map of 20 kB or more");
  console.log(`${paths.length} files`);
  console.log(row("", "seconds", "speed-up", "cores", "restarts", "files", "values", "sum of the results"));
  let baseline: number | undefined;
  for await (const { how, milliseconds, cores, restarts, total } of measure(
    paths,
    count("threads", values.threads, availableParallelism()),
  )) {
    baseline ??= milliseconds;
    const figures = [
      (milliseconds / 1000).toFixed(2),
      (baseline / milliseconds).toFixed(2),
      cores.toFixed(2),
      restarts,
    ];
    console.log(row(how, ...figures, total.files, total.values, total.sum));
  }
}

function row(how: string, ...cells: readonly (string | number)[]): string {
  return how.padEnd(22) + cells.map((cell) => String(cell).padStart(10)).join(" ");
}

function count(option: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${option} takes a number from 1, not "${text}"`);
}

try {
  await main();
} catch (error) {
  console.error(`pipeline: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
