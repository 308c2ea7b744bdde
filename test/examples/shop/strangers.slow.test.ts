/** What a stranger may send the shop, as a customer or as a payment provider: it is refused with a sentence, and costs no more. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { ActorPanickedError, ActorSystem } from "@pneumatic/actors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as limits from "../../../examples/shop/src/limits.ts";
import { gateway } from "../../../examples/shop/src/payments/gateway.ts";
import { products } from "../../../examples/shop/src/products.ts";
import { Provider } from "../../../examples/shop/src/provider/provider.ts";
import { openShop } from "../../../examples/shop/src/shop.ts";
import type { ShopHere } from "../../support/shop.ts";
import { journaled, journalFolder, place, quantityOf, settled, shopHere } from "../../support/shop.ts";

const KEY = "0f4f3a1e-7a3b-4f0e-9a35-2f6a4f6f8f10";
const ORDER = JSON.stringify({ card: "card_ok", items: [{ sku: "tube", quantity: 1 }] });

let folder: ReturnType<typeof journalFolder>;
let provider: Provider;
let shop: ShopHere;

beforeAll(async () => {
  folder = journalFolder();
  provider = new Provider({ latencyMs: 1 });
  shop = await shopHere(folder.path, await provider.listen());
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Refused {
  readonly status: number;
  readonly kind: string;
  readonly message: string;
}

/** The answer to a request, which has nothing but a kind and a sentence. */
async function refused(path: string, options: RequestInit = {}): Promise<Refused> {
  const response = await fetch(shop.url + path, options);
  const { kind, message, ...rest } = (await response.json()) as Refused;
  expect(rest).toEqual({});
  return { status: response.status, kind, message };
}

function order(body: string, headers: Record<string, string> = {}): Promise<Refused> {
  const all = { "content-type": "application/json", "idempotency-key": KEY, ...headers };
  return refused("/orders", { method: "POST", headers: all, body });
}

/** What comes back for these bytes, until the shop hangs up. */
async function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
  socket.write(bytes);
  return text(socket);
}

describe("an order", () => {
  const invalid = { status: 400, kind: "invalid" };

  it.each([
    ["another type", ORDER, { "content-type": "text/plain" }, { status: 415, kind: "invalid" }],
    [
      "a form",
      "card=card_ok",
      { "content-type": "application/x-www-form-urlencoded" },
      { status: 415, kind: "invalid" },
    ],
    ["more bytes than it may have", ORDER + " ".repeat(limits.MAX_BODY_BYTES), {}, { status: 413, kind: "invalid" }],
    ["a depth", "[".repeat(8000) + "]".repeat(8000), {}, invalid],
    ["half of it", ORDER.slice(0, -5), {}, invalid],
    ["a prototype", `${ORDER.slice(0, -1)},"__proto__":{"admin":true}}`, {}, invalid],
    ["another id", ORDER, { "idempotency-key": `urn:uuid:${KEY}` }, invalid],
    ["a very long id", ORDER, { "idempotency-key": "a".repeat(5000) }, invalid],
  ])("of %s is refused", async (_, body, headers, answer) => {
    expect(await order(body, headers)).toMatchObject(answer);
    expect(journaled(folder.path, "placed")).not.toContain(KEY);
  });

  it.each(["-1", "0", "-0", "0.5", "101", "1e2.5", "1e400", "9007199254740993", "NaN", "null", '"1"', "true", "[1]"])(
    "of a quantity of %s is refused",
    async (quantity) => {
      expect(await order(ORDER.replace(":1}", `:${quantity}}`))).toMatchObject(invalid);
    },
  );

  it.each(["", "\u001b[2J", "a b", "x".repeat(limits.MAX_SKU + 1), "toString "])(
    "of a product %j is refused before anybody looks for it",
    async (sku) => {
      expect(await order(ORDER.replace("tube", JSON.stringify(sku).slice(1, -1)))).toMatchObject(invalid);
    },
  );

  it.each(["__proto__", "constructor"])("of %s finds no such product", async (sku) => {
    expect(await order(ORDER.replace("tube", sku))).toEqual({
      status: 404,
      kind: "unknownProduct",
      message: `There is no product ${sku}`,
    });
  });

  it("is the same when its id is in capitals, and another when it is a different order", async () => {
    const key = "7c9e6679-7425-40de-944b-e07fc1f90aaa";
    const before = await quantityOf(shop.url, "tube");
    const first = await place(shop.url, { key });
    const again = await place(shop.url, { key: key.toUpperCase() });
    expect([first.status, again.status, again.body.id]).toEqual([202, 202, key]);
    expect((await place(shop.url, { key: key.toUpperCase(), card: "card_other" })).body.kind).toBe("conflict");
    expect(await settled(shop.url, [key, key.toUpperCase()])).toEqual(["paid", "paid"]);
    expect(await quantityOf(shop.url, "tube")).toBe(before - 1);
    expect(provider.moved.map((moved) => moved.key).filter((moved) => moved === key)).toHaveLength(1);
  });
});

describe("a request", () => {
  it.each(["/orders/%E0%A4%A", `/orders/${"a".repeat(3000)}`, "/orders/..%2f..%2fetc", "/orders/__proto__"])(
    "for a bad address is answered in the words of the shop (%#)",
    async (path) => {
      const { status, kind, message } = await refused(path);
      expect([status, kind]).toEqual([400, "invalid"]);
      expect(message).not.toMatch(/FST_|aaa|%E0/);
    },
  );

  it.each([
    ["is no HTTP", "nonsense\r\n\r\n", "400 Bad Request"],
    [
      "has two lengths",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      "400 Bad Request",
    ],
    ["has a head without an end", `GET / HTTP/1.1\r\nx: ${"y".repeat(limits.MAX_HEAD_BYTES)}`, "431 "],
  ])("that %s is answered in the words of the shop", async (_, bytes, status) => {
    const answer = await raw(shop.url, bytes);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toEqual({
      kind: "invalid",
      message: expect.stringMatching(/^(This is not HTTP|The head of the request is too large)$/),
    });
  });

  it.each([
    ["head", "POST /orders HTTP/1.1\r\nhost"],
    ["body", "POST /orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"],
    ["beginning", ""],
  ])("is given up when its %s does not come", async (_, bytes) => {
    using slow = journalFolder();
    await using system = new ActorSystem({ name: "shop", logLevel: "silent" });
    const options = { gateways: 1, timeoutMs: 200, coolDownMs: 200, maxOpen: 10, requestMs: 100 };
    const { url, supervisor } = await openShop(system, {
      ...{ port: 0, folder: slow.path, products, provider: "http://127.0.0.1:9" },
      ...options,
    });
    expect(await raw(url, bytes)).toMatch(/^HTTP\/1.1 408 .*"The request took too long"/s);
    supervisor.drop();
    await supervisor.exited;
  });
});

describe("a payment provider", () => {
  it.each([
    ["without an end", `{"receipt":"r","more":"${"x".repeat(limits.MAX_ANSWER_BYTES)}"}`],
    ["with a receipt of a book", `{"receipt":"${"x".repeat(limits.MAX_RECEIPT + 1)}"}`],
    ["that is no JSON", "<html>"],
    ["that is something else", "[]"],
  ])("whose answer is one %s has not answered", async (_, body) => {
    const server = createServer((_request, response) => response.writeHead(201).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await using system = new ActorSystem({ name: "till", logLevel: "silent" });
    const args = { provider: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 5000 };
    using address = system.spawn(gateway, { args });
    const charge = address.ask({ type: "charge", order: KEY, card: "card_ok", totalCents: 1 });
    await expect(charge).rejects.toThrow(ActorPanickedError);
    server.close();
    server.closeAllConnections();
  });
});
