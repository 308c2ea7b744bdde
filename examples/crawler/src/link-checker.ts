/**
 * The link checker: compares every link with the page and the anchor it points to. It can tell only when all pages are in,
 * so it does when it stops. Of each target it keeps a count and a few of the pages it is on, however often it occurs; and
 * targets and anchors have so much room and no more.
 */
import type { Address } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { MAX_LINK_BYTES } from "./limits.ts";
import type { BrokenLink, Link, LinkChecker, Page, Reporter } from "./protocols.ts";

const PAGES_KEPT = 3;
/** What a target, a fragment and an anchor take beside their characters, about. */
const TARGET_BYTES = 1000;
const FRAGMENT_BYTES = 500;
const ANCHOR_BYTES = 100;

/** How often something is pointed to, and some of the pages that do. */
class Count {
  times = 0;
  readonly on = new Set<string>();

  add(page: string): void {
    this.times++;
    if (this.on.size < PAGES_KEPT) this.on.add(page);
  }
}

class Target extends Count {
  readonly fragments = new Map<string, Count>();
}

class Links {
  readonly reporter: Address<Pick<Reporter, "links">>;
  readonly #targets = new Map<string, Target>();
  readonly #fetched = new Map<string, boolean>();
  readonly #anchors = new Map<string, ReadonlySet<string>>();
  #room = MAX_LINK_BYTES;
  #leftOut = 0;

  constructor(reporter: Address<Pick<Reporter, "links">>) {
    this.reporter = reporter;
  }

  setFetched(url: string, ok: boolean): void {
    this.#fetched.set(url, ok);
  }

  addPage(url: string, { anchors, links }: Pick<Page, "anchors" | "links">): void {
    const bytes = anchors?.reduce((sum, { length }) => sum + length + ANCHOR_BYTES, 0);
    if (bytes !== undefined && this.#takeRoom(bytes)) this.#anchors.set(url, new Set(anchors));
    for (const link of links) this.#addLink(url, link);
  }

  /** Compares all links with all pages. Those to pages that were not fetched, on other sites for one, are unchecked. */
  check(): { checked: number; unchecked: number; leftOut: number; broken: BrokenLink[] } {
    let checked = 0;
    let unchecked = 0;
    const broken: BrokenLink[] = [];
    for (const [url, target] of this.#targets) {
      const ok = this.#fetched.get(url);
      if (ok === undefined) unchecked += target.times;
      else checked += target.times;
      if (ok === false) broken.push({ url, fragment: undefined, on: [...target.on], times: target.times });
      if (ok !== true) continue;
      for (const [fragment, { times, on }] of target.fragments) {
        if (!this.#hasAnchor(url, fragment)) broken.push({ url, fragment, on: [...on], times });
      }
    }
    broken.sort((a, b) => (a.url < b.url ? -1 : 1));
    return { checked, unchecked, leftOut: this.#leftOut, broken };
  }

  #addLink(page: string, { url, fragment }: Link): void {
    const target = this.#targets.get(url);
    const anchor = target?.fragments.get(fragment);
    const bytes = target === undefined ? url.length + TARGET_BYTES : fragment.length + FRAGMENT_BYTES;
    if (anchor === undefined && !this.#takeRoom(bytes)) {
      this.#leftOut++;
      return;
    }
    const [newTarget, newAnchor] = [target ?? new Target(), anchor ?? new Count()];
    this.#targets.set(url, newTarget);
    newTarget.fragments.set(fragment, newAnchor);
    newTarget.add(page);
    newAnchor.add(page);
  }

  #takeRoom(bytes: number): boolean {
    if (bytes > this.#room) return false;
    this.#room -= bytes;
    return true;
  }

  /** `#` and `#top` are the top of any page. What is no document, and what has too many anchors, has none to miss. */
  #hasAnchor(url: string, fragment: string): boolean {
    const anchors = this.#anchors.get(url);
    if (fragment === "" || fragment.toLowerCase() === "top" || anchors === undefined) return true;
    return anchors.has(fragment) || anchors.has(decoded(fragment));
  }
}

export const linkChecker = implement<LinkChecker>()({
  name: "links",
  state: ({ reporter }: { reporter: Address<Pick<Reporter, "links">> }) => new Links(reporter),
  on: {
    fetched: ({ state }, { url, ok }) => state.setFetched(url, ok),
    page: ({ state }, { url, ...page }) => state.addPage(url, page),
  },
  stopped: ({ state }) => state.reporter.send({ type: "links", ...state.check() }),
});

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
