/** The valid mailboxes, and those that never refuse a message. */
import type { MailboxSpec, Overflow } from "./mailbox-spec.ts";
import { checkRanking } from "./priority/ranking.ts";

/** Returns true if such a mailbox never refuses a message, or makes it wait, for want of room. */
export function takesAll({ capacity, overflow }: Pick<MailboxSpec<never>, "capacity" | "overflow">): boolean {
  return capacity === Number.POSITIVE_INFINITY || overflow.startsWith("drop");
}

/** Throws for a mailbox that cannot be. */
export function checkMailbox({ capacity, overflow, rankOf }: MailboxSpec<never>): void {
  if (rankOf !== undefined) checkRanking(rankOf, capacity);
  if (!OVERFLOWS.includes(overflow)) {
    throw new RangeError(`The overflow of bounded(n) must be one of ${OVERFLOWS.join(", ")}, not ${overflow}`);
  }
  const smallest = overflow.startsWith("drop") ? 1 : 0;
  const isSize = Number.isSafeInteger(capacity) || capacity === Number.POSITIVE_INFINITY;
  if (isSize && capacity >= smallest) return;
  const range = `an integer of ${smallest} or more`;
  throw new RangeError(`The capacity of bounded(n, { overflow: "${overflow}" }) must be ${range}, not ${capacity}`);
}

const OVERFLOWS: readonly Overflow[] = ["wait", "reject", "dropOldest", "dropNewest"];
