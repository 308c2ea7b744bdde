/** What is in the house, and what of it is set aside for which order: the entries of the journal, added up. */
import type { Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import type { Static } from "typebox";
import { Type } from "typebox";
import type { Journal } from "../journal.ts";
import { Cents, Items, strict } from "../journal.ts";
import type { Item, OutOfStock, Product, UnknownProduct } from "../protocols.ts";

const order = Type.String();

export const StockEntry = Type.Union([
  Type.Object({ kind: Type.Literal("reserved"), order, items: Items, totalCents: Cents }, strict),
  Type.Object({ kind: Type.Literal("shipped"), order }, strict),
  Type.Object({ kind: Type.Literal("released"), order }, strict),
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
    const reservation = this.#reservations.get(entry.order);
    if (entry.kind === "reserved") {
      if (reservation !== undefined) throw new Error(`Stock is reserved twice for order ${entry.order}`);
      this.#move(entry.items, -1);
      this.#reservations.set(entry.order, entry);
      return;
    }
    if (reservation === undefined) throw new Error(`Stock is ${entry.kind} and not reserved for order ${entry.order}`);
    if (entry.kind === "released") this.#move(reservation.items, 1);
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
