/**
 * A large crawl whose parsers lose their threads at random moments: every page is in the report exactly once, parsed or named as
 * what a lost thread was at, and memory stays under its ceiling.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { crawl } from "../../support/crawler.ts";
import { folderOf } from "../../support/folder.ts";

const PAGES = 2000;
const CEILING = ["--max-old-space-size=128"];
const chaos = join(fileURLToPath(new URL("../../support/", import.meta.url)), "thread-chaos.mjs");

/** A folder without an index page, so that every page is found on the first one. */
function largeSite(): Record<string, string> {
  const prose = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(120);
  const page = (n: number): string => {
    const links = [n * 2 + 1, n * 2 + 2, n * 31].map((to) => `<a href="page-${to % PAGES}.html#here">next</a>`);
    return `<title>Page ${n}</title><h1 id="here">Page ${n}</h1><p>${prose}</p>${links.join(" ")}`;
  };
  return Object.fromEntries(Array.from({ length: PAGES }, (_, n) => [`page-${n}.html`, page(n)]));
}

describe("a crawl of 2,000 pages", () => {
  it("reports each of them once, within its memory", async () => {
    using site = folderOf(largeSite());
    const { code, report } = await crawl([site.path], { node: CEILING });
    expect(code).toBe(0);
    expect(report.pages).toBe(PAGES + 1);
    expect(report).toMatchObject({ broken: [], failures: [], problems: [], restarts: 0 });
  });

  it("loses at most the page that a terminated thread was at, and names it", async () => {
    using site = folderOf(largeSite());
    const { code, report } = await crawl([site.path], { node: [...CEILING, "--import", chaos] });
    const named = new Set(report.failures.map(({ url }) => url));
    expect(code).toBe(0);
    expect(report.restarts).toBeGreaterThan(10);
    expect(report.pages + named.size).toBe(PAGES + 1);
    expect(named.size).toBe(report.failures.length);
    expect(named.size).toBeLessThanOrEqual(report.restarts);
    for (const { cause } of report.failures) expect(cause).toContain("The thread was lost (exit)");
    expect(report.broken).toEqual([]);
  });
});
