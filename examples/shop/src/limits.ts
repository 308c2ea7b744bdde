/** What a stranger may cost the shop, customer or provider: every limit that is no option of the shop. */

/** Of a request: its body, its head, and how long each may take to arrive. */
export const MAX_BODY_BYTES = 16_384;
export const MAX_HEAD_BYTES = 8192;
export const REQUEST_MS = 10_000;
export const HEAD_MS = 5000;
/** Connections, and how long each may wait for its next request. */
export const MAX_CONNECTIONS = 1000;
export const IDLE_MS = 5000;

/** Of an order: its lines, and of each its quantity and the characters of its product. */
export const MAX_ITEMS = 50;
export const MAX_QUANTITY = 100;
export const MAX_SKU = 40;
/** Characters of a card, after `card_`. */
export const MAX_CARD = 40;

/** Orders and questions that may wait for the orders module. */
export const MAX_WAITING = 1000;

/** Of an answer of the payment provider, and characters of its receipt. */
export const MAX_ANSWER_BYTES = 65_536;
export const MAX_RECEIPT = 200;
