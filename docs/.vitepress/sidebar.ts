/** What stands at the side of the pages, from the pages that are there: a new page of the guide needs no entry. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DefaultTheme } from "vitepress";

type Item = DefaultTheme.SidebarItem;

const DOCS = fileURLToPath(new URL("..", import.meta.url));

/** In the order in which they are best read; others follow. */
const READING_ORDER = [
  "getting-started",
  "channels",
  "protocols",
  "supervision",
  "ownership",
  "back-pressure",
  "threads",
  "isolation",
  "loading-workers",
  "testing",
  "operating",
];

export function guidePages(): Item[] {
  const rank = ({ name }: Page): number => {
    const place = READING_ORDER.indexOf(name);
    return place < 0 ? READING_ORDER.length : place;
  };
  const guide = pagesIn("guide").sort((a, b) => rank(a) - rank(b));
  const migration = pagesIn("guide/migration");
  return [
    ...guide.map(itemOf),
    ...(migration.length === 0 ? [] : [{ text: "Coming from", items: migration.map(itemOf) }]),
  ];
}

export function decisionPages(): Item[] {
  return pagesIn("decisions")
    .filter(({ name }) => name !== "README")
    .map(itemOf);
}

/**
 * By path: the modules of the packages, named as they are imported, of which the one that the page belongs to is open. Empty
 * before the reference is written.
 */
export function referencePages(): Record<string, Item[]> {
  const file = join(DOCS, "api", "typedoc-sidebar.json");
  const packages: Item[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  const modules = packages.flatMap(({ text: name, items = [] }) =>
    items.map((module) => ({ ...module, text: module.text === "index" ? `${name}` : `${name}/${module.text}` })),
  );
  const closed = modules.map(({ text, link }): Item => ({ text, link: `${link}` }));
  const opened = modules.map((module, n) => [`${module.link}`, closed.with(n, module)] as const);
  return Object.fromEntries([...opened, ["/api/", closed] as const]);
}

interface Page {
  readonly name: string;
  readonly title: string;
  readonly link: string;
}

function pagesIn(folder: string): Page[] {
  const path = join(DOCS, folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path).filter((file) => file.endsWith(".md"));
  return files.sort().map((file) => {
    const name = file.slice(0, -".md".length);
    const [, title = name] = /^# (.+)$/m.exec(readFileSync(join(path, file), "utf8")) ?? [];
    return { name, title: title.replace(/[`*]/g, ""), link: `/${folder}/${name}` };
  });
}

function itemOf({ title, link }: Page): Item {
  return { text: title, link };
}
