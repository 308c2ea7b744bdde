/** The command line: reads the options, begins a crawl, prints its report. */
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ActorSystem } from "@pneumatic/actors";
import { crawl } from "./crawl.ts";
import { printReport } from "./print-report.ts";
import { printableJson } from "./printable.ts";
import type { Sabotage } from "./sabotage.ts";
import { SABOTAGE, sabotagePages } from "./sabotage.ts";
import { site } from "./site.ts";
import { resolveTarget } from "./target.ts";

const USAGE = `Usage: npm start -- [address or folder] [options]

Crawls a website and reports its pages, broken links, slowest pages and top terms.
Without an address or a folder: the documentation that npm ships inside itself.

  --depth N         follow links this far (default: any)
  --max-pages N     stop taking new pages after this many (default: 10000)
  --max-minutes N   wrap up after this long (default: 60)
  --delay MS        between two requests to a host (default: 0 for a folder, 100 otherwise)
  --fetchers N      requests at a time (default: 4)
  --timeout MS      of a request (default: 10000)
  --max-bytes N     of a page, decompressed (default: 5000000)
  --json FILE       write the report there too
  --strict          exit with code 1 when links are broken
  --sabotage KINDS  serve pages that harm their parser: ${SABOTAGE.join(", ")} (folders only)
  --log LEVEL       log of the actors on standard error (default: silent)
  --help            this text

Exit codes: 0 when it has crawled, 1 when links are broken and --strict was given, 2 when no page could be read.`;

/** The longest time and the largest number that an option may be. */
const MOST = 2 ** 31 - 1;

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return console.log(USAGE);
  if (positionals.length > 1) throw new Error(`One address or folder at a time, not ${positionals.length}`);
  const target = await resolveTarget(positionals[0]);
  const sabotage = readSabotage(values.sabotage);
  if (target.kind === "web" && sabotage.length > 0)
    throw new Error("--sabotage needs a folder: it serves pages of its own");

  const options = {
    maxDepth: count("depth", values.depth, Number.POSITIVE_INFINITY),
    maxPages: count("max-pages", values["max-pages"], 10_000),
    delayMs: count("delay", values.delay, target.kind === "web" ? 100 : 0),
    maxMs: count("max-minutes", values["max-minutes"], 60, 1, 10_000) * 60_000,
    fetchers: count("fetchers", values.fetchers, 4, 1),
    parsers: availableParallelism(),
    limits: {
      timeoutMs: count("timeout", values.timeout, 10_000),
      maxBytes: count("max-bytes", values["max-bytes"], 5_000_000),
      retries: 2,
      userAgent: "pneumatic-crawler",
    },
    ...progressLine(),
  };

  await using system = new ActorSystem({ name: "crawler", logLevel: values.log });
  const begin =
    target.kind === "web" ? { start: [target.url], sabotage: [] } : await serve(system, target.folder, sabotage);
  const [reports, frontier] = crawl(system, { ...begin, ...options });
  const interrupt = (): void => frontier.tell({ type: "wrapUp" });
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);

  const received = await reports.recv();
  if (!received.ok) throw received.error;
  const report = received.value;
  await system.terminated;
  const ledger = system.ledger();
  console.log(printReport(report, ledger));
  if (values.json !== undefined) await writeFile(values.json, printableJson({ ...report, ledger }));
  if (values.strict && report.broken.length > 0) process.exitCode = 1;
  if (report.pages === 0 && !report.interrupted) throw new Error("no page could be read");
}

function readArguments() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const limits = { depth: text, "max-pages": text, "max-minutes": text, "max-bytes": text, timeout: text };
  return parseArgs({
    allowPositionals: true,
    options: {
      ...limits,
      delay: text,
      fetchers: text,
      json: text,
      strict: flag,
      sabotage: text,
      log: { ...text, default: "silent" },
      help: { ...flag, short: "h" },
    },
  });
}

function count(option: string, text: string | undefined, preset: number, least = 0, most = MOST): number {
  if (text === undefined) return preset;
  if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new Error(`--${option} takes a number from ${least}${most === MOST ? "" : ` to ${most}`}, not "${text}"`);
}

function readSabotage(text: string | undefined): Sabotage[] {
  const kinds = text === undefined ? [] : text.split(",");
  for (const kind of kinds) {
    if (!SABOTAGE.includes(kind as Sabotage)) throw new Error(`--sabotage knows ${SABOTAGE.join(", ")}, not "${kind}"`);
  }
  return kinds as Sabotage[];
}

/** Serves a folder, and says where to begin. */
async function serve(system: ActorSystem, folder: string, sabotage: readonly Sabotage[]) {
  const address = system.spawn(site, { name: "site", args: { folder, extra: sabotagePages(sabotage) } });
  const { start, extra } = await address.ask({ type: "address" });
  console.error(`Serving ${folder} at ${start}`);
  return { site: address, start: [start, ...extra], sabotage: extra };
}

/** One line that rewrites itself on a terminal, a line each second elsewhere. */
function progressLine(): { show: (line: string) => void; showEveryMs: number } {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: (line) => void stderr.write(`${line}\n`), showEveryMs: 1000 };
  return { show: (line) => void stderr.write(`\r\x1b[K${line}`), showEveryMs: 100 };
}

try {
  await main();
} catch (error) {
  console.error(`crawler: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}
