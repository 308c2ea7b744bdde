/**
 * The inventory: sets stock aside, ships it, takes it back. It handles one message at a time, so between looking and taking
 * nobody else takes. Whatever it has replied to is in its journal; everything may be told it twice.
 */
import { implement } from "@pneumatic/actors";
import { ok } from "@pneumatic/core";
import type { OpenJournal } from "../journal.ts";
import { readJournal } from "../journal.ts";
import type { Inventory, Product } from "../protocols.ts";
import type { StockEntry } from "./stock.ts";
import { Stock } from "./stock.ts";

export interface InventoryArgs {
  /** What was in the house on the first day. */
  readonly products: readonly Product[];
  readonly journal: OpenJournal<StockEntry>;
}

export const inventory = implement<Inventory>()({
  name: "inventory",
  state: ({ products, journal }: InventoryArgs) => readJournal(journal, (read) => new Stock(products, read)),
  on: {
    reserve: async ({ state }, { order, items }) => {
      const known = state.reservation(order);
      if (known !== undefined) return ok({ totalCents: known.totalCents });
      const quote = state.quote(order, items);
      if (!quote.ok) return quote;
      await state.record(quote.value);
      return ok({ totalCents: quote.value.totalCents });
    },
    ship: async ({ state }, { order }) => {
      if (state.reservation(order) !== undefined) await state.record({ kind: "shipped", order });
    },
    release: async ({ state }, { order }) => {
      if (state.reservation(order) !== undefined) await state.record({ kind: "released", order });
    },
    reconcile: async ({ state }, { open }) => {
      const isOpen = new Set(open);
      for (const order of state.reserved) {
        if (!isOpen.has(order)) await state.record({ kind: "released", order });
      }
    },
    stock: ({ state }) => state.products,
  },
  stopped: ({ state }) => state.end(),
});
