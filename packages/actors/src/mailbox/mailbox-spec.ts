/** The specification of a mailbox: how many messages it takes, which goes first, and what happens to one more. */

/** The policy of a full mailbox: it lets the sender wait, refuses the message, or drops the oldest or the newest one. */
export type Overflow = "wait" | "reject" | "dropOldest" | "dropNewest";

/** The specification of a mailbox for actors that take `Message`, made by `bounded`, `unbounded` or `priority`. */
export interface MailboxSpec<in Message = unknown> {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** Returns the rank of a message; the one with the lowest goes first. */
  readonly rankOf?: (message: Message) => number;
}
