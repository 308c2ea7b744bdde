/** The orders and the inventory of the shop keep their promises in every order of events, whatever panics meanwhile. */
import type { Definition } from "@pneumatic/actors";
import { actor, bounded } from "@pneumatic/actors";
import type { Exploration, Fault } from "@pneumatic/actors/testing";
import { explore, testSystem } from "@pneumatic/actors/testing";
import { err, ok } from "@pneumatic/core";
import { describe, expect, it } from "vitest";
import { inventory } from "../../../examples/shop/src/inventory/inventory.ts";
import type { StockEntry } from "../../../examples/shop/src/inventory/stock.ts";
import type { OrderEntry } from "../../../examples/shop/src/orders/order-book.ts";
import { orders } from "../../../examples/shop/src/orders/orders.ts";
import type { Charge, Payments } from "../../../examples/shop/src/protocols.ts";
import { memoryJournal } from "../../support/shop-journals.ts";

const STOCK = 10;
const PER_ORDER = 3;
const many = { intensity: { restarts: 100, withinMs: 1000 } };
const request = (id: string, card = "card_ok") => ({ id, card, items: [{ sku: "tube", quantity: PER_ORDER }] });
const customers = [request("a"), request("b", "card_declined"), request("c"), request("d"), request("e")];

/** A provider that every third time moves the money and keeps quiet about it. */
function till(moved: Set<string>): Definition<Payments, undefined> {
  let calls = 0;
  return actor({
    on: {
      charge: (_, { order, card }: Charge) => {
        if (card === "card_declined") return err({ kind: "declined" } as const);
        moved.add(order);
        return calls++ % 3 === 1 ? err({ kind: "unavailable", retryAfterMs: 500 } as const) : ok({ receipt: order });
      },
    },
  });
}

function sell(faults: readonly Fault[]): Promise<Exploration> {
  return explore(
    async (system) => {
      const [stock, book, moved] = [memoryJournal<StockEntry>(), memoryJournal<OrderEntry>(), new Set<string>()];
      const products = [{ sku: "tube", priceCents: 100, quantity: STOCK }];
      using stockroom = system.spawn(inventory, {
        name: "inventory",
        args: { products, journal: stock.open },
        ...many,
      });
      using desk = system.spawn(orders, {
        name: "orders",
        args: {
          inventory: stockroom.clone(),
          payments: system.spawn(till(moved), { name: "payments", ...many }),
          ...{ journal: book.open, chargesAtOnce: 2, maxOpen: 100 },
        },
        mailbox: bounded(100, { overflow: "reject" }),
        ...many,
      });
      // A customer whom nobody answers asks again, for the same order; but one of them gives up.
      const answers = await Promise.all(
        customers.map(async (order) => {
          for (let asked = 1; ; asked++) {
            const answer = await desk.ask({ type: "place", ...order }).catch(() => undefined);
            if (answer !== undefined) return { id: order.id, ok: answer.ok };
            if (order.id === "a" || asked === 10) return { id: order.id, ok: false };
          }
        }),
      );
      await system.advance(60_000);

      const placed = book.written.filter(({ kind }) => kind === "placed").map(({ id }) => id);
      const settled = book.written.filter(({ kind }) => kind !== "placed").map(({ id }) => id);
      expect(placed).toEqual(expect.arrayContaining(answers.filter((answer) => answer.ok).map(({ id }) => id)));
      expect(settled.sort()).toEqual(placed.sort());
      const paid = book.written.filter(({ kind }) => kind === "paid").map(({ id }) => id);
      expect(paid.sort()).toEqual([...moved].sort());
      const [left] = await stockroom.ask({ type: "stock" });
      expect(left?.quantity).toBe(STOCK - PER_ORDER * paid.length);
    },
    { runs: 60, faults, faultBudget: 4 },
  );
}

describe("the orders of the shop", () => {
  it.each([
    { what: "nothing", faults: [] },
    { what: "the orders panic before a message", faults: [strike("panic", "/orders", "start")] },
    { what: "the orders panic after a message", faults: [strike("panic", "/orders", "end")] },
    { what: "the thread of the orders dies", faults: [strike("crash", "/orders", "end")] },
    { what: "the inventory panics before a message", faults: [strike("panic", "/inventory", "start")] },
    { what: "the inventory panics after a message", faults: [strike("panic", "/inventory", "end")] },
    { what: "payments panic before a charge", faults: [strike("panic", "/payments", "start")] },
    { what: "payments panic after a charge", faults: [strike("panic", "/payments", "end")] },
    { what: "the orders are full when a pause is over", faults: [full("/orders", "resume")] },
  ])(
    "settles each order it accepted once, and accounts for all stock, whatever goes wrong: $what",
    async ({ faults }) => {
      expect((await sell(faults)).runs).toBe(60);
    },
  );
});

describe("the inventory of the shop", () => {
  it("sets the items of an order aside once, and takes them back once, however often it is asked", async () => {
    await using system = testSystem();
    const products = [{ sku: "tube", priceCents: 100, quantity: STOCK }];
    using stockroom = system.spawn(inventory, { args: { products, journal: memoryJournal<StockEntry>().open } });
    const reserve = { type: "reserve", order: "a", items: [{ sku: "tube", quantity: PER_ORDER }] } as const;
    const left = async () => (await stockroom.ask({ type: "stock" }))[0]?.quantity;
    expect(await stockroom.ask(reserve)).toEqual(await stockroom.ask(reserve));
    expect(await left()).toBe(STOCK - PER_ORDER);
    for (let n = 0; n < 2; n++) await stockroom.ask({ type: "release", order: "a" });
    expect(await left()).toBe(STOCK);
  });
});

/** Not in what the orders start with, for a shop that cannot start does not open; nor in what the scenario looks at. */
function strike(kind: "panic" | "crash", actor: string, at: "start" | "end"): Fault {
  return { kind, actor, at, chance: 0.1, when: ({ type }) => type !== "reconcile" && type !== "stock" };
}

function full(actor: string, message: string): Fault {
  return { kind: "full", actor, message, chance: 0.5 };
}
