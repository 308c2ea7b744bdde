/** The shop keeps what its README says while its payment provider fails, hangs and comes back, and while it is killed. */
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { Provider } from "../../../examples/shop/src/provider/provider.ts";
import {
  journaled,
  journalFolder,
  place,
  placeMany,
  quantityOf,
  settled,
  shopHere,
  shopProcess,
} from "../../support/shop.ts";

const tubes = (quantity: unknown) => ({ items: [{ sku: "tube", quantity }] });

describe("the door of the shop", () => {
  it("says what is wrong with an order, and logs every request", async () => {
    using folder = journalFolder();
    await using provider = new Provider({ latencyMs: 1 });
    await using shop = await shopHere(folder.path, await provider.listen());
    const key = "0f4f3a1e-7a3b-4f0e-9a35-2f6a4f6f8f10";
    const answers = {
      noKey: await place(shop.url, { key: "mine" }),
      text: await place(shop.url, tubes("1")),
      none: await place(shop.url, { items: [] }),
      more: await place(shop.url, { ...tubes(1), card: "1234" }),
      unknown: await place(shop.url, { items: [{ sku: "hat", quantity: 1 }] }),
      tooMany: await place(shop.url, { items: [{ sku: "bell", quantity: 11 }] }),
      first: await place(shop.url, { key }),
      again: await place(shop.url, { key }),
      other: await place(shop.url, { key, ...tubes(2) }),
    };
    const said = Object.entries(answers).map(([name, { status, body }]) => [name, status, body.kind ?? body.id]);
    expect(said).toEqual([
      ["noKey", 400, "invalid"],
      ["text", 400, "invalid"],
      ["none", 400, "invalid"],
      ["more", 400, "invalid"],
      ["unknown", 404, "unknownProduct"],
      ["tooMany", 409, "outOfStock"],
      ["first", 202, key],
      ["again", 202, key],
      ["other", 409, "conflict"],
    ]);
    expect(answers.text.body.message).toBe("body/items/0/quantity must be integer");
    expect(await settled(shop.url, [key])).toEqual(["paid"]);
    const statuses = shop.log.map((line) => JSON.parse(line).res?.statusCode).filter((status) => status !== undefined);
    expect(statuses.slice(0, 9)).toEqual(said.map(([, status]) => status));
  });
});

describe("an order", () => {
  it("is paid once though the provider fails, hangs and cuts connections, and stock is what was sold", async () => {
    using folder = journalFolder();
    await using provider = new Provider({ latencyMs: 1 });
    await using shop = await shopHere(folder.path, await provider.listen());
    const before = await quantityOf(shop.url, "tube");
    const accepted: string[] = [];
    provider.behaviour = "fail";
    accepted.push(...(await placeMany(shop.url, 25)));
    while (!shop.log.some((line) => line.includes("circuit open"))) await quantityOf(shop.url, "tube");
    for (const behaviour of ["hang", "cut", "ok"] as const) {
      provider.behaviour = behaviour;
      const seen = provider.requests;
      accepted.push(...(await placeMany(shop.url, 25)));
      while (provider.requests < seen + 10) await quantityOf(shop.url, "tube"); // so that it is felt
    }
    const declined = await place(shop.url, { card: "card_declined" });
    const ends = await settled(shop.url, [...accepted, declined.body.id]);
    expect(ends).toEqual([...accepted.map(() => "paid"), "declined"]);
    expect(accepted).toHaveLength(100);
    expect(provider.moved.map(({ key }) => key).sort()).toEqual(accepted.sort());
    expect(await quantityOf(shop.url, "tube")).toBe(before - 100);
    expect(shop.log.join("")).toContain("circuit closed");
  });

  it("is neither lost nor paid twice when the shop is killed while the provider hangs", async () => {
    using folder = journalFolder();
    await using provider = new Provider({ latencyMs: 1 });
    const origin = await provider.listen();
    const first = await shopProcess(folder.path, origin);
    const before = await quantityOf(first.url, "tube");
    const paid = await placeMany(first.url, 10);
    await settled(first.url, paid);
    provider.behaviour = "hang";
    const open = await placeMany(first.url, 30);
    while (provider.moved.length < 12) await quantityOf(first.url, "tube"); // some are paid, and the shop does not know
    await first.end("SIGKILL");
    appendFileSync(join(folder.path, "orders.jsonl"), '{"kind":"pla'); // as if it had died while it wrote

    provider.behaviour = "ok";
    await using second = await shopHere(folder.path, origin);
    expect(await settled(second.url, [...paid, ...open])).toEqual(Array(40).fill("paid"));
    expect(provider.moved.map(({ key }) => key).sort()).toEqual([...paid, ...open].sort());
    expect(await quantityOf(second.url, "tube")).toBe(before - 40);
    await second[Symbol.asyncDispose]();
    await using third = await shopHere(folder.path, origin); // what was written after half a line can be read
    expect(await settled(third.url, open)).toEqual(Array(30).fill("paid"));
  });
});

describe("a shop that is told to end", () => {
  it("answers the request it has, ends the charges under way, and keeps the others for its next start", async () => {
    using folder = journalFolder();
    await using provider = new Provider({ latencyMs: 1 });
    const origin = await provider.listen();
    const shop = await shopProcess(folder.path, origin);
    provider.behaviour = "hang";
    const open = await placeMany(shop.url, 20);

    const headers = {
      "content-type": "application/json",
      "idempotency-key": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      expect: "100-continue",
    };
    const late = request(`${shop.url}/orders`, { method: "POST", headers });
    late.flushHeaders();
    await once(late, "continue"); // the shop has the request, and waits for its body
    const ended = shop.end("SIGTERM");
    while (await isReachable(shop.url));
    late.end(JSON.stringify({ card: "card_ok", items: [{ sku: "tube", quantity: 1 }] }));
    const [response] = await once(late, "response");
    expect([response.statusCode, JSON.parse(await text(response)).status]).toEqual([202, "placed"]);
    expect(response.headers.connection).toBe("close"); // so that it need not wait for the customer to hang up
    expect(await ended).toBe(0);
    expect(journaled(folder.path, "placed")).toHaveLength(21);
    expect(journaled(folder.path, "paid")).toHaveLength(0);

    provider.behaviour = "ok";
    await using next = await shopHere(folder.path, origin);
    const all = [...open, "7c9e6679-7425-40de-944b-e07fc1f90ae7"];
    expect(await settled(next.url, all)).toEqual(Array(21).fill("paid"));
    expect(provider.moved.map(({ key }) => key).sort()).toEqual(all.sort());
  });

  it("does not open with a journal that it does not understand", async () => {
    using folder = journalFolder();
    appendFileSync(join(folder.path, "orders.jsonl"), '{"kind":"eaten"}\n');
    await expect(shopHere(folder.path, "http://127.0.0.1:9")).rejects.toThrow('Actor "/shop/orders" could not start');
  });
});

/** Whether a new connection is taken. */
function isReachable(url: string): Promise<boolean> {
  return fetch(`${url}/products`, { headers: { connection: "close" } }).then(
    () => true,
    () => false,
  );
}
