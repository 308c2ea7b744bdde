/** What can be asked for over HTTP, and which answer of a module is which status. */
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Address } from "@pneumatic/actors";
import type { Inventory, Orders } from "../protocols.ts";
import { findOrder, listProducts, placeOrder } from "./schemas.ts";

export interface Modules {
  readonly orders: Address<Orders>;
  readonly inventory: Address<Inventory>;
}

export const routes: FastifyPluginCallbackTypebox<Modules> = (app, { orders, inventory }, done) => {
  app.post("/orders", { schema: placeOrder }, async ({ headers, body }, reply) => {
    const id = headers["idempotency-key"].toLowerCase();
    const placed = await orders.ask({ type: "place", id, card: body.card, items: body.items });
    if (placed.ok) return reply.code(202).header("location", `/orders/${id}`).send(placed.value);
    const { error } = placed;
    switch (error.kind) {
      case "unknownProduct":
        return reply.code(404).send({ kind: error.kind, message: `There is no product ${error.sku}` });
      case "outOfStock":
        return reply.code(409).send({ kind: error.kind, message: `There is not enough of ${error.sku}` });
      case "conflict":
        return reply.code(409).send({ kind: error.kind, message: "This key belongs to another order" });
      case "busy": {
        const seconds = Math.ceil(error.retryAfterMs / 1000);
        return reply
          .code(503)
          .header("retry-after", seconds)
          .send({ kind: error.kind, message: "Too many open orders" });
      }
    }
  });

  app.get("/orders/:id", { schema: findOrder }, async ({ params }, reply) => {
    const order = await orders.ask({ type: "find", id: params.id.toLowerCase() });
    if (order === undefined) return reply.code(404).send({ kind: "unknownOrder", message: "There is no such order" });
    return reply.code(200).send(order);
  });

  app.get("/products", { schema: listProducts }, async () => inventory.ask({ type: "stock" }));

  done();
};
