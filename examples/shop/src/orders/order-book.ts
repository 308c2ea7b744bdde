/** All orders, and those of them that are still to be charged, the outbox: the entries of the journal, added up. */
import { isDeepStrictEqual } from "node:util";
import type { Static } from "typebox";
import { Type } from "typebox";
import type { Journal } from "../journal.ts";
import { Cents, Items, strict } from "../journal.ts";
import type { Order, OrderRequest } from "../protocols.ts";

const id = Type.String();
const placed = { kind: Type.Literal("placed"), id, card: Type.String(), items: Items, totalCents: Cents };

export const OrderEntry = Type.Union([
  Type.Object(placed, strict),
  Type.Object({ kind: Type.Literal("paid"), id, receipt: Type.String() }, strict),
  Type.Object({ kind: Type.Literal("declined"), id }, strict),
]);
export type OrderEntry = Static<typeof OrderEntry>;

export class OrderBook {
  /** Every order there ever was: a shop that lives for years keeps those that are closed elsewhere. */
  readonly #orders = new Map<string, Order>();
  /** Placed and to be charged, the oldest first. */
  readonly #outbox = new Set<string>();
  readonly #journal: Journal<OrderEntry>;
  /** Placed and being charged. */
  readonly #charging = new Set<string>();
  /** The provider is unwell: nobody is charged for a while. */
  isPaused = false;

  constructor(journal: Journal<OrderEntry>) {
    this.#journal = journal;
    for (const entry of journal.entries) this.#apply(entry);
  }

  find(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  /** How many orders are placed, and neither paid nor declined. */
  get open(): number {
    return this.#outbox.size + this.#charging.size;
  }

  get outbox(): readonly string[] {
    return [...this.#outbox];
  }

  /** Takes the oldest order out of the outbox, unless `limit` are being charged already. */
  take(limit: number): Order | undefined {
    if (this.isPaused || this.#charging.size >= limit) return undefined;
    for (const id of this.#outbox) {
      this.#outbox.delete(id);
      this.#charging.add(id);
      return this.#orders.get(id);
    }
    return undefined;
  }

  /** An order that was taken is still to be charged. */
  putBack(id: string): void {
    this.#charging.delete(id);
    this.#outbox.add(id);
  }

  async place(order: Omit<Order, "status">): Promise<Order> {
    const placed: OrderEntry = { kind: "placed", ...order, items: [...order.items] };
    await this.#journal.append(placed);
    this.#apply(placed);
    return { ...order, status: "placed" };
  }

  /** An order is paid, or never will be. */
  async close(entry: Extract<OrderEntry, { readonly kind: "paid" | "declined" }>): Promise<void> {
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  async end(): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
  }

  #apply(entry: OrderEntry): void {
    if (entry.kind === "placed") {
      const { id, card, items, totalCents } = entry;
      if (this.#orders.has(id)) throw new Error(`Order ${id} is placed twice`);
      this.#orders.set(id, { id, card, items, totalCents, status: "placed" });
      this.#outbox.add(id);
      return;
    }
    const order = this.#orders.get(entry.id);
    if (order?.status !== "placed")
      throw new Error(`Order ${entry.id} is ${entry.kind} and was ${order?.status ?? "never placed"}`);
    this.#orders.set(entry.id, { ...order, status: entry.kind });
    this.#outbox.delete(entry.id);
    this.#charging.delete(entry.id);
  }
}

/** Whether the same was ordered. */
export function isSame(order: Order, { card, items }: OrderRequest): boolean {
  return order.card === card && isDeepStrictEqual(order.items, items);
}
