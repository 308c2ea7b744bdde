/** The site is built of what is there, has no link that leads nowhere, and needs nothing from elsewhere when it is read. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesBelow, root } from "../../support/source-files.ts";

const site = mkdtempSync(join(tmpdir(), "site-"));
let problems: string;

beforeAll(async () => {
  const args = [join(root, "scripts", "site.mjs"), "--as-is", "--out", site];
  problems = await new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      resolve(error === null ? "" : stdout + stderr),
    );
  });
});

afterAll(() => rmSync(site, { recursive: true, force: true }));

function pages(): string[] {
  return readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html"));
}

function read(page: string): string {
  return readFileSync(join(site, page), "utf8");
}

describe("the site", () => {
  it("builds with its API reference, and the crawler finds no broken link", () => {
    expect(problems).toBe("");
  });

  it("has every page of the guide and every decision, and links to them from their neighbors", () => {
    for (const folder of ["guide", "decisions"]) {
      const written = filesBelow(`docs/${folder}`, ".md").filter(({ path }) => !path.endsWith("README.md"));
      const paths = written.map(({ path }) => path.replace(/^docs\//, "").replace(/\.md$/, ".html"));
      expect(paths.length).toBeGreaterThan(0);
      for (const path of paths) {
        expect(existsSync(join(site, path)), path).toBe(true);
        expect(read(paths[0]!), path).toContain(`href="/${path}"`);
      }
    }
  });

  it("shows on its first page what it is, the example of the README, and how fast it is", () => {
    const home = read("index.html");
    expect(home).toContain("Actors for Node, built on channels");
    expect(home).toMatch(/<code[^>]*>.*supervisor.*account/s);
    expect(home).toMatch(/<svg[^>]*class="chart"/);
  });

  it("has the charts of the benchmarks in their page, and none of them without its text", () => {
    const charts = [...read("benchmarks.html").matchAll(/<svg[^>]*class="chart"[^>]*aria-label="[^"]+"/g)];
    expect(charts.length).toBe(filesBelow("docs/charts", ".svg").length);
  });

  it("loads nothing from elsewhere", () => {
    const foreign = /<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:https?:)?\/\/[^"]*"/g;
    expect(pages().flatMap((page) => [...read(page).matchAll(foreign)].map(([tag]) => `${page}: ${tag}`))).toEqual([]);
    const styles = filesIn("assets", ".css").filter((css) => /url\(["']?(?:https?:)?\/\/|@import/.test(css));
    expect(styles).toEqual([]);
  });
});

function filesIn(folder: string, ending: string): string[] {
  const names = readdirSync(join(site, folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(join(site, folder, name), "utf8"));
}
