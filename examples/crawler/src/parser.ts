/**
 * A parser: HTML in, the parts of a page out. It runs on a worker thread, which loads this module by its default export.
 * It keeps nothing between pages, so a restart costs nothing but the page that made it panic, or took the thread with it.
 */
import { implement } from "@pneumatic/actors";
import { Parser as HtmlParser } from "htmlparser2";
import { MAX_ANCHORS, MAX_HEADINGS, MAX_LINKS, MAX_OPEN, MAX_TEXT, MAX_URL } from "./limits.ts";
import type { Link, Page, Parser } from "./protocols.ts";
import { obeySabotage } from "./sabotage.ts";
import { countTerms } from "./terms.ts";
import { NO_ADDRESS, readAddress } from "./web-address.ts";

export interface ParserArgs {
  /** The pages that may harm it. What any other page says of sabotage is no order. */
  readonly sabotage: readonly string[];
}

const parser = implement<Parser>()({
  name: "parser",
  state: ({ sabotage }: ParserArgs) => new Set(sabotage),
  on: {
    parse: ({ state: sabotage }, { url, html }) => parsePage(url, html, sabotage.has(url)),
  },
});
export default parser;

/** Parses `html`, which was found at `url`. */
function parsePage(url: string, html: string, mayHarm: boolean): Page {
  const reader = new PageReader(url, mayHarm);
  const parser = new HtmlParser(reader, { decodeEntities: true });
  parser.write(html);
  parser.end();
  return reader.page();
}

/** Text that belongs together: the title, a heading, the text of a link. */
type Capture = { readonly tag: string; text: string; readonly done: (text: string) => void };

/** Listens to the parser; holds what is open, and what was found. */
class PageReader {
  readonly #mayHarm: boolean;
  #base: string;
  #title = "";
  readonly #headings: string[] = [];
  readonly #links: Link[] = [];
  readonly #anchors = new Set<string>();
  readonly #open: Capture[] = [];
  readonly #text: string[] = [];
  #linksLeftOut = 0;
  #unread = 0;

  constructor(url: string, mayHarm: boolean) {
    this.#base = url;
    this.#mayHarm = mayHarm;
  }

  onopentag(tag: string, attributes: Readonly<Record<string, string>>): void {
    const { id, name, href, content } = attributes;
    if (id) this.#addAnchor(id);
    if (tag === "a" && name) this.#addAnchor(name);
    if (tag === "meta" && name === "sabotage" && this.#mayHarm) obeySabotage(content);
    if (tag === "base" && href) this.#setBase(href);
    if (tag === "script" || tag === "style") this.#unread++;
    if (tag === "title" && this.#title === "") this.#capture(tag, (text) => (this.#title = text));
    if (/^h[1-6]$/.test(tag) && this.#headings.length < MAX_HEADINGS)
      this.#capture(tag, (text) => this.#headings.push(text));
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
      anchors: this.#anchors.size > MAX_ANCHORS ? undefined : [...this.#anchors],
      words,
      terms,
    };
  }

  /** One more than there may be is kept, to know that there are too many. One that no link can have is not. */
  #addAnchor(anchor: string): void {
    if (this.#anchors.size <= MAX_ANCHORS && anchor.length <= MAX_URL) this.#anchors.add(anchor);
  }

  #setBase(href: string): void {
    const base = readAddress(href, this.#base);
    if (base.ok) this.#base = base.value.href;
  }

  #capture(tag: string, done: (text: string) => void): void {
    if (this.#open.length === MAX_OPEN) this.#open.shift(); // never closed
    this.#open.push({ tag, text: "", done });
  }

  #openLink(tag: string, href: string): void {
    const target = this.#links.length < MAX_LINKS ? readAddress(href, this.#base) : undefined;
    if (!target?.ok) {
      if (target?.error !== NO_ADDRESS.notWeb) this.#linksLeftOut++; // `mailto:` is no link to a page
      return;
    }
    const [url = "", ...fragment] = target.value.href.split("#");
    const at = this.#links.push({ url, fragment: fragment.join("#"), text: "" }) - 1;
    this.#capture(tag, (text) => (this.#links[at] = { ...(this.#links[at] as Link), text }));
  }
}
