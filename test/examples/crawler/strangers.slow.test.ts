/** What a stranger's website may do to a crawl, over real sockets: the crawl refuses it, or cuts it off, says so, and ends. */
import { symlinkSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CrawlReport } from "../../support/crawler.ts";
import { crawl, start } from "../../support/crawler.ts";
import { folderOf } from "../../support/folder.ts";

type Answer = string | ((response: ServerResponse, request: IncomingMessage) => void);

/** A website. What it does not have is not found; `*` is all that has no answer of its own. */
interface Site extends AsyncDisposable {
  readonly origin: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
}

const HTML = { "content-type": "text/html" };

async function siteOf(answers: Readonly<Record<string, Answer>>): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = String(request.url);
    asked.push(path);
    const answer = answers[path] ?? (path === "/robots.txt" ? undefined : answers["*"]);
    if (typeof answer === "function") answer(response, request);
    else response.writeHead(answer === undefined ? 404 : 200, HTML).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: close };
}

const links = (...to: string[]): string => to.map((href) => `<a href="${href}">x</a>`).join("\n");
const to =
  (location: string): Answer =>
  (response) =>
    response.writeHead(302, { location }).end();

function problems({ problems: all }: CrawlReport): Record<string, string> {
  return Object.fromEntries(all.map(({ url, problem }) => [new URL(url).pathname, problem]));
}

const crawlSite = ({ origin }: Site, ...args: string[]) => crawl([`${origin}/`, "--delay", "0", ...args]);

describe("sabotage", () => {
  const PAGE = `<meta name="sabotage" content="exit"><title>harmless</title>`;

  it("on a stranger's website is a page like any other", async () => {
    await using site = await siteOf({ "/": PAGE });
    const { code, report } = await crawlSite(site);
    expect([code, report.pages, report.restarts, report.failures]).toEqual([0, 1, 0, []]);
  });

  it("in a folder is one too, whatever else is asked for", async () => {
    using folder = folderOf({ "index.html": PAGE });
    const { report } = await crawl([folder.path, "--sabotage", "throw"]);
    expect([report.pages, report.failures.length]).toEqual([1, 3]);
    expect(report.failures.filter(({ cause }) => !cause.includes("makes its parser throw"))).toEqual([]);
  });
});

describe("a redirect", () => {
  it("to another site is reported, and nothing of it is requested", async () => {
    await using internal = await siteOf({ "*": "<title>secret</title>" });
    const { port } = new URL(internal.origin);
    const elsewhere = [
      `${internal.origin}/admin`,
      `//127.0.0.1:${port}/`,
      `http://localhost:${port}/`,
      `http://[::1]:${port}/`,
    ];
    const answers = elsewhere.map((location, n) => [`/${n}`, to(location)] as const);
    await using site = await siteOf({
      "/": links(...answers.map(([path]) => path)),
      ...Object.fromEntries(answers),
    });
    const { code, report } = await crawlSite(site);
    expect([code, internal.asked, report.pages, report.broken]).toEqual([0, [], 1, []]);
    expect(problems(report)).toEqual(
      Object.fromEntries(
        elsewhere.map((location, n) => {
          const { href } = new URL(location, site.origin);
          return [`/${n}`, `redirects to ${href}, which is another site`];
        }),
      ),
    );
  });

  it("of robots.txt to another site is reported, and the site has none", async () => {
    await using internal = await siteOf({ "*": "User-agent: *\nDisallow: /" });
    await using site = await siteOf({ "/": "x", "/robots.txt": to(`${internal.origin}/robots.txt`) });
    const { report } = await crawlSite(site);
    expect([internal.asked, report.pages]).toEqual([[], 1]);
    expect(problems(report)["/robots.txt"]).toContain("which is another site");
  });

  it("in a circle, without an end, or to where nobody can go, is a broken link", async () => {
    await using site = await siteOf({
      "/": links("/file", "/data", "/bad", "/nowhere", "/password", "/circle", "/chain0", "/long"),
      "/file": to("file:///etc/passwd"),
      "/data": to("data:text/html,<title>x</title>"),
      "/bad": to("http://[::1"),
      "/nowhere": (response) => response.writeHead(302).end(),
      "/password": (response, { headers }) =>
        response.writeHead(302, { location: `http://a:b@${headers.host}/` }).end(),
      "/circle": to("/circle"),
      "/long": to(`/${"a".repeat(3000)}`),
      "*": (response, { url }) => response.writeHead(302, { location: `/chain${Number(url?.slice(6)) + 1}` }).end(),
    });
    const { report } = await crawlSite(site);
    expect(problems(report)).toEqual({
      "/file": "redirects to something that is not on the web",
      "/data": "redirects to something that is not on the web",
      "/bad": "redirects to something that is no address",
      "/nowhere": "redirects, and does not say where to",
      "/password": "redirects to an address with a user name or a password",
      "/circle": "redirects more than 5 times",
      "/chain0": "redirects more than 5 times",
      "/long": "redirects to an address of more than 2000 characters",
    });
    expect(report.broken).toHaveLength(8);
    expect(site.asked.filter((path) => path.startsWith("/c"))).toHaveLength(12);
  });

  it("that stays on the site is followed, unless robots.txt disallows it", async () => {
    await using site = await siteOf({
      "/": links("/old#here", "/hidden"),
      "/old": to("/older"),
      "/older": to("/new"),
      "/new": `<p id="here">new</p>`,
      "/hidden": to("/private/"),
      "/robots.txt": "User-agent: *\nDisallow: /private/",
    });
    const { report } = await crawlSite(site);
    expect([report.pages, report.broken]).toEqual([2, []]);
    expect(site.asked).toContain("/new");
    expect(site.asked).not.toContain("/private/");
    expect(problems(report)).toEqual({
      "/hidden": `redirects to ${site.origin}/private/, which robots.txt disallows`,
    });
  });
});

describe("robots.txt", () => {
  it("delays the crawl for so long and no longer, and the report says so", async () => {
    await using site = await siteOf({ "/": links("/a"), "/a": "a", "/robots.txt": "User-agent: *\nCrawl-delay: 1e9" });
    const { report } = await crawlSite(site);
    expect(report.pages).toBe(2);
    expect(problems(report)).toEqual({ "/robots.txt": "Crawl-delay of 1000000000000 ms, cut to 5000 ms" });
  });

  it("is read up to a size, and its last line whole or not at all", async () => {
    await using site = await siteOf({
      "/": links("/a"),
      "/a": "a",
      "/robots.txt": (response) => {
        const line = "Disallow: /private\n";
        response.write(`User-agent: *\n${line.repeat(26_946)}`); // 511,988 of 512,000 bytes
        const more = setInterval(() => response.write("Disallow: /a-long-address\n".repeat(1000)), 1);
        response.on("close", () => clearInterval(more));
      },
    });
    const { report } = await crawlSite(site);
    expect(report.pages).toBe(2);
    expect(problems(report)).toEqual({ "/robots.txt": "cut off after 512000 bytes" });
  });

  it("that cannot be had allows nothing, so the crawl has failed and says why", async () => {
    await using site = await siteOf({ "/": "x", "/robots.txt": (response) => response.writeHead(503).end() });
    const { code, report, stderr } = await crawlSite(site);
    expect([code, report.pages]).toEqual([2, 0]);
    expect(problems(report)).toEqual({
      "/robots.txt": "HTTP 503, so nothing is fetched",
      "/": "the start is a page which robots.txt disallows",
    });
    expect(stderr).toContain("crawler: no page could be read");
  });

  it("with patterns that take for ever ends the crawl, and the report says so", async () => {
    const path = "/".padEnd(1900, "a");
    await using site = await siteOf({
      "/": links(...Array.from({ length: 2000 }, (_, n) => path + n)),
      "*": "x",
      "/robots.txt": `User-agent: *\n${`Disallow: /${"*a".repeat(1000)}b\n`.repeat(250)}`,
    });
    const { report } = await crawlSite(site);
    expect(problems(report)["/robots.txt"]).toBe("has rules that take too long, so nothing more is fetched");
  }, 60_000);
});

describe("a page", () => {
  it("is cut off by its size after decompression, and given up after a time", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, "x"));
    await using site = await siteOf({
      "/": links("/bomb", "/drip", "/flood", "/liar"),
      "/bomb": (response) => response.writeHead(200, { ...HTML, "content-encoding": "gzip" }).end(bomb),
      "/drip": (response) => {
        response.writeHead(200, HTML);
        const drip = setInterval(() => response.write("x"), 20);
        response.on("close", () => clearInterval(drip));
      },
      "/flood": (response) => {
        response.socket?.write("HTTP/1.1 200 OK\r\n");
        const flood = setInterval(() => response.socket?.write(`x: ${"y".repeat(1000)}\r\n`), 1);
        response.on("close", () => clearInterval(flood));
      },
      "/liar": (response) => response.writeHead(200, { ...HTML, "content-encoding": "gzip" }).end("plain"),
    });
    const { code, report } = await crawlSite(site, "--timeout", "500");
    expect(code).toBe(0);
    expect(problems(report)).toEqual({
      "/bomb": "cut off after 5000000 bytes",
      "/drip": "no answer within 500 ms",
      "/flood": "Headers Overflow Error",
      "/liar": "incorrect header check",
    });
  });

  it("cannot fill the memory with links to other sites and anchors, however many pages there are", async () => {
    const page = (n: number): string => {
      const other = (m: number) => `<a id=${n}-${m} href="http://${n}.test/${m}${"z".repeat(300)}">`;
      return links(`/${n + 1}`) + Array.from({ length: 9000 }, (_, m) => other(m)).join("");
    };
    await using site = await siteOf({
      "*": (response, { url }) => response.writeHead(200, HTML).end(page(Number(url?.slice(1)))),
    });
    const { code, report } = await crawl([`${site.origin}/`, "--delay", "0", "--max-pages", "30"], {
      node: ["--max-old-space-size=220"],
    });
    expect([code, report.pages]).toEqual([0, 30]);
    expect(report.linksLeftOut).toBeGreaterThan(0);
  }, 60_000);

  it("has no link with a password requested or shown", async () => {
    await using site = await siteOf({
      "/": (response, { headers }) => response.writeHead(200, HTML).end(links(`http://user:secret@${headers.host}/a`)),
      "*": "x",
    });
    const { report, stdout } = await crawlSite(site);
    expect([site.asked, report.linksLeftOut]).toEqual([["/robots.txt", "/"], 1]);
    expect(JSON.stringify(report) + stdout).not.toContain("secret");
  });
});

describe("a website without an end", () => {
  it("is given up after a number of pages, or a time", async () => {
    await using site = await siteOf({
      "*": (response, { url }) => response.writeHead(200, HTML).end(links(`.${url}x/`, `.${url}y/`)),
    });
    const { code, report } = await crawlSite(site, "--max-pages", "40");
    expect([code, report.pages]).toEqual([0, 40]);
  });
});

describe("a folder", () => {
  it("that leads out of itself has those pages missing", async () => {
    using outside = folderOf({ "secret.html": "<title>walrus</title>" });
    using folder = folderOf({ "index.html": links("link.html", "away/secret.html", ".//", "/%00", "/%") });
    symlinkSync(join(outside.path, "secret.html"), join(folder.path, "link.html"));
    symlinkSync(outside.path, join(folder.path, "away"));
    const { code, report, stdout } = await crawl([folder.path]);
    expect([code, report.pages]).toEqual([0, 1]);
    expect(problems(report)).toEqual(
      Object.fromEntries(["/link.html", "/away/secret.html", "//", "/%00", "/%"].map((path) => [path, "HTTP 404"])),
    );
    expect(stdout).not.toContain("walrus");
  });
});

describe("what is printed", () => {
  it("has no control character of a stranger's", async () => {
    const evil = "\u001b]0;pwned\u0007\u009b31m\u202e\u2028";
    await using site = await siteOf({
      "/": `<title>${evil}</title><h1 id="${evil}">${evil} walrus${evil}</h1>${links(`/${evil}`, `/#${evil}`, `http://${evil}/`)}`,
    });
    const { code, stdout, stderr, report } = await crawlSite(site);
    expect([code, report.pages]).toEqual([0, 1]);
    expect(stdout + stderr).toContain("walrus");
    expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

describe("the command line", () => {
  it.each([
    [["http://user:secret@site.invalid/"], "crawler: Cannot crawl an address with a user name or a password\n"],
    [["http://["], "crawler: Cannot crawl something that is no address\n"],
    [["--timeout", "99999999999"], 'crawler: --timeout takes a number from 0, not "99999999999"\n'],
    [["--max-minutes", "0"], 'crawler: --max-minutes takes a number from 1 to 10000, not "0"\n'],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await start(args);
    expect([code, stderr]).toEqual([2, message]);
  });
});
