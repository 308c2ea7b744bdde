/**
 * The inbox of an actor, into which its addresses put messages: its own mailbox, or those that a router chooses from.
 */
import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import type { AskQueue, Envelope } from "../reply/ask.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { Ledger } from "./ledger.ts";
import type { Sent } from "./waiting-senders.ts";

/** The inbox of an ask. */
export interface AskInbox extends AskQueue {
  readonly owner: Waiter;
  /** Returns the item to queue for `message`; throws to refuse it. */
  prepared<V>(message: V): V;
  ask(ask: Envelope): void;
}

export interface Inbox {
  /** True if it never refuses a message, or makes it wait, for want of room. */
  readonly takesAll: boolean;
  /** Returns the inbox for an ask of `message`; throws if there is none. */
  inboxFor(message: unknown): AskInbox;
  /** Delivers the message, or makes it a dead letter. */
  tell(message: unknown): void;
  trySend<V>(message: V): Result<void, TrySendError<V>>;
  /** `waiter` is the actor that sends, if one does. */
  send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>>;
}

/** The inbox of an actor in its own system, which knows what became of each message. */
export interface AccountedInbox extends Inbox {
  /** Accounts for all messages that came here; `inFlight` are those in the hands of the actor itself. */
  ledger(inFlight: number): Ledger;
}
