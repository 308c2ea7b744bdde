/** Every link from one page of the documentation to another, or to a file or a section, leads somewhere. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, root } from "../../support/source-files.ts";

const pages = ["packages", "docs", "examples"]
  .flatMap((folder) => filesBelow(folder, ".md"))
  .concat(filesBelow("", ".md").filter(({ path }) => !path.includes("/")));

/** The anchors that GitHub makes of the headings of a page. */
function anchors(text: string): string[] {
  const prose = text.replace(/^```.*?^```/gms, "");
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

function brokenLinks({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const prose = text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, "code");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^(?:\w+:|\/)/.test(link)) return false; // elsewhere, or on the site, which has a test of its own
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? join(root, path) : join(root, dirname(path), file);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchors(readFileSync(target, "utf8")).includes(anchor);
  });
}

describe("the links of the documentation", () => {
  it.each(pages)("lead somewhere: $path", (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each([
    { guide: "channels.md", from: ["README.md", "packages/core/README.md"] },
    ...["getting-started", "protocols", "supervision", "ownership", "back-pressure", "operating"].map((page) => ({
      guide: `${page}.md`,
      from: ["README.md", "packages/actors/README.md"],
    })),
    { guide: "runtimes.md", from: ["README.md", "packages/core/README.md", "packages/actors/README.md"] },
    { guide: "testing.md", from: ["README.md", "packages/actors/README.md"] },
    { guide: "threads.md", from: ["README.md", "packages/actors/README.md"] },
  ])("reach the guide from the first page and from the package: $guide", ({ guide: name, from }) => {
    const guide = join(root, "docs/guide", name);
    for (const path of from) {
      const link = relative(dirname(join(root, path)), guide);
      expect(pages.find((page) => page.path === path)?.text).toContain(`](${link})`);
    }
  });
});
