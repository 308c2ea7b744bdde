/** Clients of a server that ask one actor at the same time, each in an async context of its own. */
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { ActorSystem, actor } from "@pneumatic/actors";
import { expect, test } from "vitest";

const storage = new AsyncLocalStorage<string>();

const observed = actor({
  on: {
    look: () => storage.getStore() ?? "none",
    lookLater: async () => {
      await new Promise(setImmediate);
      return storage.getStore() ?? "none";
    },
  },
});

test.each([2, 8])("each of %i clients of a server keeps its own context, and no handler gets it", async (clients) => {
  await using system = new ActorSystem({ logLevel: "silent" });
  using address = system.spawn(observed);
  const mixed: unknown[] = [];
  const server = createServer((request, response) => {
    storage.run(String(request.url), async () => {
      const inHandler = await address.ask({ type: "look" });
      const inAsync = await address.ask({ type: "lookLater" });
      if (storage.getStore() !== request.url) mixed.push([request.url, storage.getStore()]);
      response.end(JSON.stringify([inHandler, inAsync]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const request = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = get({ port, path, host: "127.0.0.1", agent: false }, async (response) => {
        resolve(Buffer.concat(await response.toArray()).toString());
      });
      sent.on("error", reject);
    });
  const replies = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const own: string[] = [];
      for (let n = 0; n < 20; n++) own.push(await request(`/${client}/${n}`));
      return own;
    }),
  );
  await new Promise((resolve) => server.close(resolve));
  expect(new Set(replies.flat())).toEqual(new Set(['["none","none"]']));
  expect(mixed).toEqual([]);
});
