/** Every diagram of the documentation is one that Mermaid draws, in the browser for which the site loads it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findBrowser, runPage } from "../../support/browser.ts";
import { filesBelow, root } from "../../support/source-files.ts";

const browser = findBrowser();
const mermaid = createRequire(join(root, "docs", "package.json")).resolve("@mermaid-js/tiny");

const diagrams = filesBelow("docs", ".md").flatMap(({ path, text }) =>
  [...text.matchAll(/^```mermaid\n(.*?)^```/gms)].map(([, code], n) => ({ title: `${path} #${n + 1}`, code })),
);

const MAIN = `
  const script = Object.assign(document.createElement("script"), { src: "/mermaid/mermaid.tiny.js" });
  document.head.append(script);
  await new Promise((resolve) => script.addEventListener("load", resolve));
  const { diagrams } = await import("/page/diagrams.mjs");
  mermaid.initialize({ startOnLoad: false, suppressErrorRendering: true });
  const report = {};
  for (const [n, { title, code }] of diagrams.entries()) {
    report[title] = await mermaid.render("d" + n, code).then(({ svg }) => svg.startsWith("<svg"), String);
  }
  globalThis.report(report);
`;

if (browser === undefined) {
  console.warn(
    "NOT TESTED: the diagrams of the documentation, because no browser was found. Install one (apt-get install chromium), or set CHROME_PATH",
  );
}

test.skipIf(browser === undefined)("Mermaid draws every diagram of the documentation", async () => {
  const page = mkdtempSync(join(tmpdir(), "diagrams-"));
  try {
    writeFileSync(join(page, "main.mjs"), MAIN);
    writeFileSync(join(page, "diagrams.mjs"), `export const diagrams = ${JSON.stringify(diagrams)};`);
    const folders = { page, mermaid: dirname(mermaid) };
    const report = await runPage(browser ?? "", { module: "/page/main.mjs", imports: {}, folders });
    expect(report).toEqual(Object.fromEntries(diagrams.map(({ title }) => [title, true])));
  } finally {
    rmSync(page, { recursive: true, force: true });
  }
});
