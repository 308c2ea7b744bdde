/**
 * What stands around the actors of a system whose order is decided by a test: it sees what they are sent and what they do,
 * and may do worse. Real systems have none.
 */

import type { Diagnostics } from "../diagnostics-channels.ts";
import type { Mailbox, MailboxOwner } from "../mailbox/mailbox.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Cell } from "./cell.ts";
import type { ActorCode } from "./executor.ts";

/** Where a scheduler has the instrument that goes with it. */
export const TEST_HOOKS: unique symbol = Symbol("test hooks");

export interface TestHooks {
  /** Returns what `cell` runs in the place of `code`. The cell is being made: its path and its mailbox are not there yet. */
  code(code: ActorCode, cell: Cell): ActorCode;
  mailbox(spec: MailboxSpec<never>, owner: MailboxOwner, prepare: ((message: unknown) => unknown) | undefined): Mailbox;
  diagnostics(system: string): Diagnostics;
}

/** The instrument that goes with `scheduler`, if there is one. */
export function testHooksOf(scheduler: Scheduler): TestHooks | undefined {
  return (scheduler as { readonly [TEST_HOOKS]?: TestHooks })[TEST_HOOKS];
}
