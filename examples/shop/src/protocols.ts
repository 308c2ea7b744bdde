/**
 * All that the modules of the shop know of each other: one interface each, and the values that go between them. No module
 * imports another's code; `shop.ts` hands each the addresses it needs.
 *
 * What can be expected to go wrong is a value with a `kind`. What is thrown is a bug, and for supervision to handle.
 */
import type { Result } from "@pneumatic/core";

export interface Item {
  readonly sku: string;
  readonly quantity: number;
}

/** What a customer wants. The customer chooses the `id`, so that asking again is no second order. */
export interface OrderRequest {
  readonly id: string;
  /** A token of the payment provider, not a card number. */
  readonly card: string;
  readonly items: readonly Item[];
}

/** `placed`: the items are set aside, the money is not here yet. */
export type OrderStatus = "placed" | "paid" | "declined";

export interface Order extends OrderRequest {
  readonly totalCents: number;
  readonly status: OrderStatus;
}

export interface Conflict {
  readonly kind: "conflict";
}

export interface Busy {
  readonly kind: "busy";
  readonly retryAfterMs: number;
}

/** Takes orders and sees them through. An order that was accepted ends `paid` or `declined`, whatever happens meanwhile. */
export interface Orders {
  place(payload: OrderRequest): Result<Order, OutOfStock | UnknownProduct | Conflict | Busy>;
  find(payload: { readonly id: string }): Order | undefined;
}

export interface Product {
  readonly sku: string;
  readonly priceCents: number;
  readonly quantity: number;
}

export interface OutOfStock {
  readonly kind: "outOfStock";
  readonly sku: string;
}

export interface UnknownProduct {
  readonly kind: "unknownProduct";
  readonly sku: string;
}

/** Knows what is in the house. Each message can be repeated without harm; a reply means that it is on disk. */
export interface Inventory {
  /** Sets the items of an order aside, all or none; replies with what they cost. */
  reserve(payload: {
    readonly order: string;
    readonly items: readonly Item[];
  }): Result<{ readonly totalCents: number }, OutOfStock | UnknownProduct>;
  /** The order is paid: what was set aside leaves the house. */
  ship(payload: { readonly order: string }): void;
  /** The order is not to be: what was set aside goes back. */
  release(payload: { readonly order: string }): void;
  /** These orders are open, and no others: what was set aside for any other goes back. */
  reconcile(payload: { readonly open: readonly string[] }): void;
  /** What can be ordered. */
  stock(): readonly Product[];
}

export interface Charge {
  /** Also the idempotency key: for one order money moves once, however often it is charged. */
  readonly order: string;
  readonly card: string;
  readonly totalCents: number;
}

export interface Receipt {
  readonly receipt: string;
}

export interface Declined {
  readonly kind: "declined";
}

/** Nobody knows whether money has moved. To be charged again, under the same order. */
export interface Unavailable {
  readonly kind: "unavailable";
  readonly retryAfterMs: number;
}

/** Gets the money. Replies in seconds, also when the provider does not. */
export interface Payments {
  charge(payload: Charge): Result<Receipt, Declined | Unavailable>;
}
