/** A registry on this machine that has the packed packages and nothing else; whoever installs gets the rest elsewhere. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Packed } from "./packed.ts";

export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/** Serves the packages of `packed` as a registry of npm does, until it is disposed. */
export async function serve(packed: readonly Packed[]): Promise<Registry> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const found = packed.find(
      ({ manifest }) => path === `/${manifest.name}` || path.startsWith(`/${manifest.name}/-/`),
    );
    if (found === undefined) response.writeHead(404).end();
    else if (path.endsWith(".tgz")) response.end(readFileSync(found.tarball));
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(pageOf(found, url)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url, [Symbol.asyncDispose]: close };
}

/** What a registry says of a package: its versions, and where each is. */
function pageOf({ manifest, tarball }: Packed, url: string): unknown {
  const { name, version } = manifest;
  const digest = (algorithm: string, encoding: "hex" | "base64"): string =>
    createHash(algorithm).update(readFileSync(tarball)).digest(encoding);
  const dist = {
    tarball: `${url}/${name}/-/${name.split("/").at(-1)}-${version}.tgz`,
    shasum: digest("sha1", "hex"),
    integrity: `sha512-${digest("sha512", "base64")}`,
  };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
