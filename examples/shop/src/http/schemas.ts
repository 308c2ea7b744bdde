/** What comes in over HTTP and what goes out, as JSON schemas: checked at the door, and the types of what is inside. */
import { Type } from "typebox";

const Item = Type.Object(
  { sku: Type.String({ minLength: 1, maxLength: 40 }), quantity: Type.Integer({ minimum: 1, maximum: 100 }) },
  { additionalProperties: false },
);

const Order = Type.Object({
  id: Type.String(),
  status: Type.Union([Type.Literal("placed"), Type.Literal("paid"), Type.Literal("declined")]),
  totalCents: Type.Integer(),
  items: Type.Immutable(Type.Array(Item)),
});

const Product = Type.Object({ sku: Type.String(), priceCents: Type.Integer(), quantity: Type.Integer() });

export const Problem = Type.Object({ kind: Type.String(), message: Type.String() });

export const placeOrder = {
  headers: Type.Object({ "idempotency-key": Type.String({ format: "uuid" }) }),
  body: Type.Object(
    { card: Type.String({ pattern: "^card_\\w{1,40}$" }), items: Type.Array(Item, { minItems: 1, maxItems: 50 }) },
    { additionalProperties: false },
  ),
  response: { 202: Order, 404: Problem, 409: Problem, 503: Problem },
};

export const findOrder = {
  params: Type.Object({ id: Type.String({ format: "uuid" }) }),
  response: { 200: Order, 404: Problem },
};

export const listProducts = {
  response: { 200: Type.Immutable(Type.Array(Product)) },
};
