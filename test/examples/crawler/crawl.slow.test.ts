/** The crawler keeps what its README says, on sites made for each promise. Every run ends by itself, or the test does not. */
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { CrawlReport } from "../../support/crawler.ts";
import { crawl, start } from "../../support/crawler.ts";
import { folderOf } from "../../support/folder.ts";

const PAGES = 60;

/** A site of pages in a ring with chords, one missing page and one missing anchor. */
function ring(): Record<string, string> {
  const page = (n: number): string => `<!doctype html><title>Page ${n}</title><h1 id="top-${n}">Page ${n}</h1>
    <a href="page-${(n + 1) % PAGES}.html">next</a> <a href="page-${(n * 7) % PAGES}.html#top-${(n * 7) % PAGES}">far</a>
    ${n === 3 ? '<a href="gone.html">gone</a> <a href="page-4.html#nowhere">nowhere</a>' : ""}
    <a href="mailto:a@b.c">mail</a> <a href="https://elsewhere.invalid/">elsewhere</a> walrus`;
  const pages = Object.fromEntries(Array.from({ length: PAGES }, (_, n) => [`page-${n}.html`, page(n)]));
  return { ...pages, "index.html": `<title>Start</title><a href="page-0.html">begin</a>` };
}

function balance({ ledger }: CrawlReport): number {
  const { accepted = 0, queued = 0, inFlight = 0, handled = 0, panicked = 0, expired = 0, deadLettered } = ledger;
  const dead = Object.values(deadLettered).reduce((sum, count) => sum + count, 0);
  return accepted - queued - inFlight - handled - panicked - expired - dead;
}

/** The dead letters, without the ticks that come while the reporter drains: they are counted, and nothing is lost with them. */
function lost({ ledger: { deadLettered } }: CrawlReport): object {
  const { draining: _, ...others } = deadLettered as Record<string, number>;
  return others;
}

async function serve(listener: Parameters<typeof createServer>[1]): Promise<Server & { readonly origin: string }> {
  const server = createServer(listener as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(server, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

const html = { "content-type": "text/html" };
const path = ({ url }: { readonly url: string }): string => new URL(url).pathname;

describe("a crawl", () => {
  it("reports every page once, with every broken link and anchor, and exits by itself", async () => {
    using site = folderOf(ring());
    const { code, report, stdout } = await crawl([site.path]);
    expect(code).toBe(0);
    expect(report.pages).toBe(PAGES + 1);
    expect(report.broken.map((link) => [path(link), link.fragment ?? null])).toEqual([
      ["/gone.html", null],
      ["/page-4.html", "nowhere"],
    ]);
    expect(report.links.unchecked).toBe(PAGES);
    expect(balance(report)).toBe(0);
    expect(lost(report)).toEqual({});
    expect(stdout).toContain("walrus");
  });

  it("loses only the pages that make their parser throw, exit, run out of memory or hang", async () => {
    using site = folderOf(ring());
    const { code, report, stdout } = await crawl([site.path, "--sabotage", "throw,exit,oom,hang"], {
      node: ["--max-old-space-size=160"],
    });
    expect(code).toBe(0);
    expect(report.pages).toBe(PAGES + 1);
    const causes = new Map(report.failures.map((failed) => [path(failed).replace(/-\d\.html$/, ""), failed.cause]));
    expect(report.failures).toHaveLength(12);
    expect(causes.get("/sabotage/throw")).toContain("makes its parser throw");
    expect(causes.get("/sabotage/exit")).toContain("it exited with code 3");
    expect(causes.get("/sabotage/oom")).toContain("(outOfMemory)");
    expect(causes.get("/sabotage/hang")).toContain("(hung)");
    expect(report.restarts).toBe(12);
    expect(report.ledger["panicked"]).toBe(12);
    expect(balance(report)).toBe(0);
    expect(stdout).toContain("/sabotage/hang-2.html");
  });

  it("exits with code 1 when links are broken and --strict was given, and with 0 when none is", async () => {
    using site = folderOf(ring());
    using sound = folderOf({ "index.html": `<title>Sound</title><a href="#top">up</a>` });
    expect((await crawl([site.path, "--strict"])).code).toBe(1);
    expect((await crawl([sound.path, "--strict"])).code).toBe(0);
  });

  it("goes as deep as it may, and takes as many pages as it may", async () => {
    using site = folderOf(ring());
    expect((await crawl([site.path, "--depth", "0"])).report.pages).toBe(1);
    expect((await crawl([site.path, "--depth", "1"])).report.pages).toBe(2);
    expect((await crawl([site.path, "--max-pages", "7"])).report.pages).toBe(7);
  });

  it("crawls the documentation of npm when nothing else is named", async () => {
    const { code, report } = await crawl([]);
    expect(code).toBe(0);
    expect(report.pages).toBeGreaterThan(80);
    expect(balance(report)).toBe(0);
  });

  it("heeds robots.txt", async () => {
    const asked: string[] = [];
    const server = await serve((request, response) => {
      asked.push(request.url as string);
      if (request.url === "/robots.txt") response.end("User-agent: *\nDisallow: /private");
      else response.writeHead(200, html).end(`<a href="/private/a.html">no</a><a href="/public.html">yes</a>`);
    });
    const { report } = await crawl([`${server.origin}/`, "--delay", "0"]);
    server.close();
    expect(asked.sort()).toEqual(["/", "/public.html", "/robots.txt"]);
    expect(report.pages).toBe(2);
  });

  it("stays on its origin, and tells a redirect away from a page", async () => {
    const away = await serve((_, response) => response.writeHead(200, html).end(`<a href="/trap.html">trap</a>`));
    const server = await serve((request, response) => {
      if (request.url === "/away") response.writeHead(302, { location: `${away.origin}/` }).end();
      else
        response
          .writeHead(request.url === "/" ? 200 : 404, html)
          .end(`<a href="/away">a</a><a href="${away.origin}/b">b</a>`);
    });
    const { report } = await crawl([`${server.origin}/`, "--delay", "0"]);
    server.close();
    away.close();
    expect(report.pages).toBe(1);
    expect(report.broken).toEqual([]);
  });

  it("tries again what a busy server refuses, and reports what stays refused, hangs or is too large", async () => {
    const tries = new Map<string, number>();
    const server = await serve((request, response) => {
      const url = request.url as string;
      tries.set(url, (tries.get(url) ?? 0) + 1);
      if (url === "/")
        response
          .writeHead(200, html)
          .end(["/busy", "/down", "/hangs", "/huge"].map((to) => `<a href="${to}">x</a>`).join(""));
      else if (url === "/busy") response.writeHead(tries.get(url) === 1 ? 503 : 200, html).end("<title>back</title>");
      else if (url === "/down") response.writeHead(500).end();
      else if (url === "/huge") response.writeHead(200, html).end("x".repeat(100_000));
      else if (url !== "/hangs") response.writeHead(404).end();
    });
    const { report } = await crawl([`${server.origin}/`, "--delay", "0", "--timeout", "2000", "--max-bytes", "50000"]);
    server.closeAllConnections();
    server.close();
    expect(tries.get("/busy")).toBe(2);
    expect(tries.get("/down")).toBe(3);
    const problems = new Map(report.problems.map((problem) => [path(problem), problem.problem]));
    expect([...problems.keys()].sort()).toEqual(["/down", "/hangs", "/huge"]);
    expect(problems.get("/down")).toBe("HTTP 500");
    expect(problems.get("/huge")).toBe("cut off after 50000 bytes");
  });

  it("stays within its memory however many links a page has", async () => {
    const links = Array.from({ length: 300_000 }, (_, n) => `<a href="/page-${n}.html">link ${n}</a>`).join("\n");
    using site = folderOf({ "index.html": links });
    const { code, report } = await crawl([site.path, "--max-pages", "50", "--max-bytes", "20000000"], {
      node: ["--max-old-space-size=160"],
    });
    expect(code).toBe(0);
    expect(report.linksLeftOut).toBe(290_000);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("finishes what is under way on %s, reports it, and exits", async (signal) => {
    const server = await serve((request, response) => {
      const n = Number(request.url?.match(/\d+/)?.[0] ?? 0);
      response.writeHead(200, html).end(`<a href="/page-${n + 1}.html">next</a>`);
    });
    let sent = false;
    const { code, report } = await crawl([`${server.origin}/page-0.html`, "--delay", "20"], {
      watch: (pid, stderr) => {
        if (sent || !/^[1-9]\d* pages/m.test(stderr)) return;
        sent = true;
        process.kill(pid, signal);
      },
    });
    server.close();
    expect(code).toBe(0);
    expect(report.interrupted).toBe(true);
    expect(report.pages).toBeGreaterThan(0);
    expect(balance(report)).toBe(0);
  });

  it("ends at once on a second Ctrl-C", async () => {
    const server = await serve(() => {});
    let interrupts = 0;
    const { signal } = await start([`${server.origin}/`, "--timeout", "600000"], {
      watch: (pid, stderr) => {
        const lines = stderr.match(/^0 pages/gm)?.length ?? 0;
        if (lines > interrupts && interrupts < 2) process.kill(pid, "SIGINT");
        interrupts = Math.max(interrupts, lines);
      },
    });
    server.closeAllConnections();
    server.close();
    expect(signal).toBe("SIGINT");
    expect(interrupts).toBe(2);
  });
});

describe("the command line", () => {
  it.each([
    [["./no-such-folder"], /neither an http\(s\) address nor a folder/],
    [["--depth", "deep"], /--depth takes a number from 0, not "deep"/],
    [["--sabotage", "burn"], /--sabotage knows throw, exit, oom, hang, not "burn"/],
    [["https://example.invalid", "--sabotage", "throw"], /--sabotage needs a folder/],
    [["--nonsense"], /nonsense/],
  ])("refuses %j with what is wrong", async (args, message) => {
    await expect(crawl(args)).rejects.toThrow(message);
  });
});
