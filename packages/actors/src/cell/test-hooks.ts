/**
 * The hooks of a test that decides on the order of a system: they see the messages of each actor and what it does, and
 * may inject faults. Real systems have none.
 */

import type { Diagnostics } from "../diagnostics-channels.ts";
import type { Mailbox, MailboxOwner } from "../mailbox/mailbox.ts";
import type { MailboxSpec } from "../mailbox/mailbox-spec.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Cell } from "./cell.ts";
import type { ActorCode } from "./executor.ts";

/** The property of a scheduler with its test hooks. */
export const TEST_HOOKS: unique symbol = Symbol("test hooks");

export interface TestHooks {
  /** False if a start or a `stopped` hook may take for ever, so that the test finds it. */
  readonly limitsHooks: boolean;
  /** Returns what `cell` runs in the place of `code`. The cell is being made: its path and its mailbox are not there yet. */
  code(code: ActorCode, cell: Cell): ActorCode;
  mailbox(spec: MailboxSpec<never>, owner: MailboxOwner, prepare: ((message: unknown) => unknown) | undefined): Mailbox;
  diagnostics(system: string): Diagnostics;
}

/** Returns the test hooks of `scheduler`, if it has any. */
export function testHooksOf(scheduler: Scheduler): TestHooks | undefined {
  return (scheduler as { readonly [TEST_HOOKS]?: TestHooks })[TEST_HOOKS];
}
