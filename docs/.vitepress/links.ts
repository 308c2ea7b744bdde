/**
 * Links are written for the repository, and lead to the same on the site. One to a file that is no page, as to a program among the
 * examples, leads to it in the repository that the packages name, and is text where they name none; one to a README leads
 * to the first page, or to the reference of the package.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { MarkdownRenderer } from "vitepress";

const DOCS = fileURLToPath(new URL("..", import.meta.url));
const ROOT = dirname(dirname(fileURLToPath(new URL(".", import.meta.url))));

/** Pages whose names on the site are others than in the repository. */
export const RENAMED: Readonly<Record<string, string>> = {
  "ARCHITECTURE.md": "architecture.md",
  "decisions/README.md": "decisions/index.md",
};

/** The anchor of a heading, as GitHub makes it, so that a link leads to it here and there. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

export function linksToSource(md: MarkdownRenderer): void {
  md.core.ruler.push("links-to-source", ({ tokens, env }) => {
    for (const token of tokens) {
      const open: boolean[] = [];
      for (const child of token.children ?? []) {
        if (child.type === "link_open") {
          const href = placeOf(String(child.attrGet("href")), env.realPath ?? env.path);
          open.push(href !== undefined);
          if (href === undefined) child.tag = "span";
          else child.attrSet("href", href);
          if (href === undefined) child.attrs = null;
        } else if (child.type === "link_close" && open.pop() === false) child.tag = "span";
      }
    }
  });
}

/** Where a link of a page leads to on the site; undefined when that is nowhere. */
function placeOf(href: string, page: string): string | undefined {
  if (/^(\w+:|\/|#)/.test(href)) return href;
  const [path = "", anchor] = decodeURI(href).split("#");
  const target = join(dirname(page), path);
  const inDocs = relative(DOCS, target).split(sep).join("/");
  const section = anchor === undefined ? "" : `#${anchor}`;
  if (RENAMED[inDocs] !== undefined) return `/${RENAMED[inDocs]}${section}`;
  if (!inDocs.startsWith("..") && (path.endsWith(".md") || !existsSync(target))) return href;
  const inRoot = relative(ROOT, target).split(sep).join("/");
  if (inRoot === "README.md") return "/";
  const [, packageName] = /^packages\/(core|actors)(?:\/README\.md)?$/.exec(inRoot) ?? [];
  if (packageName !== undefined) return `/api/@pneumatic/${packageName}/`;
  const repository = repositoryUrl();
  return repository && `${repository}/blob/main/${inRoot}${section}`;
}

/** As the manifest of core has it; undefined as long as it has none. */
function repositoryUrl(): string | undefined {
  const manifest: { repository?: string | { url: string } } = JSON.parse(
    readFileSync(join(ROOT, "packages/core/package.json"), "utf8"),
  );
  const url = typeof manifest.repository === "string" ? manifest.repository : manifest.repository?.url;
  return url?.replace(/^git\+/, "").replace(/\.git$/, "");
}
