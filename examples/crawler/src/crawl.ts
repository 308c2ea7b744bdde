/**
 * The crawl, put together. Everything is spawned here, and every address is handed to the one actor that owns it from then
 * on; nothing is kept. So nothing has to be told to stop:
 *
 *     last ticket dropped ─► frontier stops ─► drops fetchers and site ─► these stop ─► drop parsers, index, checker
 *                                                              ─► index and checker report ─► reporter stops ─► report
 */
import type { ActorSystem, ChildOptions, WeakAddress } from "@pneumatic/actors";
import { bounded, onThread } from "@pneumatic/actors";
import type { Receiver } from "@pneumatic/core";
import { channel } from "@pneumatic/core";
import type { DownloadLimits } from "./download.ts";
import { fetcher } from "./fetcher.ts";
import { frontier } from "./frontier.ts";
import { linkChecker } from "./link-checker.ts";
import type parser from "./parser.ts";
import type { Frontier, Report } from "./protocols.ts";
import { reporter } from "./reporter.ts";
import { textIndex } from "./text-index.ts";

const parserOnThread = onThread<typeof parser>(new URL("./parser.js", import.meta.url));

/** A thread for each parser, with memory for any sane page; and short waits when one page after the other is poison. */
const parsing = {
  thread: "dedicated",
  resourceLimits: { maxOldGenerationSizeMb: 128 },
  mailbox: bounded(2),
  backoff: { initialMs: 5, maxMs: 50 },
} satisfies ChildOptions;

export interface CrawlOptions {
  /** Where to begin, all of one origin. */
  readonly start: readonly string[];
  /** What serves them, if it is to end with the crawl. */
  readonly site?: Disposable | undefined;
  readonly maxDepth: number;
  readonly maxPages: number;
  readonly delayMs: number;
  /** How long it may take; what is under way then is finished. */
  readonly maxMs: number;
  /** The pages that may harm their parser. */
  readonly sabotage: readonly string[];
  readonly fetchers: number;
  readonly parsers: number;
  readonly limits: DownloadLimits;
  readonly show: (line: string) => void;
  readonly showEveryMs: number;
}

/** Begins a crawl. The receiver gets the report when it is over; the address is for whoever wants it over sooner. */
export function crawl(system: ActorSystem, options: CrawlOptions): [Receiver<Report>, WeakAddress<Frontier>] {
  const [report, reports] = channel<Report>();
  const origin = new URL(options.start[0] ?? "").origin;
  const { limits, show, showEveryMs: everyMs, maxDepth, maxPages, delayMs, maxMs, sabotage, site } = options;

  using reporting = system.spawn(reporter, {
    name: "reporter",
    args: { report, show, everyMs },
    mailbox: bounded(256),
  });
  using index = system.spawn(textIndex, { name: "index", args: { reporter: reporting.clone() }, mailbox: bounded(16) });
  using checker = system.spawn(linkChecker, {
    name: "links",
    args: { reporter: reporting.clone() },
    mailbox: bounded(16),
  });

  // A page that harms its parser comes back as the failure of that page; the parser is there again for the next one.
  const pool = { strategy: "least_loaded", intensity: { restarts: 1000, withinMs: 1000 } } as const;
  using parsers = system.route(parserOnThread, {
    name: "parsers",
    size: options.parsers,
    args: { sabotage },
    ...pool,
    ...parsing,
  });
  const handOnTo = { index: index.clone(), checker: checker.clone(), reporter: reporting.clone() };
  const fetchers = system.route(fetcher, {
    name: "fetchers",
    size: options.fetchers,
    args: { limits, parser: parsers.clone(), ...handOnTo },
    mailbox: bounded(1),
    ...pool,
  });

  const owned = { fetchers, parsers: parsers.clone(), site, reporter: reporting.clone() };
  const args = { origin, maxDepth, maxPages, delayMs, maxMs, userAgent: limits.userAgent, ...owned };
  const ticket = system.spawn(frontier, { name: "frontier", args });
  const control = ticket.downgrade();
  const links = options.start.map((url) => ({ url, fragment: "", text: "" }));
  ticket.tell({ type: "found", links, depth: 0, ticket });
  return [reports, control];
}
