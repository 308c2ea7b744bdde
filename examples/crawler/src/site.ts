/**
 * A folder as a website, on a port of this machine: an actor like the others, so that it is there while its address is,
 * and closes with the crawl.
 */
import { readdir, realpath } from "node:fs/promises";
import type { Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { actor } from "@pneumatic/actors";
import { openFile } from "./files.ts";

export interface SiteArgs {
  readonly folder: string;
  /** Documents by path that are served beside the folder. */
  readonly extra: ReadonlyMap<string, string>;
}

export const site = actor({
  name: "site",
  state: async ({ folder, extra }: SiteArgs) => {
    const root = await realpath(folder);
    const server = createServer((request, response) => {
      const [path = "/"] = (request.url ?? "/").split("?", 1);
      const document = extra.get(path);
      if (document !== undefined) send(response, 200, document);
      else sendFile(root, path, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return { server, extra };
  },
  on: {
    /** Its first page, and its extra ones. */
    address: ({ state: { server, extra } }) => {
      const { port } = server.address() as { port: number };
      const origin = `http://127.0.0.1:${port}`;
      return { start: `${origin}/`, extra: [...extra.keys()].map((path) => origin + path) };
    },
  },
  stopped: ({ state: { server } }) => close(server),
});

async function sendFile(root: string, path: string, response: ServerResponse): Promise<void> {
  const file = await openFile(root, path.endsWith("/") ? `${path}index.html` : path);
  if (file !== undefined) {
    response.writeHead(200, { "content-type": file.contentType });
    await pipeline(file.handle.createReadStream(), response);
  } else if (path === "/") send(response, 200, await listOfDocuments(root));
  else send(response, 404, "<h1>Not found</h1>");
}

/** A folder without an index page begins with a list of its documents. */
async function listOfDocuments(root: string): Promise<string> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const links = files
    .filter((file) => file.isFile() && /\.html?$/.test(file.name))
    .map((file) =>
      relative(root, join(file.parentPath ?? file.path, file.name))
        .split(sep)
        .map(encodeURIComponent)
        .join("/"),
    )
    .sort()
    .map((href) => `<li><a href="/${href}">${href}</a></li>`);
  return `<!doctype html><title>Documents</title><h1>Documents</h1><ul>${links.join("\n")}</ul>`;
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
