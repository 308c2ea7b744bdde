/**
 * The messages of the thread benchmarks. Both threads make and check them by their number, so nothing that is lost, reordered or
 * changed on the way has a figure. A check looks at a few properties: it stands beside messages of 50 ns.
 */
export interface MessageKind {
  /** The `n`-th message of a sender. */
  make(n: number, sender: number): unknown;
  /** Whether `message` is the `n`-th of the only sender. */
  check(message: never, n: number): boolean;
  /** What is moved with a message rather than copied. */
  transferList?(message: never): ArrayBuffer[];
}

export interface Small {
  readonly type: string;
  readonly by: number;
  readonly id: number;
}

interface Order {
  readonly id: number;
  readonly customer: { readonly name: string; readonly country: string };
  readonly items: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[];
  readonly total: number;
  readonly isPaid: boolean;
}

const SKUS = ["bolt", "nut", "washer", "screw", "nail", "hinge", "latch", "hook"];
const BLOCK = 64 * 1024;
/** Of different texts, each flat and of one byte for each character, as a program reads them from a file. */
const TEXTS = Array.from({ length: 64 }, (_, n) =>
  Buffer.from(`${n}:`.padEnd(1024, "0123456789abcdef")).toString("latin1"),
);

const int: MessageKind = { make: (n) => n, check: (message: number, n) => message === n };

const object: MessageKind = {
  make: (n, sender): Small => ({ type: "add", by: sender, id: n }),
  check: (message: Small, n) => message.id === n && message.type === "add",
};

const order: MessageKind = {
  make: (n): Order => ({
    id: n,
    customer: { name: "Ada Lovelace", country: "GB" },
    items: [line(n), line(n + 1), line(n + 2)],
    total: n * 3,
    isPaid: (n & 1) === 0,
  }),
  check: (message: Order, n) => message.id === n && message.items[2]?.sku === SKUS[(n + 2) & 7],
};

function line(n: number): Order["items"][number] {
  return { sku: SKUS[n & 7]!, quantity: n & 15, price: (n & 1023) + 0.5 };
}

const string: MessageKind = {
  make: (n) => TEXTS[n & 63],
  check: (message: string, n) => message.length === 1024 && message.charCodeAt(1) === TEXTS[n & 63]!.charCodeAt(1),
};

const bytes: MessageKind = {
  make: (n) => {
    const block = new Uint8Array(BLOCK);
    block[BLOCK - 1] = n;
    return block;
  },
  check: (message: Uint8Array, n) => message.length === BLOCK && message[BLOCK - 1] === (n & 255),
};

const map: MessageKind = {
  make: (n) => new Map([["id", n]]),
  check: (message: Map<string, number>, n) => message.get("id") === n,
};

export const MESSAGE_KINDS = {
  int,
  object,
  order,
  string,
  "64 KB copy": bytes,
  "64 KB transfer": { ...bytes, transferList: (message: Uint8Array<ArrayBuffer>) => [message.buffer] },
  map,
} satisfies Record<string, MessageKind>;

export type KindName = keyof typeof MESSAGE_KINDS;
