/** What comes in over HTTP and what goes out, as JSON schemas: checked at the door, and the types of what is inside. */
import { Type } from "typebox";
import { MAX_CARD, MAX_ITEMS, MAX_QUANTITY, MAX_SKU } from "../limits.ts";

const strict = { additionalProperties: false };

/** Without the `urn:uuid:` that the format allows as well. In small and in large letters it is the same. */
const Id = Type.String({ format: "uuid", maxLength: 36 });

const Item = Type.Object(
  {
    sku: Type.String({ pattern: `^[\\w-]{1,${MAX_SKU}}$` }),
    quantity: Type.Integer({ minimum: 1, maximum: MAX_QUANTITY }),
  },
  strict,
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
  headers: Type.Object({ "idempotency-key": Id }),
  body: Type.Object(
    {
      card: Type.String({ pattern: `^card_\\w{1,${MAX_CARD}}$` }),
      items: Type.Array(Item, { minItems: 1, maxItems: MAX_ITEMS }),
    },
    strict,
  ),
  response: { 202: Order, 404: Problem, 409: Problem, 503: Problem },
};

export const findOrder = {
  params: Type.Object({ id: Id }),
  response: { 200: Order, 404: Problem },
};

export const listProducts = {
  response: { 200: Type.Immutable(Type.Array(Product)) },
};
