/**
 * The shop, put together: each module is a child of one supervisor and owns the addresses of those it needs. Who drops the
 * supervisor closes the shop, from the front to the back: the requests that are there are answered, the charges that are under
 * way end, and the modules stop. A module that panics starts again from its journal; one that cannot stop doing so ends the
 * shop, for somebody to look at.
 *
 *     http ─► orders ─► payments ×n ─► gateway ─► the provider
 *       │        └────► inventory
 *       └─────────────► inventory
 */
import { join } from "node:path";
import type { ActorSystem, SupervisorAddress } from "@pneumatic/actors";
import { bounded, child, supervisor } from "@pneumatic/actors";
import { server } from "./http/server.ts";
import { inventory } from "./inventory/inventory.ts";
import { StockEntry } from "./inventory/stock.ts";
import { openJournal } from "./journal.ts";
import { MAX_WAITING } from "./limits.ts";
import { OrderEntry } from "./orders/order-book.ts";
import { orders } from "./orders/orders.ts";
import type { PaymentsArgs } from "./payments/payments.ts";
import { payments } from "./payments/payments.ts";
import type { Product } from "./protocols.ts";

export interface ShopOptions extends PaymentsArgs {
  readonly port: number;
  /** Where the journals are; it exists. */
  readonly folder: string;
  readonly products: readonly Product[];
  /** Connections to the provider. */
  readonly gateways: number;
  /** Orders that are neither paid nor declined. One more is refused. */
  readonly maxOpen: number;
  /** How long a request may take to arrive. */
  readonly requestMs?: number;
}

export interface Shop {
  readonly url: string;
  readonly supervisor: SupervisorAddress;
}

const SHUTDOWN_MS = 30_000;

/** Rejects with a `StartFailedError` when a module cannot start: the port is taken, a journal is not what it was. */
export async function openShop(system: ActorSystem, options: ShopOptions): Promise<Shop> {
  const { port, folder, products, gateways, maxOpen, provider, timeoutMs, coolDownMs, requestMs } = options;
  const shop = system.supervise(supervisor({ children: {} }), { name: "shop" });
  const stock = shop.startChild(
    "inventory",
    child(inventory, {
      args: { products, journal: () => openJournal(join(folder, "inventory.jsonl"), StockEntry) },
    }),
  );
  const desk = shop.startChild(
    "orders",
    child(orders, {
      args: {
        inventory: stock.clone(),
        payments: system.route(payments, {
          name: "payments",
          size: gateways,
          strategy: "least_loaded",
          args: { provider, timeoutMs, coolDownMs },
        }),
        journal: () => openJournal(join(folder, "orders.jsonl"), OrderEntry),
        chargesAtOnce: gateways,
        maxOpen,
      },
      mailbox: bounded(MAX_WAITING, { overflow: "reject" }),
      shutdownMs: SHUTDOWN_MS,
    }),
  );
  const modules = { orders: desk, inventory: stock };
  using http = shop.startChild(
    "http",
    child(server, { args: { port, requestMs, ...modules }, shutdownMs: SHUTDOWN_MS }),
  );
  try {
    await Promise.all([stock, desk, http].map(({ started }) => started));
    return { url: await http.ask({ type: "url" }), supervisor: shop };
  } catch (error) {
    shop.drop();
    throw error;
  }
}
