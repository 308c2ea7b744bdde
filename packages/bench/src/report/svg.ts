/**
 * What the charts are drawn with: SVG of a few elements, in colors that follow the reader's preference, or the site's where it is
 * part of a page (docs/.vitepress/theme/style.css defines the same variables). No text depends on a color alone.
 */

export const FONT_SIZE = 12.5;
/** About what a character of this size takes; nothing is measured here. */
const CHARACTER = 6.6;

const COLORS = {
  light: { text: "#1f2328", muted: "#59636e", line: "#d1d9e0", ours: "#0b7285", peer: "#7d8590", anchor: "#b35900" },
  dark: { text: "#e6edf3", muted: "#9ea7b3", line: "#3d444d", ours: "#3bc9db", peer: "#7d8590", anchor: "#f59f4c" },
} as const;

export type Color = keyof typeof COLORS.light;

/** The whole drawing. `says` is for those who do not see it. */
export function drawing(width: number, height: number, says: string, elements: readonly string[]): string {
  const label = escaped(says);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${round(height)}" width="${width}" role="img" aria-label="${label}" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}">
<style>${variables(COLORS.light)} @media (prefers-color-scheme: dark) { ${variables(COLORS.dark)} }</style>
${elements.join("\n")}
</svg>
`;
}

export interface TextOptions {
  readonly color?: Color;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: 400 | 600;
}

export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { color = "text", anchor = "start", weight = 400 } = options;
  const attributes = `${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${weight === 400 ? "" : ` font-weight="${weight}"`}`;
  return `<text x="${round(x)}" y="${round(y)}"${attributes} fill="${paint(color)}">${escaped(content)}</text>`;
}

export function bar(x: number, y: number, width: number, height: number, color: Color): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="2" fill="${paint(color)}"/>`;
}

/** A bar of one that is not compared: its outline. */
export function outline(x: number, y: number, width: number, height: number, color: Color): string {
  const inside = Math.max(width - 1, 0);
  return `<rect x="${round(x + 0.5)}" y="${round(y + 0.5)}" width="${round(inside)}" height="${height - 1}" rx="2" fill="none" stroke="${paint(color)}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, color: Color): string {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${paint(color)}"/>`;
}

export function dot(x: number, y: number, color: Color, says: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="4.5" fill="${paint(color)}"><title>${escaped(says)}</title></circle>`;
}

export function diamond(x: number, y: number, color: Color, says: string): string {
  const path = `M${round(x)} ${round(y - 5)}l5 5l-5 5l-5 -5z`;
  return `<path d="${path}" fill="${paint(color)}"><title>${escaped(says)}</title></path>`;
}

/** The lines that `content` takes within a width. */
export function wrapped(content: string, width: number): string[] {
  const limit = Math.floor(width / CHARACTER);
  const lines: string[] = [];
  for (const word of content.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function paint(color: Color): string {
  return `var(--chart-${color})`;
}

function variables(colors: Readonly<Record<Color, string>>): string {
  const all = Object.entries(colors).map(([name, value]) => `--chart-${name}: ${value};`);
  return `svg { ${all.join(" ")} }`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
