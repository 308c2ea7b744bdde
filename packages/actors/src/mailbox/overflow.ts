/** The check of a mailbox, and which mailboxes never refuse a message. */
import type { OptionKind } from "@pneumatic/core/internal";
import { checkArgument, oneOf } from "@pneumatic/core/internal";
import type { MailboxSpec, Overflow } from "./mailbox-spec.ts";
import { checkRanking } from "./priority/ranking.ts";

/** The kind of the option `overflow`. */
export const overflowKind: OptionKind = oneOf("wait", "reject", "dropOldest", "dropNewest" satisfies Overflow);

/** Returns the kind of a capacity; no limit is one, too, if it is `unlimited`. */
export function capacityKind(least: number, unlimited: boolean): OptionKind {
  return {
    expected: `an integer of ${least} or more${unlimited ? "" : " (for no limit there is unbounded())"}`,
    accepts: (value) =>
      (Number.isSafeInteger(value) || (unlimited && value === Number.POSITIVE_INFINITY)) && (value as number) >= least,
  };
}

/** Returns true if such a mailbox never refuses a message, or makes it wait, for want of room. */
export function takesAll({ capacity, overflow }: Pick<MailboxSpec<never>, "capacity" | "overflow">): boolean {
  return capacity === Number.POSITIVE_INFINITY || overflow.startsWith("drop");
}

/** Throws `InvalidArgumentError` for a mailbox that cannot be; one without a limit is refused unless it may be `unlimited`. */
export function checkMailbox({ capacity, overflow, rankOf }: MailboxSpec<never>, unlimited = true): void {
  if (rankOf !== undefined) checkRanking(rankOf);
  checkArgument("The overflow of a mailbox", overflow, overflowKind);
  const least = rankOf !== undefined || overflow.startsWith("drop") ? 1 : 0;
  checkArgument(`The capacity of a mailbox with overflow "${overflow}"`, capacity, capacityKind(least, unlimited));
}
