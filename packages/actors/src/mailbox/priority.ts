/** Mailboxes in which a function of the message decides what is handled first. ranking.ts keeps the order. */
import { checkOptions } from "@pneumatic/core/internal";
import type { MailboxSpec, Overflow } from "./mailbox-spec.ts";
import { capacityKind, checkMailbox, overflowKind } from "./overflow.ts";
import { checkRanking } from "./priority/ranking.ts";

const OPTIONS = { capacity: capacityKind(1, true), overflow: overflowKind };

/**
 * Specifies a mailbox that hands over the message with the lowest number first. Messages with the same number keep
 * the order in which they were sent. 0 goes before 1, as in Pekko and in every heap, so the number can be a rank, a
 * due time or a cost.
 *
 * `rankOf` is called once for each message, in the call that sends it, and should be cheap and pure. If it throws, or
 * returns anything but a number (`NaN` is none), the message goes last, as if with `Infinity`, and an error is
 * logged: the sender did not choose the function, and nothing is lost. A message with a high number waits for as long
 * as there are others.
 *
 * `capacity` is an integer of 1 or more; there is no limit when it is left out. `overflow` is as with `bounded`,
 * except that `dropOldest` keeps what is urgent: it drops the oldest message with the highest number, which may be
 * the one just sent. Messages that wait for room are let in as they came, then take their place by their number.
 *
 * Throws `InvalidDefinitionError` if `rankOf` is no function, and core's `InvalidArgumentError`, a `RangeError`, for a
 * capacity out of range and for options that do not exist.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, priority } from "@pneumatic/actors";
 *
 * const printer = actor({
 *   on: {
 *     print: (_, { page }: { page: string; urgent: boolean }) => console.log(page),
 *   },
 * });
 * const system = new ActorSystem();
 * const address = system.spawn(printer, { mailbox: priority(({ urgent }) => (urgent ? 0 : 1)) });
 * address.tell({ type: "print", page: "newsletter", urgent: false });
 * address.tell({ type: "print", page: "invoice", urgent: true }); // printed first
 * address.drop();
 * await system.terminated;
 * ```
 */
export function priority<Message>(
  rankOf: (message: Message) => number,
  options?: { readonly capacity?: number; readonly overflow?: Overflow },
): MailboxSpec<Message> {
  checkRanking(rankOf);
  if (options !== undefined) checkOptions(options, OPTIONS);
  const { capacity = Number.POSITIVE_INFINITY, overflow = "wait" } = options ?? {};
  const spec = { capacity, overflow, rankOf };
  checkMailbox(spec);
  return spec;
}
