/** The site: its pages are the Markdown of this folder, and the API reference that TypeDoc has put beside it (docs/api). */
import { defineConfig } from "vitepress";
import { inlineCharts } from "./charts.ts";
import { diagrams } from "./diagrams.ts";
import { anchorOf, linksToSource, RENAMED } from "./links.ts";
import { decisionPages, guidePages, referencePages } from "./sidebar.ts";

export default defineConfig({
  title: "Pneumatic",
  description: "Actors for Node, built on channels",
  lang: "en",
  rewrites: RENAMED,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => {
      md.use(linksToSource).use(inlineCharts).use(diagrams);
    },
  },
  // Mermaid is one file of 2.5 MB, and comes with pages that have a diagram.
  vite: { build: { chunkSizeWarningLimit: 3000 } },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: guidePages()[0]?.link ?? "/", activeMatch: "^/guide/" },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
      { text: "Benchmarks", link: "/benchmarks" },
      { text: "Inside", link: "/architecture", activeMatch: "^/(architecture|behaviours|decisions)" },
    ],
    sidebar: {
      "/guide/": guidePages(),
      ...referencePages(),
      "/": [
        { text: "Architecture", link: "/architecture" },
        { text: "Behaviours of channels", link: "/behaviours" },
        { text: "Benchmarks", link: "/benchmarks" },
        { text: "Decisions", link: "/decisions/", items: decisionPages() },
      ],
    },
  },
});
