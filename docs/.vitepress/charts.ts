/** The charts of the benchmarks become part of their page, and so follow the colors that its reader has chosen. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MarkdownRenderer } from "vitepress";

export function inlineCharts(md: MarkdownRenderer): void {
  const image = md.renderer.rules.image!;
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const source = String(tokens[index]?.attrGet("src"));
    if (!/^(?:\.\/)?charts\/.*\.svg$/.test(source)) return image(tokens, index, options, env, self);
    const svg = readFileSync(join(dirname(env.realPath ?? env.path), source), "utf8");
    return svg
      .replace(/<style>.*?<\/style>\n/s, "")
      .replace("<svg ", '<svg class="chart" ')
      .trim();
  };
}
