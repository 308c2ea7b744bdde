/** Runs the crawler as its users do, in a process of its own, against folders and servers made for the test. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE_MS } from "./patience.ts";
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

export interface CrawlRun extends Exit {
  readonly report: CrawlReport;
}

interface Options {
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  /** Sees the process and what it has written to standard error so far. */
  readonly watch?: (pid: number, stderr: string) => void;
}

/** How a crawl ended, report or not. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the crawler with these arguments to its end. */
export function start(args: readonly string[], options: Options = {}): Promise<Exit> {
  const child = spawn(process.execPath, [...(options.node ?? []), MAIN, ...args], { timeout: PATIENCE_MS });
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
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Crawls with these arguments, and reads the report. */
export async function crawl(args: readonly string[], options: Options = {}): Promise<CrawlRun> {
  const folder = mkdtempSync(join(tmpdir(), "crawl-"));
  const json = join(folder, "report.json");
  const exit = await start(["--json", json, ...args], options);
  try {
    return { ...exit, report: JSON.parse(readFileSync(json, "utf8")) };
  } catch (cause) {
    throw new Error(`the crawl wrote no report (exit code ${exit.code}): ${exit.stderr}`, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
