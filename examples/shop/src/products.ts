/** What the shop sells. */
import type { Product } from "./protocols.ts";

export const products: readonly Product[] = [
  { sku: "tube", priceCents: 4900, quantity: 1_000_000 },
  { sku: "carrier", priceCents: 1250, quantity: 1_000_000 },
  { sku: "bell", priceCents: 300, quantity: 10 },
];
