/** What the shop makes of journals that are not as it wrote them: it opens with every entry, or not at all and says which line. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testSystem } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import { inventory } from "../../../examples/shop/src/inventory/inventory.ts";
import type { StockEntry } from "../../../examples/shop/src/inventory/stock.ts";
import { Stock } from "../../../examples/shop/src/inventory/stock.ts";
import { openJournal } from "../../../examples/shop/src/journal.ts";
import { OrderBook, OrderEntry } from "../../../examples/shop/src/orders/order-book.ts";
import { folderOf } from "../../support/folder.ts";

const items = [{ sku: "tube", quantity: 2 }];
const placed = { kind: "placed", id: "a", card: "card_ok", items, totalCents: 200 } as const;
const paid = { kind: "paid", id: "a", receipt: "r" } as const;
const reserved = { kind: "reserved", order: "a", items, totalCents: 200 } as const;
const line = (entry: unknown): string => `${JSON.stringify(entry)}\n`;

/** The entries of a journal with these bytes, and the bytes that it has then. */
async function opened(bytes: string | Buffer): Promise<{ entries: readonly unknown[]; left: string }> {
  using folder = folderOf({});
  const path = join(folder.path, "orders.jsonl");
  writeFileSync(path, bytes);
  await using journal = await openJournal(path, OrderEntry);
  await journal.append(paid);
  const left = readFileSync(path, "utf8");
  return { entries: journal.entries, left: left.slice(0, -line(paid).length) };
}

describe("a journal", () => {
  it.each([
    ["is new", "", []],
    ["ends in the middle of an entry", `${line(placed)}{"kind":"pa`, [placed]],
    ["ends before the end of a line", line(placed) + JSON.stringify(paid), [placed]],
    [
      "ends in the middle of a character",
      Buffer.concat([Buffer.from(line(placed)), Buffer.from([0xe2, 0x82])]),
      [placed],
    ],
    ["ends in what the disk had there before", `${line(placed)}\0\0\0`, [placed]],
  ])("that %s has all that anybody was told of, and goes on after it", async (_, bytes, entries) => {
    expect(await opened(bytes)).toEqual({ entries, left: entries.map(line).join("") });
  });

  it.each([
    ["garbage", "secret"],
    ["nothing", ""],
    ["half an entry", '{"kind":"pla'],
    ["two entries", JSON.stringify(paid) + JSON.stringify(paid)],
    ["another kind", JSON.stringify({ kind: "eaten", id: "a" })],
    ["a field that no module knows", JSON.stringify({ ...placed, coupon: "secret" })],
    ["a field less", JSON.stringify({ ...placed, card: undefined })],
    ["less than nothing to pay", JSON.stringify({ ...placed, totalCents: -1 })],
    ["a sum that no number holds", `{"kind":"placed","id":"a","card":"c","items":[],"totalCents":1e300}`],
    ["a part of a cent", JSON.stringify({ ...placed, totalCents: 0.5 })],
    ["a number in quotes", JSON.stringify({ ...placed, totalCents: "200" })],
    ["less than one of something", JSON.stringify({ ...placed, items: [{ sku: "tube", quantity: 0 }] })],
    ["a list for an object", "[]"],
  ])("with %s in the middle is not opened, and the error has its line and nothing of its text", async (_, bad) => {
    const bytes = `${line(placed)}${bad}\n${line(paid)}`;
    const error = await opened(bytes).catch((failed: Error) => failed);
    expect(error).toHaveProperty("message", "Line 2 of orders.jsonl is not an entry of this journal");
    expect(error).not.toHaveProperty("cause"); // that of JSON.parse quotes what it has read
  });

  it("with a byte that is no text in the middle is not opened, and stays as it is", async () => {
    using folder = folderOf({});
    const path = join(folder.path, "orders.jsonl");
    const [before, after] = line({ ...paid, id: "ab" }).split("b");
    const bytes = Buffer.concat([Buffer.from(line(placed) + before), Buffer.from([0xff]), Buffer.from(`${after}{"ki`)]);
    writeFileSync(path, bytes);
    await expect(openJournal(path, OrderEntry)).rejects.toThrow("Line 2 of orders.jsonl");
    expect(readFileSync(path)).toEqual(bytes);
  });

  it("is closed when a module does not understand it", async () => {
    await using system = testSystem();
    let closed = 0;
    const journal = async () => ({
      entries: [reserved, reserved],
      append: async () => {},
      [Symbol.asyncDispose]: async () => void closed++,
    });
    using stock = system.spawn(inventory, { args: { products: [], journal }, restart: "temporary" });
    await expect(stock.started).rejects.toThrow("could not start");
    expect(closed).toBe(1);
  });
});

describe("the orders", () => {
  const read = (...entries: OrderEntry[]) => new OrderBook(journalOf(entries));

  it.each([
    ["placed twice", [placed, { ...placed, totalCents: 1 }], "Order a is placed twice"],
    ["paid and never placed", [paid], "Order a is paid and was never placed"],
    ["paid twice", [placed, paid, paid], "Order a is paid and was paid"],
    ["paid and declined", [placed, paid, { kind: "declined", id: "a" }], "Order a is declined and was paid"],
  ] satisfies [string, OrderEntry[], string][])("do not start with an order that was %s", (_, entries, message) => {
    expect(() => read(...entries)).toThrow(message);
  });

  it("take names of properties for ids", () => {
    const book = read({ ...placed, id: "__proto__" }, { ...placed, id: "constructor" });
    expect(book.outbox).toEqual(["__proto__", "constructor"]);
    expect(book.find("toString")).toBeUndefined();
  });
});

describe("the stock", () => {
  it.each([
    ["reserved twice", [reserved, reserved], "Stock is reserved twice for order a"],
    ["shipped and not reserved", [{ kind: "shipped", order: "a" }], "Stock is shipped and not reserved for order a"],
    ["released and not reserved", [{ kind: "released", order: "a" }], "Stock is released and not reserved for order a"],
  ] satisfies [string, StockEntry[], string][])("does not start with what was %s", (_, entries, message) => {
    expect(() => new Stock([], journalOf<StockEntry>(entries))).toThrow(message);
  });

  it("may be reserved anew after it was released", () => {
    const released = { kind: "released", order: "a" } as const;
    const stock = new Stock([{ sku: "tube", priceCents: 100, quantity: 5 }], journalOf([reserved, released, reserved]));
    expect(stock.products).toEqual([{ sku: "tube", priceCents: 100, quantity: 3 }]);
  });
});

function journalOf<Entry>(entries: readonly Entry[]) {
  return { entries, append: async () => {}, [Symbol.asyncDispose]: async () => {} };
}
