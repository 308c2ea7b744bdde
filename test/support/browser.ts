/**
 * A page of one module, run by whatever browser of the Chromium family is installed. The page tells the server that it came
 * from how it went; then the browser, which has a profile of its own, is killed.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { PATIENCE_MS } from "./patience.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** For a browser that is installed but does not work; a page takes about a second. */

/** The executable, or undefined when there is none. */
export function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = "" } = process.env;
  const onPath = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return [...(CHROME_PATH ? [CHROME_PATH] : []), ...onPath].find((path) => existsSync(path));
}

export interface Page {
  /** The module that runs; it passes what it has to say to `globalThis.report`. */
  readonly module: string;
  /** What modules import, by specifier: paths of the server. */
  readonly imports: Readonly<Record<string, string>>;
  /** The folders that are served, by the first part of the path. */
  readonly folders: Readonly<Record<string, string>>;
}

/** What the page reported. Rejects with the message of whatever it threw, or when it says nothing. */
export async function runPage(browser: string, page: Page): Promise<unknown> {
  const missing: string[] = [];
  const { promise, settle } = verdict();
  const server = createServer((request, response) => {
    if (request.method === "POST") void text(request).then(settle);
    answer(page, request, response, missing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const profile = mkdtempSync(join(tmpdir(), "browser-"));
  const child = launch(browser, profile, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  try {
    return await Promise.race([promise, failure(child)]);
  } catch (error) {
    if (missing.length > 0) throw new Error(`Not served: ${missing.join(", ")}`, { cause: error });
    throw error;
  } finally {
    await end(child, server);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function verdict(): { promise: Promise<unknown>; settle: (body: string) => void } {
  let settle!: (body: string) => void;
  const promise = new Promise<unknown>((resolve, reject) => {
    settle = (body) => {
      const { report, failure } = JSON.parse(body) as { report?: unknown; failure?: string };
      if (failure === undefined) resolve(report);
      else reject(new Error(`In the browser: ${failure}`));
    };
  });
  return { promise, settle };
}

function launch(browser: string, profile: string, url: string): ChildProcess {
  const flags = [
    "--headless",
    "--no-sandbox", // The sandbox refuses root, and nothing foreign runs here.
    "--disable-gpu",
    "--disable-dev-shm-usage", // Containers have little of it.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-pipe", // It ends when this pipe does, so that it cannot outlive a test run that is killed.
    `--user-data-dir=${profile}`,
  ];
  return spawn(browser, [...flags, url], {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    detached: true,
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
}

/** Rejects when the browser ends first. */
async function failure(child: ChildProcess): Promise<never> {
  const complaints = child.stderr === null ? "" : text(child.stderr);
  const [code, signal] = await once(child, "exit");
  const how = signal === "SIGKILL" ? `was killed after ${PATIENCE_MS} ms` : `ended (${signal ?? code})`;
  throw new Error(`The browser ${how} and the page had reported nothing. It said:\n${await complaints}`);
}

/** Its processes share a group and a pipe: when the pipe is closed, the last of them is gone and writes no more files. */
async function end(child: ChildProcess, server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  if (child.pid === undefined) return;
  const gone = child.stderr?.closed === true ? undefined : once(child, "close");
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // There is nobody left in the group.
  }
  await gone;
}

function answer(
  { module, imports, folders }: Page,
  request: IncomingMessage,
  response: ServerResponse,
  missing: string[],
) {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const reply = (status: number, type: string, body: string): void => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
  };
  if (pathname === "/") return reply(200, "text/html", html(module, imports));
  const [, first = "", ...rest] = pathname.split("/");
  const folder = folders[first];
  const file = folder === undefined ? undefined : join(folder, ...rest);
  if (file !== undefined && existsSync(file)) return reply(200, "text/javascript", readFileSync(file, "utf8"));
  if (request.method !== "POST" && pathname !== "/favicon.ico") missing.push(pathname);
  return reply(request.method === "POST" ? 204 : 404, "text/plain", "");
}

function html(module: string, imports: Page["imports"]): string {
  return `<!doctype html>
<meta charset="utf-8">
<script>
  const tell = (body) => fetch("/verdict", { method: "POST", body: JSON.stringify(body) });
  const say = (error) => String(error?.stack ?? error);
  globalThis.report = (report) => tell({ report });
  addEventListener("error", (e) => tell({ failure: e.message ? e.message + "\\n" + say(e.error) : "cannot load " + e.target.src }), true);
  addEventListener("unhandledrejection", (e) => tell({ failure: say(e.reason) }));
</script>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="${module}"></script>
`;
}
