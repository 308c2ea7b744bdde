/**
 * A fetcher: gets a page, has it parsed, and hands on what is in it. It awaits room in every mailbox it sends to, so
 * however many links a page has, nothing piles up; its own mailbox holds one page more than the one it is at.
 *
 * It follows a redirect only when the frontier says so, whom it reaches by the ticket of the page.
 *
 * A page that makes the parser panic costs that page: the ask rejects with the cause, which goes into the report.
 */
import type { Address } from "@pneumatic/actors";
import { ActorPanickedError, implement } from "@pneumatic/actors";
import type { DownloadLimits } from "./download.ts";
import { download } from "./download.ts";
import type { Fetcher, LinkChecker, Page, Parser, Reporter, TextIndex } from "./protocols.ts";
import { downloadRobots } from "./robots.ts";

export interface FetcherArgs {
  readonly limits: DownloadLimits;
  readonly parser: Address<Parser>;
  readonly index: Address<TextIndex>;
  readonly checker: Address<LinkChecker>;
  readonly reporter: Address<Reporter>;
}

const PARSE_TIMEOUT_MS = 30_000;
const UNLIMITED = { timeout: Number.POSITIVE_INFINITY };

export const fetcher = implement<Fetcher>()({
  name: "fetcher",
  state: (args: FetcherArgs) => args,
  on: {
    fetch: async ({ state, signal, log }, { url, depth, ticket }) => {
      let links: Page["links"] = [];
      try {
        const refuse = (target: string) => ticket.ask({ type: "refusal", url: target }, UNLIMITED);
        const { text, isHtml, finalUrl, ok, ...fetched } = await download(url, state.limits, signal, refuse);
        await state.reporter.send({ type: "fetched", ...fetched });
        await state.checker.send({ type: "fetched", url, ok });
        if (isHtml) links = await parse(state, url, finalUrl, text);
      } catch (error) {
        const panicked = error instanceof ActorPanickedError;
        const cause = String(panicked ? error.cause : error);
        log.debug({ url, cause }, "page failed");
        await state.reporter.send({ type: "failed", url, cause });
      } finally {
        ticket.tell({ type: "found", links, depth: depth + 1, ticket });
      }
    },
    robots: ({ state, signal }, { url }) => downloadRobots(url, state.limits, signal),
  },
});

/** Has a document parsed and hands on its parts; resolves to its links. */
async function parse(state: FetcherArgs, url: string, base: string, html: string): Promise<Page["links"]> {
  const page = await state.parser.ask({ type: "parse", url: base, html }, { timeout: PARSE_TIMEOUT_MS });
  const { links, anchors, terms, ...rest } = page;
  await state.reporter.send({ type: "parsed", url, page: rest });
  await state.index.send({ type: "add", terms });
  await state.checker.send({ type: "page", url, anchors, links });
  return links;
}
