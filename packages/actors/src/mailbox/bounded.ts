/** Mailboxes in the order of arrival: without a limit, or with one and what happens at it. */
import { checkOptions } from "@pneumatic/core/internal";
import type { MailboxSpec, Overflow } from "./mailbox-spec.ts";
import { checkMailbox, overflowKind } from "./overflow.ts";

const OPTIONS = { overflow: overflowKind };

/** Specifies a mailbox without a limit: `tell` never fails, `send` never waits. The default. */
export function unbounded(): MailboxSpec {
  return { capacity: Number.POSITIVE_INFINITY, overflow: "wait" };
}

/**
 * Specifies a mailbox of at most `capacity` messages; the one being handled takes no place. With capacity 0 a message
 * is accepted only while the actor is idle. Throws `RangeError` for a capacity or an overflow that is none.
 *
 * | full and | tell | trySend | send | ask |
 * |---|---|---|---|---|
 * | `wait` (default) | dead letter `full` | "full" | waits | waits within its timeout |
 * | `reject` | dead letter `full` | "full" | "full" at once | MailboxFullError |
 * | `dropOldest` | the oldest becomes a dead letter `overflow` | same | same | same |
 * | `dropNewest` | itself becomes a dead letter `overflow` | ok | ok | MailboxFullError |
 *
 * Throws core's `InvalidArgumentError`, a `RangeError`, for a capacity out of range and options that do not exist.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, bounded } from "@pneumatic/actors";
 *
 * const echo = actor({ on: { say: (_, { text }: { text: string }) => text } });
 * await using system = new ActorSystem();
 * using address = system.spawn(echo, { mailbox: bounded(100, { overflow: "reject" }) });
 * console.log(await address.ask({ type: "say", text: "hello" })); // hello
 * ```
 */
export function bounded(capacity: number, options?: { readonly overflow?: Overflow }): MailboxSpec {
  if (options !== undefined) checkOptions(options, OPTIONS);
  const spec = { capacity, overflow: options?.overflow ?? "wait" };
  checkMailbox(spec, false);
  return spec;
}
