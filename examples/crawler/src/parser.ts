/**
 * A parser: HTML in, the parts of a page out. It runs on a worker thread, which loads this module by its default export.
 * It keeps nothing between pages, so a restart costs nothing but the page that made it panic, or took the thread with it.
 */
import { implement } from "@pneumatic/actors";
import { Parser as HtmlParser } from "htmlparser2";
import type { Link, Page, Parser } from "./protocols.ts";
import { obeySabotage } from "./sabotage.ts";
import { countTerms } from "./terms.ts";

/** More links than this are counted, but not followed: a page cannot make the crawl grow without bound. */
const MAX_LINKS = 10_000;
const MAX_TEXT = 200;

const parser = implement<Parser>()({
  name: "parser",
  on: {
    parse: (_, { url, html }) => parsePage(url, html),
  },
});
export default parser;

/** Parses `html`, which was found at `url`. */
export function parsePage(url: string, html: string): Page {
  const reader = new PageReader(url);
  const parser = new HtmlParser(reader, { decodeEntities: true });
  parser.write(html);
  parser.end();
  return reader.page();
}

/** Text that belongs together: the title, a heading, the text of a link. */
type Capture = { readonly tag: string; text: string; readonly done: (text: string) => void };

/** Listens to the parser; holds what is open, and what was found. */
class PageReader {
  #base: string;
  #title = "";
  readonly #headings: string[] = [];
  readonly #links: Link[] = [];
  readonly #anchors = new Set<string>();
  readonly #open: Capture[] = [];
  readonly #text: string[] = [];
  #linksLeftOut = 0;
  #unread = 0;

  constructor(url: string) {
    this.#base = url;
  }

  onopentag(tag: string, attributes: Readonly<Record<string, string>>): void {
    const { id, name, href, content } = attributes;
    if (id) this.#anchors.add(id);
    if (tag === "a" && name) this.#anchors.add(name);
    if (tag === "meta" && name === "sabotage") obeySabotage(content);
    if (tag === "base" && href) this.#base = resolve(href, this.#base) ?? this.#base;
    if (tag === "script" || tag === "style") this.#unread++;
    if (tag === "title" && this.#title === "") this.#capture(tag, (text) => (this.#title = text));
    if (/^h[1-6]$/.test(tag)) this.#capture(tag, (text) => this.#headings.push(text));
    if (tag === "a" && href !== undefined) this.#openLink(tag, href);
  }

  ontext(text: string): void {
    if (this.#unread > 0) return;
    this.#text.push(text);
    for (const capture of this.#open) if (capture.text.length < MAX_TEXT) capture.text += text;
  }

  onclosetag(tag: string): void {
    if (tag === "script" || tag === "style") this.#unread--;
    const last = this.#open.at(-1);
    if (last?.tag !== tag) return;
    this.#open.pop();
    last.done(last.text.replace(/\s+/g, " ").trim().slice(0, MAX_TEXT));
  }

  page(): Page {
    const { words, terms } = countTerms(this.#text.join(" "));
    return {
      title: this.#title,
      headings: this.#headings,
      links: this.#links,
      linksLeftOut: this.#linksLeftOut,
      anchors: [...this.#anchors],
      words,
      terms,
    };
  }

  #capture(tag: string, done: (text: string) => void): void {
    this.#open.push({ tag, text: "", done });
  }

  #openLink(tag: string, href: string): void {
    if (this.#links.length >= MAX_LINKS) {
      this.#linksLeftOut++;
      return;
    }
    const target = resolve(href, this.#base);
    if (target === undefined) return;
    const [url = "", ...fragment] = target.split("#");
    const at = this.#links.push({ url, fragment: fragment.join("#"), text: "" }) - 1;
    this.#capture(tag, (text) => (this.#links[at] = { ...(this.#links[at] as Link), text }));
  }
}

/** An absolute web address; undefined for `mailto:` and everything else that cannot be fetched. */
function resolve(href: string, base: string): string | undefined {
  if (!URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
}
