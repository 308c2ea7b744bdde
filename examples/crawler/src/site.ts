/**
 * A folder as a website, on a port of this machine: an actor like the others, so that it is there while its address is,
 * and closes with the crawl.
 */
import { readdir } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { join, relative, sep } from "node:path";
import { actor } from "@pneumatic/actors";
import sirv from "sirv";

export interface SiteArgs {
  readonly folder: string;
  /** Documents by path that are served beside the folder. */
  readonly extra: ReadonlyMap<string, string>;
}

export const site = actor({
  name: "site",
  state: async ({ folder, extra }: SiteArgs) => {
    const files = sirv(folder, { dev: true, extensions: [] });
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      const document = extra.get(path);
      if (path.endsWith("/")) request.url = `${path}index.html`;
      if (document !== undefined) send(response, 200, document);
      else files(request, response, () => fallBack(folder, path, request, response));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return { server, extra };
  },
  on: {
    /** Where it is, and the pages to begin with. */
    address: ({ state: { server, extra } }) => {
      const { port } = server.address() as { port: number };
      const origin = `http://127.0.0.1:${port}`;
      return { origin, start: [`${origin}/`, ...[...extra.keys()].map((path) => origin + path)] };
    },
  },
  stopped: ({ state: { server } }) => close(server),
});

/** A folder without an index page begins with a list of its documents. */
async function fallBack(
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path !== "/" || request.method !== "GET") return send(response, 404, "<h1>Not found</h1>");
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const links = files
    .filter((file) => file.isFile() && /\.html?$/.test(file.name))
    .map((file) =>
      relative(folder, join(file.parentPath ?? file.path, file.name))
        .split(sep)
        .map(encodeURIComponent)
        .join("/"),
    )
    .sort()
    .map((href) => `<li><a href="/${href}">${href}</a></li>`);
  send(response, 200, `<!doctype html><title>Documents</title><h1>Documents</h1><ul>${links.join("\n")}</ul>`);
}

function send(response: ServerResponse, status: number, document: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(document);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
