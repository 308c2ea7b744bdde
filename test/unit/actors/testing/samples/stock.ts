/**
 * A lost update across an await: a checkout asks how many are in stock, and tells the stock how many are left. Two checkouts
 * that ask before either has told sell the same piece.
 */
import type { Address } from "@pneumatic/actors";
import { actor, implement } from "@pneumatic/actors";
import type { Scenario } from "@pneumatic/actors/testing";

const stock = actor({
  state: (pieces: number) => ({ pieces }),
  on: {
    pieces: ({ state }) => state.pieces,
    setPieces: ({ state }, { to }: { to: number }) => {
      state.pieces = to;
    },
    /** The replies are in the order of the takes: whoever gets `true` has a piece of its own. */
    take: ({ state }) => {
      if (state.pieces === 0) return false;
      state.pieces--;
      return true;
    },
  },
});

interface Stock {
  pieces(): number;
  setPieces(payload: { to: number }): void;
  take(): boolean;
}
interface Checkout {
  /** Whether it was bought. */
  buy(): boolean;
}

/** One message at a time, and yet: the stock takes messages of others while this handler awaits. */
export const hastyCheckout = implement<Checkout>()({
  state: (stock: Address<Stock>) => ({ stock }),
  on: {
    buy: async ({ state }) => {
      const pieces = await state.stock.ask({ type: "pieces" });
      if (pieces === 0) return false;
      state.stock.tell({ type: "setPieces", to: pieces - 1 });
      return true;
    },
  },
});

/** What is read and what is written are one message to whoever owns the number. */
export const carefulCheckout = implement<Checkout>()({
  state: (stock: Address<Stock>) => ({ stock }),
  on: { buy: ({ state }) => state.stock.ask({ type: "take" }) },
});

/** The last piece, and two customers, of whom one looks at the shelf first: one of them gets it. */
export function sale(checkout: typeof hastyCheckout): Scenario {
  return async (system) => {
    using shelf = system.spawn(stock, { name: "stock", args: 1 });
    using left = system.spawn(checkout, { name: "left", args: shelf.clone() });
    using right = system.spawn(checkout, { name: "right", args: shelf.clone() });
    const first = left.ask({ type: "buy" });
    await shelf.ask({ type: "pieces" });
    await shelf.ask({ type: "pieces" });
    const second = right.ask({ type: "buy" });
    const sold = [await first, await second].filter((isSold) => isSold).length;
    if (sold !== 1) throw new Error(`${sold} sold of 1 in stock`);
  };
}
