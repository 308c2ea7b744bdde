/**
 * How the actors of the crawler talk: one interface each, shared by all, while none imports another's code.
 *
 * A `Ticket` is an address of the frontier. Every page that is still to be done carries one, so the frontier lives exactly
 * as long as there is work: when the last ticket is dropped, it stops, and everything behind it follows.
 */
import type { Address } from "@pneumatic/actors";

export type Ticket = Address<Frontier>;

/** A page that somebody points to. */
export interface Link {
  /** Absolute, without fragment. */
  readonly url: string;
  readonly fragment: string;
  readonly text: string;
}

/** What a parser makes of a document. */
export interface Page {
  readonly title: string;
  readonly headings: readonly string[];
  readonly links: readonly Link[];
  /** Links that are not followed: too many on one page, too long, or with a password. */
  readonly linksLeftOut: number;
  /** Every `id`, and the `name` of every anchor; undefined when there are too many. */
  readonly anchors: readonly string[] | undefined;
  readonly words: number;
  /** How often each term occurs. */
  readonly terms: Readonly<Record<string, number>>;
}

/** How a request for a page ended. */
export interface Fetched {
  readonly url: string;
  /** The HTTP status, or undefined when there was no answer. */
  readonly status: number | undefined;
  readonly problem: string | undefined;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** What robots.txt says. */
export interface RobotsFile {
  readonly text: string;
  readonly problem: string | undefined;
  /** The server failed to say it. Then nothing is allowed, as RFC 9309 has it. */
  readonly isUnknown: boolean;
}

/** Decides what is fetched, and when. */
export interface Frontier {
  /** Links that were found on a page of `depth - 1`. The ticket is the one that page was fetched with. */
  found(payload: { readonly links: readonly Link[]; readonly depth: number; readonly ticket: Ticket }): void;
  /** Why a redirect must not be followed; undefined when it may be. */
  refusal(payload: { readonly url: string }): string | undefined;
  /** The time to be polite is over. */
  next(): void;
  /** The crawl has taken as long as it may. */
  timeUp(): void;
  /** Nothing more is fetched; what is under way is finished. */
  wrapUp(): void;
}

/** Gets a page, has it parsed, and hands on what is in it. */
export interface Fetcher {
  fetch(payload: { readonly url: string; readonly depth: number; readonly ticket: Ticket }): void;
  robots(payload: { readonly url: string }): RobotsFile;
}

/** Makes a page of HTML. */
export interface Parser {
  parse(payload: { readonly url: string; readonly html: string }): Page;
}

/** Knows how often each term occurs. */
export interface TextIndex {
  add(payload: { readonly terms: Readonly<Record<string, number>> }): void;
}

/** Knows which links lead nowhere. */
export interface LinkChecker {
  fetched(payload: { readonly url: string; readonly ok: boolean }): void;
  page(payload: Pick<Page, "anchors" | "links"> & { readonly url: string }): void;
}

/** Collects what the report says. */
export interface Reporter {
  fetched(payload: Fetched): void;
  parsed(payload: { readonly url: string; readonly page: Omit<Page, "links" | "anchors" | "terms"> }): void;
  failed(payload: { readonly url: string; readonly cause: string }): void;
  problem(payload: { readonly url: string; readonly problem: string }): void;
  progress(payload: { readonly queued: number; readonly restarts: number }): void;
  terms(payload: { readonly terms: readonly TermCount[]; readonly distinct: number }): void;
  links(payload: {
    readonly checked: number;
    readonly unchecked: number;
    /** Links for which there was no room. */
    readonly leftOut: number;
    readonly broken: readonly BrokenLink[];
  }): void;
  interrupted(): void;
  /** Time to show how far it is. */
  tick(): void;
}

export interface TermCount {
  readonly term: string;
  readonly count: number;
  readonly pages: number;
}

export interface BrokenLink {
  readonly url: string;
  /** Undefined when the page itself is missing. */
  readonly fragment: string | undefined;
  /** Some of the pages it is on. */
  readonly on: readonly string[];
  readonly times: number;
}

/** Everything the crawl found out. */
export interface Report {
  readonly pages: number;
  readonly words: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly links: { readonly checked: number; readonly unchecked: number };
  readonly linksLeftOut: number;
  readonly broken: readonly BrokenLink[];
  readonly failures: readonly { readonly url: string; readonly cause: string }[];
  readonly problems: readonly { readonly url: string; readonly problem: string }[];
  readonly slowest: readonly Fetched[];
  readonly terms: readonly TermCount[];
  readonly distinctTerms: number;
  readonly restarts: number;
}
