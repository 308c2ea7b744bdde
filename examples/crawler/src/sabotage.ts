/** Pages that harm whoever parses them, to see what that costs: `<meta name="sabotage" content="throw">`. */

export const SABOTAGE = ["throw", "exit", "oom", "hang"] as const;
export type Sabotage = (typeof SABOTAGE)[number];

/** How many pages of each kind are served. */
const PAGES_EACH = 3;

/** Does to the parser what the page says. */
export function obeySabotage(kind: string | undefined): void {
  switch (kind) {
    case "throw":
      throw new Error("sabotage: this page makes its parser throw");
    case "exit":
      process.exit(3);
      break;
    case "oom":
      for (let hoard: unknown; ; ) hoard = { hoard };
    case "hang":
      for (;;);
  }
}

/** Paths and documents of the pages that sabotage in these ways. */
export function sabotagePages(kinds: readonly Sabotage[]): Map<string, string> {
  const pages = new Map<string, string>();
  for (const kind of kinds) {
    for (let n = 1; n <= PAGES_EACH; n++) {
      const head = `<title>Sabotage: ${kind} ${n}</title><meta name="sabotage" content="${kind}">`;
      pages.set(`/sabotage/${kind}-${n}.html`, `<!doctype html><html><head>${head}</head><body>…</body></html>`);
    }
  }
  return pages;
}
