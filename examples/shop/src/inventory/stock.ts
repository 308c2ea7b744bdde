/** What is in the house, and what of it is set aside for which order: the entries of the journal, added up. */
import type { Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import type { Static } from "typebox";
import { Type } from "typebox";
import type { Journal } from "../journal.ts";
import type { Item, OutOfStock, Product, UnknownProduct } from "../protocols.ts";

const order = Type.String();
const Line = Type.Object({ sku: Type.String(), quantity: Type.Integer() });

export const StockEntry = Type.Union([
  Type.Object({ kind: Type.Literal("reserved"), order, items: Type.Array(Line), totalCents: Type.Integer() }),
  Type.Object({ kind: Type.Literal("shipped"), order }),
  Type.Object({ kind: Type.Literal("released"), order }),
]);
export type StockEntry = Static<typeof StockEntry>;
export type Reservation = Extract<StockEntry, { readonly kind: "reserved" }>;

export class Stock {
  readonly #products: Map<string, Product>;
  /** One for each open order. */
  readonly #reservations = new Map<string, Reservation>();
  readonly #journal: Journal<StockEntry>;

  constructor(products: readonly Product[], journal: Journal<StockEntry>) {
    this.#products = new Map(products.map((product) => [product.sku, product]));
    this.#journal = journal;
    for (const entry of journal.entries) this.#apply(entry);
  }

  get products(): readonly Product[] {
    return [...this.#products.values()];
  }

  /** The orders that something is set aside for. */
  get reserved(): readonly string[] {
    return [...this.#reservations.keys()];
  }

  reservation(order: string): Reservation | undefined {
    return this.#reservations.get(order);
  }

  /** What setting these items aside would be; nothing is done yet. */
  quote(order: string, items: readonly Item[]): Result<Reservation, OutOfStock | UnknownProduct> {
    const wanted = new Map<string, number>();
    for (const { sku, quantity } of items) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
    let totalCents = 0;
    for (const [sku, quantity] of wanted) {
      const product = this.#products.get(sku);
      if (product === undefined) return err({ kind: "unknownProduct", sku });
      if (product.quantity < quantity) return err({ kind: "outOfStock", sku });
      totalCents += product.priceCents * quantity;
    }
    const lines = [...wanted].map(([sku, quantity]) => ({ sku, quantity }));
    return ok({ kind: "reserved", order, items: lines, totalCents });
  }

  async record(entry: StockEntry): Promise<void> {
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  async end(): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
  }

  #apply(entry: StockEntry): void {
    if (entry.kind === "reserved") {
      this.#move(entry.items, -1);
      this.#reservations.set(entry.order, entry);
      return;
    }
    const reservation = this.#reservations.get(entry.order);
    if (entry.kind === "released" && reservation !== undefined) this.#move(reservation.items, 1);
    this.#reservations.delete(entry.order);
  }

  #move(items: readonly Item[], sign: 1 | -1): void {
    for (const { sku, quantity } of items) {
      const product = this.#products.get(sku);
      if (product === undefined) continue; // not sold any more
      this.#products.set(sku, { ...product, quantity: product.quantity + sign * quantity });
    }
  }
}
