/** What a stranger's page may cost the actors of the crawler, each of them alone: refused, cut off, or counted. */
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import type { TestSystem } from "@pneumatic/actors/testing";
import { testSystem } from "@pneumatic/actors/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openFile } from "../../../examples/crawler/src/files.ts";
import { frontier } from "../../../examples/crawler/src/frontier.ts";
import * as limits from "../../../examples/crawler/src/limits.ts";
import { linkChecker } from "../../../examples/crawler/src/link-checker.ts";
import parser from "../../../examples/crawler/src/parser.ts";
import { printable, printableJson } from "../../../examples/crawler/src/printable.ts";
import type { Fetcher, Page, Reporter } from "../../../examples/crawler/src/protocols.ts";
import { Rules } from "../../../examples/crawler/src/robots.ts";
import { textIndex } from "../../../examples/crawler/src/text-index.ts";
import { readAddress } from "../../../examples/crawler/src/web-address.ts";
import { folderOf } from "../../support/folder.ts";

const HOME = "http://site.test/";
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

const pass = (): void => {};

afterEach(() => vi.restoreAllMocks());

describe("an address in a link", () => {
  it.each([
    ["/page#here", `${HOME}page#here`],
    ["//other.test/x", "http://other.test/x"],
    ["mailto:a@b.test", "something that is not on the web"],
    ["javascript:alert(1)", "something that is not on the web"],
    ["file:///etc/passwd", "something that is not on the web"],
    ["data:text/html,x", "something that is not on the web"],
    ["http://[::1", "something that is no address"],
    ["http://user@site.test/", "an address with a user name or a password"],
    ["http://:secret@site.test/", "an address with a user name or a password"],
    [`/${"a".repeat(limits.MAX_URL)}`, "an address of more than 2000 characters"],
    [`/${"ä".repeat(400)}`, "an address of more than 2000 characters"],
    [`/${"a".repeat(limits.MAX_URL - HOME.length)}`, `${HOME}${"a".repeat(limits.MAX_URL - HOME.length)}`],
  ])("is read or refused (%#)", (text, read) => {
    const address = readAddress(text, HOME);
    expect(address.ok ? address.value.href : address.error).toBe(read);
  });
});

describe("a page", () => {
  async function parse(html: string): Promise<Page> {
    await using system = testSystem();
    using address = system.spawn(parser, { args: { sabotage: [`${HOME}other`] } });
    return address.ask({ type: "parse", url: HOME, html });
  }

  it("cannot order sabotage", async () => {
    const page = await parse(`<meta name="sabotage" content="throw"><title>harmless</title>`);
    expect(page.title).toBe("harmless");
  });

  it("has links up to a number, without those that are too long, malformed, or with a password", async () => {
    const bad = `<a href="/${"a".repeat(3000)}">1</a><a href="http://a:b@site.test/">2</a><a href="http://[">3</a>`;
    const mail = `<a href="mailto:a@b.test">mail</a>`;
    const few = await parse(`${bad}${mail}<a href="/x">good</a>`);
    expect([few.links, few.linksLeftOut]).toEqual([[{ url: `${HOME}x`, fragment: "", text: "good" }], 3]);
    const many = await parse("<a href=x>y</a>".repeat(limits.MAX_LINKS + 5));
    expect([many.links.length, many.linksLeftOut]).toEqual([limits.MAX_LINKS, 5]);
  });

  it("has as many anchors as there may be, or none is known", async () => {
    const anchored = (count: number) => parse(range(count).reduce((html, n) => `${html}<p id=${n}>`, ""));
    expect((await anchored(limits.MAX_ANCHORS)).anchors).toHaveLength(limits.MAX_ANCHORS);
    expect((await anchored(limits.MAX_ANCHORS + 1)).anchors).toBeUndefined();
  });

  it("has so many headings and terms, and all its words", async () => {
    const words = range(limits.MAX_TERMS + 100).map((n) => `w${n}`);
    const page = await parse(`${"<h1>big</h1>".repeat(limits.MAX_HEADINGS + 5)} ${words.join(" ")} w1 w1`);
    expect(page.headings).toHaveLength(limits.MAX_HEADINGS);
    expect(page.words).toBe(limits.MAX_HEADINGS + 5 + words.length + 2);
    expect(Object.keys(page.terms)).toHaveLength(limits.MAX_TERMS);
    expect(page.terms["w1"]).toBe(3);
  });

  it("cannot make each text be read once for every heading that is open", async () => {
    const page = await parse("<h1><b>text".repeat(limits.MAX_HEADINGS));
    expect(page.headings).toHaveLength(limits.MAX_OPEN);
  });
});

interface Told {
  links?: Parameters<Reporter["links"]>[0];
  terms?: Parameters<Reporter["terms"]>[0];
}

/** What an actor tells the reporter when it stops. */
async function told(use: (system: TestSystem, reporter: Address<Pick<Reporter, keyof Told>>) => void): Promise<Told> {
  await using system = testSystem();
  const got: Told = {};
  const ear = implement<Pick<Reporter, keyof Told>>()({
    on: {
      links: (_, links) => void Object.assign(got, { links }),
      terms: (_, terms) => void Object.assign(got, { terms }),
    },
  });
  use(system, system.spawn(ear));
  await system.settle();
  return got;
}

describe("the link checker", () => {
  it("has so much room for targets and no more, and says how many links it has left out", async () => {
    const PER_PAGE = 10_000;
    const PAGES = 15;
    const { links: report } = await told((system, reporter) => {
      using checker = system.spawn(linkChecker, { args: { reporter } });
      for (const page of range(PAGES)) {
        const links = range(PER_PAGE).map((n) => ({ url: `${HOME}${page}/${n}`, fragment: "", text: "" }));
        checker.tell({ type: "page", url: HOME, anchors: [], links });
      }
      checker.tell({ type: "fetched", url: `${HOME}0/1`, ok: false });
    });
    const { checked = 0, unchecked = 0, leftOut = 0, broken } = report ?? {};
    expect(unchecked + checked + leftOut).toBe(PER_PAGE * PAGES);
    expect(unchecked * 1000).toBeLessThan(limits.MAX_LINK_BYTES);
    expect(leftOut).toBeGreaterThan(0);
    expect(broken).toMatchObject([{ url: `${HOME}0/1` }]); // the first links are checked all the same
  });

  it("calls no anchor missing on a page whose anchors it does not know", async () => {
    const { links: report } = await told((system, reporter) => {
      using checker = system.spawn(linkChecker, { args: { reporter } });
      const links = ["a", "b"].map((page) => ({ url: HOME + page, fragment: "missing", text: "" }));
      checker.tell({ type: "page", url: `${HOME}a`, anchors: undefined, links });
      checker.tell({ type: "page", url: `${HOME}b`, anchors: ["found"], links: [] });
      for (const page of ["a", "b"]) checker.tell({ type: "fetched", url: HOME + page, ok: true });
    });
    expect(report?.broken).toMatchObject([{ url: `${HOME}b`, fragment: "missing" }]);
  });
});

describe("the index", () => {
  it("knows so many terms and no more, and counts those that it knows", async () => {
    const { terms: report } = await told((system, reporter) => {
      using index = system.spawn(textIndex, { args: { reporter } });
      const page = (of: number) => Object.fromEntries(range(10_000).map((n) => [`w${of}-${n}`, 1]));
      for (const n of range(limits.MAX_ALL_TERMS / 10_000 + 1)) index.tell({ type: "add", terms: page(n) });
      index.tell({ type: "add", terms: { "w0-0": 2, "w999-0": 9 } });
    });
    expect(report?.distinct).toBe(limits.MAX_ALL_TERMS);
    expect(report?.terms[0]).toEqual({ term: "w0-0", count: 3, pages: 2 });
  });
});

describe("robots.txt", () => {
  const rules = (text: string) => new Rules(`${HOME}robots.txt`, { text, problem: undefined, isUnknown: false }, "us");

  it.each([
    ["0", 0, []],
    ["-5", 0, []],
    ["soon", 0, []],
    ["2", 2000, []],
    ["5", 5000, []],
    ["5.1", 5000, ["Crawl-delay of 5100 ms, cut to 5000 ms"]],
    ["1e9", 5000, ["Crawl-delay of 1000000000000 ms, cut to 5000 ms"]],
    ["Infinity", 5000, ["Crawl-delay of Infinity ms, cut to 5000 ms"]],
  ])("may ask for a delay, up to a limit: %s", (seconds, delayMs, problems) => {
    const read = rules(`User-agent: *\nCrawl-delay: ${seconds}`);
    expect([read.delayMs, read.takeProblems()]).toEqual([delayMs, problems]);
  });

  it("allows nothing when nobody knows what it says", () => {
    const unknown = { text: "", problem: "HTTP 503", isUnknown: true };
    const read = new Rules(`${HOME}robots.txt`, unknown, "us");
    expect(read.allows(HOME)).toBe(false);
    expect(read.takeProblems()).toEqual(["HTTP 503, so nothing is fetched"]);
  });

  it("allows nothing more when its rules take too long, and says so once", () => {
    let now = 0;
    const TURN_MS = 100;
    vi.spyOn(performance, "now").mockImplementation(() => (now += TURN_MS));
    const read = rules("User-agent: *\nDisallow: /*a*a*a*a");
    const asked = range(100).map(() => read.allows(HOME));
    expect(asked.filter((allowed) => allowed)).toHaveLength(limits.MAX_RULES_MS / TURN_MS + 1);
    expect(read.takeProblems()).toEqual(["has rules that take too long, so nothing more is fetched"]);
    expect(read.takeProblems()).toEqual([]);
  });
});

describe("a website without an end", () => {
  it("is wrapped up after a time, and the report says so", async () => {
    await using system = testSystem();
    const PAGE_MS = 1000;
    const MAX_MS = 60_000;
    let pages = 0;
    const endless = implement<Fetcher>()({
      on: {
        fetch: async ({ sleep }, { depth, ticket }) => {
          await sleep(PAGE_MS);
          const links = [{ url: `${HOME}${++pages}`, fragment: "", text: "" }];
          ticket.tell({ type: "found", links, depth: depth + 1, ticket });
        },
        robots: () => ({ text: "", problem: undefined, isUnknown: false }),
      },
    });
    const said: object[] = [];
    const ear = implement<Reporter>()({
      on: {
        problem: (_, { url, problem }) => void said.push({ url, problem }),
        interrupted: () => void said.push({ interrupted: true }),
        ...{ fetched: pass, parsed: pass, failed: pass, progress: pass, terms: pass, links: pass, tick: pass },
      },
    });
    const fetchers = system.route(endless, { size: 1 });
    const parsers = system.route(parser, { size: 1, args: { sabotage: [] } });
    const limits = { origin: new URL(HOME).origin, maxDepth: 1e9, maxPages: 1e9, delayMs: 0, maxMs: MAX_MS };
    const owned = { fetchers, parsers, reporter: system.spawn(ear), site: undefined };
    const ticket = system.spawn(frontier, { args: { ...limits, userAgent: "us", ...owned } });
    const { exited } = ticket;
    ticket.tell({ type: "found", links: [{ url: HOME, fragment: "", text: "" }], depth: 0, ticket });
    await system.advance(MAX_MS + PAGE_MS);
    expect((await exited).kind).toBe("normal");
    expect(said).toEqual([{ url: HOME, problem: "not finished after 60 s" }, { interrupted: true }]);
    expect(pages).toBe(MAX_MS / PAGE_MS);
  });
});

describe("a folder", () => {
  it("serves its own files and no other, whatever links and paths say", async () => {
    using outside = folderOf({ "secret.html": "secret" });
    using folder = folderOf({ "index.html": "", "a b.html": "", "dir/x.txt": "" });
    symlinkSync(join(outside.path, "secret.html"), join(folder.path, "link.html"));
    symlinkSync(outside.path, join(folder.path, "away"));
    symlinkSync(join(folder.path, "index.html"), join(folder.path, "same.html"));
    execFileSync("mkfifo", [join(folder.path, "pipe.html")]);
    const up = `/../${outside.path.split("/").at(-1)}/secret.html`;
    const types: Record<string, string | undefined> = {};
    const paths = ["/index.html", "/a%20b.html", "/dir/x.txt", "/same.html"];
    const refused = ["/link.html", "/away/secret.html", up, up.replaceAll("/", "%2f"), "/dir", "/", "//index.html"];
    for (const path of [...paths, ...refused, "/pipe.html", "/%00", "/%", "/%E0%A4%A", "", "nothing"]) {
      const file = await openFile(folder.path, path);
      if (file !== undefined) types[path] = file.contentType;
      await file?.handle.close();
    }
    expect(types).toEqual({
      "/index.html": "text/html; charset=utf-8",
      "/a%20b.html": "text/html; charset=utf-8",
      "/dir/x.txt": "application/octet-stream",
      "/same.html": "text/html; charset=utf-8",
    });
  });
});

describe("text for a terminal", () => {
  const evil = "\u001b]0;title\u0007 \u009b31m \u202egnp.exe\u2066 a\u200bb\r\n\u2028\u{e0041}\ud800";

  it("has no control characters and is not too long", () => {
    expect(printable(evil)).toBe(
      "\\u001b]0;title\\u0007 \\u009b31m \\u202egnp.exe\\u2066 a\\u200bb\\u000d\\u000a\\u2028\\udb40\\udc41\\ud800",
    );
    expect(printable("grüß dich 👋")).toBe("grüß dich 👋");
    expect(printable("x".repeat(1000))).toBe(`${"x".repeat(limits.MAX_PRINTED)}…`);
  });

  it("is JSON of the same meaning", () => {
    const json = printableJson({ title: evil });
    expect(json).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?!\n)\p{Cc}/u);
    expect(JSON.parse(json)).toEqual({ title: evil });
  });
});
