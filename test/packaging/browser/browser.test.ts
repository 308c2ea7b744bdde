/** The built core in a real browser, as ES modules, served as they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findBrowser, runPage } from "../../support/browser.ts";
import { root } from "../../support/source-files.ts";

interface Check {
  readonly title: string;
}

const { checks } = (await import(new URL("checks.mjs", import.meta.url).href)) as { checks: readonly Check[] };
const browser = findBrowser();

/** The entries of core's manifest, as a browser without a bundler has to be told them. */
function imports(): Record<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8")) as {
    name: string;
    exports: Record<string, string | { default: string }>;
  };
  const entries = Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === "string" ? [] : [[name + entry.slice(1), `/core${target.default.slice(1)}`]],
  );
  return Object.fromEntries(entries);
}

if (browser === undefined) {
  console.warn(
    "NOT TESTED: @pneumatic/core in a browser, because none was found. Install one (apt-get install chromium), or set CHROME_PATH",
  );
}

describe.skipIf(browser === undefined)("in a browser", () => {
  let report: Record<string, string>;

  beforeAll(async () => {
    const folders = { core: join(root, "packages/core"), test: join(root, "test/packaging/browser") };
    report = (await runPage(browser ?? "", { module: "/test/main.mjs", imports: imports(), folders })) as typeof report;
  });

  it.each(checks)("$title", ({ title }) => {
    expect(report[title]).toBe("passed");
  });
});
