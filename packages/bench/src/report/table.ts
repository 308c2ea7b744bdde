/** A table in Markdown. */

/** Contents are taken as they are, but for what would end a cell or be markup of a page. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`).join("\n");
}

function escaped(cell: string): string {
  return cell.replace(/[|<{]/g, "\\$&").replace(/\s+/g, " ");
}
