/**
 * robots.txt, read by a library (whose types promise a default export where its code has none). A stranger wrote it, so its
 * delay is capped, and so is the time that its patterns take: a few hundred kilobytes of wildcards keep a crawler busy for hours.
 */
import robotsParser from "robots-parser";
import type { DownloadLimits } from "./download.ts";
import { download } from "./download.ts";
import { MAX_CRAWL_DELAY_MS, MAX_ROBOTS_BYTES, MAX_RULES_MS, ROBOTS_TIMEOUT_MS } from "./limits.ts";
import type { RobotsFile } from "./protocols.ts";

type Robots = import("robots-parser").Robot;
const parseRobots = robotsParser as unknown as (url: string, text: string) => Robots;

/** Gets robots.txt. There is none when it redirects to another site. Of one that is too large it has the first lines. */
export async function downloadRobots(url: string, limits: DownloadLimits, signal: AbortSignal): Promise<RobotsFile> {
  const { origin } = new URL(url);
  const timeoutMs = Math.min(limits.timeoutMs, ROBOTS_TIMEOUT_MS);
  const { status, text, problem } = await download(
    url,
    { ...limits, timeoutMs, maxBytes: MAX_ROBOTS_BYTES, retries: 1 },
    signal,
    (target) => (new URL(target).origin === origin ? undefined : "which is another site"),
  );
  if (status === undefined || status >= 500) return { text: "", problem: problem ?? `HTTP ${status}`, isUnknown: true };
  const lines = problem === undefined ? text : text.slice(0, text.lastIndexOf("\n") + 1);
  return { text: status === 200 ? lines : "", problem, isUnknown: false };
}

/** What robots.txt allows. */
export class Rules {
  /** Between two requests. */
  readonly delayMs: number;
  readonly #robots: Robots;
  readonly #userAgent: string;
  readonly #problems: string[] = [];
  #allowsNothing: boolean;
  #addresses = 0;
  #spentMs = 0;

  constructor(url: string, { text, problem, isUnknown }: RobotsFile, userAgent: string) {
    this.#robots = parseRobots(url, text);
    this.#userAgent = userAgent;
    this.#allowsNothing = isUnknown;
    if (problem !== undefined) this.#problems.push(isUnknown ? `${problem}, so nothing is fetched` : problem);
    const askedMs = Math.max(0, this.#robots.getCrawlDelay(userAgent) ?? 0) * 1000;
    this.delayMs = Math.min(askedMs, MAX_CRAWL_DELAY_MS);
    if (askedMs > this.delayMs) this.#problems.push(`Crawl-delay of ${askedMs} ms, cut to ${this.delayMs} ms`);
  }

  allows(url: string): boolean {
    if (this.#allowsNothing) return false;
    const begin = performance.now();
    const isAllowed = this.#robots.isAllowed(url, this.#userAgent) !== false;
    this.#spentMs += performance.now() - begin;
    this.#addresses++;
    if (this.#spentMs > MAX_RULES_MS && this.#spentMs > this.#addresses) {
      this.#allowsNothing = true;
      this.#problems.push("has rules that take too long, so nothing more is fetched");
    }
    return isAllowed;
  }

  /** What there is to report since the last time. */
  takeProblems(): string[] {
    return this.#problems.splice(0);
  }
}
