/** Where the addresses of an actor put its messages: its own mailbox, or those that a router chooses from. */
import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import type { AskQueue, Envelope } from "../reply/ask.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { Ledger } from "./ledger.ts";
import type { Sent } from "./waiting-senders.ts";

/** Where an ask goes. */
export interface AskInbox extends AskQueue {
  readonly owner: Waiter;
  /** What is queued when `message` is sent; throws when that is refused. */
  prepared<V>(message: V): V;
  ask(ask: Envelope): void;
}

export interface Inbox {
  /** Whether no message is ever refused or made to wait for want of room. */
  readonly takesAll: boolean;
  /** What takes `message`, if it is asked; throws when nothing can. */
  inboxFor(message: unknown): AskInbox;
  /** Delivers, or makes a dead letter. */
  tell(message: unknown): void;
  trySend<V>(message: V): Result<void, TrySendError<V>>;
  /** `waiter` is the actor that sends, if one does. */
  send<V>(message: V, options: WaitOptions | undefined, waiter: Waiter | undefined): Promise<Sent<V>>;
  /** Where all messages are that came here; `inFlight` are those in the hands of the actor itself. */
  ledger(inFlight: number): Ledger;
}
