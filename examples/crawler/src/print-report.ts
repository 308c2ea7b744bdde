/** The report, for people. All text of it but the headings is a stranger's. */
import type { Ledger } from "@pneumatic/actors";
import Table from "cli-table3";
import { printable } from "./printable.ts";
import type { Report } from "./protocols.ts";

const LISTED = 15;
const STYLE = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};

/** The report as text, with the ledger of all messages. */
export function printReport(report: Report, ledger: Ledger): string {
  const { broken, failures, problems } = report;
  const sections = [
    overview(report),
    section(
      "Broken links and anchors",
      ["target", "missing", "times", "on"],
      broken.map(({ url, fragment, times, on }) => [
        path(url),
        fragment === undefined ? "page" : `#${fragment}`,
        String(times),
        on.map(path).join("\n"),
      ]),
    ),
    section(
      "Problems",
      ["page", "problem"],
      problems.map(({ url, problem }) => [path(url), problem]),
    ),
    section(
      "Restarts, and why",
      ["page", "cause"],
      failures.map(({ url, cause }) => [path(url), cause]),
    ),
    section(
      "Slowest pages",
      ["page", "ms", "bytes"],
      report.slowest.map(({ url, milliseconds, bytes }) => [path(url), milliseconds.toFixed(1), String(bytes)]),
    ),
    section(
      `Top terms of ${report.distinctTerms}`,
      ["term", "times", "pages"],
      report.terms.map(({ term, count, pages }) => [term, String(count), String(pages)]),
    ),
    section(
      "Messages",
      ["accepted", ...Object.keys(rows(ledger))],
      [[String(ledger.accepted), ...Object.values(rows(ledger))]],
    ),
  ];
  return sections.filter((text) => text !== "").join("\n\n");
}

function overview(report: Report): string {
  const { pages, words, bytes, seconds, links, linksLeftOut, broken, restarts, failures, interrupted } = report;
  const table = new Table(STYLE);
  table.push(
    { pages: `${pages} (${failures.length} failed)${interrupted ? ", interrupted" : ""}` },
    { words: String(words) },
    { bytes: String(bytes) },
    { seconds: `${seconds.toFixed(2)} (${Math.round(pages / seconds)} pages/s)` },
    {
      links: `${links.checked} checked, ${links.unchecked} not (other sites, or not fetched), ${linksLeftOut} left out`,
    },
    { broken: `${broken.length} targets` },
    { restarts: String(restarts) },
  );
  return table.toString();
}

function section(title: string, head: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const table = new Table({ head, ...STYLE });
  table.push(...rows.slice(0, LISTED).map((cells) => cells.map((text) => text.split("\n").map(printable).join("\n"))));
  const more = rows.length > LISTED ? `\n… and ${rows.length - LISTED} more` : "";
  return `${title}\n${table.toString()}${more}`;
}

function rows({ queued, inFlight, handled, panicked, expired, deadLettered }: Ledger): Record<string, string> {
  const counts = { queued, inFlight, handled, panicked, expired, ...deadLettered };
  return Object.fromEntries(Object.entries(counts).map(([term, count]) => [term, String(count)]));
}

function path(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
