/**
 * The orders: takes an order once its items are set aside, and charges it until the provider has answered.
 *
 *     place ─► reserve ─► journal: placed ─► outbox ─► charge ─► ship    ─► journal: paid
 *                                              ▲          ├────► release ─► journal: declined
 *                                              └──────────┴ unavailable: after a pause
 *
 * Each arrow may be gone through twice, after a crash between two of them: the order's id makes the second time harmless. An
 * order that was accepted is in the journal, so neither a restart nor the death of the process loses it.
 */
import type { Address, Context, ReplyOf } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import { err, ok } from "@pneumatic/core";
import type { OpenJournal } from "../journal.ts";
import { readJournal } from "../journal.ts";
import type { Inventory, Orders, Payments } from "../protocols.ts";
import type { OrderEntry } from "./order-book.ts";
import { isSame, OrderBook } from "./order-book.ts";

export interface OrdersArgs {
  readonly inventory: Address<Inventory>;
  readonly payments: Address<Payments>;
  readonly journal: OpenJournal<OrderEntry>;
  /** How many orders are charged at the same time. */
  readonly chargesAtOnce: number;
  /** How many orders may be open; one more is refused. */
  readonly maxOpen: number;
}

/** What the orders tell themselves, beside what they can be asked. */
interface OrdersAtWork extends Orders {
  charged(payload: { readonly id: string; readonly outcome: ReplyOf<Payments, "charge"> }): void;
  /** The pause is over. */
  resume(): void;
}

interface State extends OrdersArgs {
  readonly book: OrderBook;
}

const RETRY_AFTER_MS = 1000;

export const orders = implement<OrdersAtWork>()({
  name: "orders",
  state: async (args: OrdersArgs): Promise<State> => {
    const book = await readJournal(args.journal, (journal) => new OrderBook(journal));
    return { ...args, book };
  },
  started: async (context) => {
    const { inventory, book } = context.state;
    await inventory.ask({ type: "reconcile", open: book.outbox });
    chargeNext(context);
  },
  on: {
    place: async (context, request) => {
      const { book, inventory, maxOpen } = context.state;
      const { id, card, items } = request;
      const known = book.find(id);
      if (known !== undefined) return isSame(known, request) ? ok(known) : err({ kind: "conflict" });
      if (book.open >= maxOpen) return err({ kind: "busy", retryAfterMs: RETRY_AFTER_MS });

      const reserved = await inventory.ask({ type: "reserve", order: id, items });
      if (!reserved.ok) return reserved;
      const order = await book.place({ id, card, items, totalCents: reserved.value.totalCents });
      chargeNext(context);
      return ok(order);
    },
    find: ({ state }, { id }) => state.book.find(id),
    charged: async (context, { id, outcome }) => {
      const { book, inventory } = context.state;
      if (book.find(id)?.status !== "placed") return; // charged before a restart and after it, and this is the second answer
      if (outcome.ok) {
        await inventory.ask({ type: "ship", order: id }); // before it is closed: a crash in between repeats it
        await book.close({ kind: "paid", id, receipt: outcome.value.receipt });
      } else if (outcome.error.kind === "declined") {
        await inventory.ask({ type: "release", order: id });
        await book.close({ kind: "declined", id });
      } else {
        book.putBack(id);
        book.isPaused = true;
        context.timers.every("resume", outcome.error.retryAfterMs, { type: "resume" }); // one may find the mailbox full
      }
      chargeNext(context);
    },
    resume: (context) => {
      context.timers.cancel("resume");
      context.state.book.isPaused = false;
      chargeNext(context);
    },
  },
  stopped: ({ state }) => state.book.end(),
});

/** Charges what is in the outbox, as many at the same time as may be. */
function chargeNext({ state, self, pipeToSelf }: Context<State, OrdersAtWork>): void {
  using alive = self.upgrade();
  if (alive === undefined) return; // nobody needs us any more: what is left is charged after the next start
  for (let order = state.book.take(state.chargesAtOnce); order; order = state.book.take(state.chargesAtOnce)) {
    const { id, card, totalCents } = order;
    const unlimited = { timeout: Number.POSITIVE_INFINITY }; // payments have limits of their own
    const charging = state.payments.ask({ type: "charge", order: id, card, totalCents }, unlimited);
    pipeToSelf(charging, (outcome) => ({ type: "charged", id, outcome }));
  }
}
