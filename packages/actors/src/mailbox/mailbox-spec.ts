/** The specification of a mailbox: how many messages it takes, which goes first, and what happens to one more. */

/** The policy of a full mailbox: let the sender wait or refuse it, or give up the oldest or the newest message. */
export type Overflow = "wait" | "reject" | "dropOldest" | "dropNewest";

/** A kind of mailbox for actors that take `Message`, made by {@link bounded}, {@link unbounded} or `priority`. */
export interface MailboxSpec<in Message = unknown> {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** Ranks a message: the one with the lowest number goes first. */
  readonly rankOf?: (message: Message) => number;
}
