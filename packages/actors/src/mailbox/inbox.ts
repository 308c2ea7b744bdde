/** Where the addresses of an actor put its messages: its own mailbox, or those that a router chooses from. */
import type { Result, TrySendError, WaitOptions } from "@pneumatic/core";
import type { Waiter } from "../reply/deadlocks.ts";
import type { Ledger } from "./ledger.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Sent } from "./parked.ts";

export interface Inbox {
  /** The mailbox that takes `message`, if it is asked; throws when none can. */
  place(message: unknown): Mailbox;
  /** Delivers, or makes a dead letter. */
  tell(message: unknown): void;
  trySend<V>(message: V): Result<void, TrySendError<V>>;
  /** `holder` is the actor that sends, if it is one. */
  send<V>(message: V, options: WaitOptions | undefined, holder: Waiter | undefined): Promise<Sent<V>>;
  /** Where all messages are that came here; `inFlight` are those in the hands of the actor itself. */
  ledger(inFlight: number): Ledger;
}
