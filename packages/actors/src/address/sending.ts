/**
 * The door for messages: checks that a value is a message, and puts an ask into an inbox. Upstream are the handles and the
 * exports to threads, downstream the inboxes.
 */
import { InvalidMessageError } from "../errors.ts";
import type { Inbox } from "../mailbox/inbox.ts";
import type { AskOptions } from "../protocol.ts";
import { Envelope } from "../reply/ask.ts";
import type { Deadlines } from "../reply/deadlines.ts";
import type { Waiter } from "../reply/wait-for-graph.ts";
import type { Message } from "./target.ts";
import { isObject } from "./target.ts";

/** Returns `message`; throws unless it is a message. `path` is that of the actor that gets it. */
export function checkedMessage(path: string, message: unknown): Message {
  if (!isMessage(message)) throw new InvalidMessageError(path, message);
  return message;
}

/** Returns true for an object with a string as its `type`; false for one that cannot be read. */
export function isMessage(message: unknown): message is Message {
  try {
    return isObject(message) && typeof (message as Partial<Message>).type === "string";
  } catch {
    return false;
  }
}

/** Asks through `inbox`. `waiter` is the actor that asks, if one does. */
export function askAt(
  inbox: Inbox,
  message: Message,
  deadlines: Deadlines,
  options: AskOptions | undefined,
  waiter: Waiter | undefined,
): Envelope {
  const mailbox = inbox.inboxFor(message);
  const ask = new Envelope(mailbox.prepared(message), mailbox, deadlines, options);
  ask.awaitedBy(waiter, mailbox.owner);
  mailbox.ask(ask);
  return ask;
}
