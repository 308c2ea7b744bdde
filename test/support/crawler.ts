/** Runs the crawler as its users do, in a process of its own, against folders and servers made for the test. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./source-files.ts";

const MAIN = join(root, "examples", "crawler", "dist", "main.js");

/** The report as `--json` writes it. */
export interface CrawlReport {
  readonly pages: number;
  readonly interrupted: boolean;
  readonly restarts: number;
  readonly linksLeftOut: number;
  readonly links: { readonly checked: number; readonly unchecked: number };
  readonly broken: readonly {
    readonly url: string;
    readonly fragment?: string;
    readonly on: string[];
    readonly times: number;
  }[];
  readonly failures: readonly { readonly url: string; readonly cause: string }[];
  readonly problems: readonly { readonly url: string; readonly problem: string }[];
  readonly ledger: Readonly<Record<string, number>> & { readonly deadLettered: Readonly<Record<string, number>> };
}

export interface CrawlRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: CrawlReport;
}

/** A folder with these documents; removed by `dispose`. */
export function siteFolder(documents: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "crawler-"));
  for (const [name, document] of Object.entries(documents)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), document);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Crawls with these arguments; `watch` sees the process and what it writes to standard error so far. */
export function crawl(
  args: readonly string[],
  options: { readonly node?: readonly string[]; readonly watch?: (pid: number, stderr: string) => void } = {},
): Promise<CrawlRun> {
  const folder = mkdtempSync(join(tmpdir(), "crawl-"));
  const json = join(folder, "report.json");
  const child = spawn(process.execPath, [...(options.node ?? []), MAIN, "--json", json, ...args], { timeout: 60_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    options.watch?.(child.pid as number, stderr);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      try {
        resolve({ code, stdout, stderr, report: readReport(json) });
      } catch (error) {
        reject(new Error(`the crawl wrote no report (exit code ${code}): ${stderr}`, { cause: error }));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

function readReport(file: string): CrawlReport {
  return JSON.parse(readFileSync(file, "utf8"));
}
