/** Ends the actors below a parent, within the time that each may take. */
import { UnheldTimer } from "@pneumatic/core/internal";
import type { ExitReason } from "../exit-reason.ts";
import { SHUTDOWN } from "../exits.ts";
import type { DeadLetterReason } from "../mailbox/dead-letter.ts";
import type { Cell } from "./cell.ts";
import type { AfterExit, Termination } from "./termination.ts";
import { FINISH, SUSPEND } from "./termination.ts";

/** Stops an actor: drained or not, but killed when it takes longer than it may. */
export async function shutDown(cell: Cell, graceful: boolean, deadLetterReason: DeadLetterReason): Promise<ExitReason> {
  if (graceful) cell.life.drain();
  else cell.life.stop(deadLetterReason);
  if (cell.isAlive) await within(cell, () => cell.isAlive, FINISH);
  return cell.exited;
}

/**
 * Takes an actor down until its supervisor begins it again: after its current message, but killed when that takes
 * longer than it may. The queued messages stay, unless a `deadLetterReason` is given.
 */
export async function suspend(cell: Cell, deadLetterReason?: DeadLetterReason): Promise<void> {
  const isStarted = deadLetterReason !== undefined && cell.incarnation?.executor.halt() === true; // then the end tells what is still queued
  if (deadLetterReason !== undefined && !isStarted) cell.mailbox.empty(deadLetterReason);
  cell.life.request({
    reason: SHUTDOWN,
    afterExit: SUSPEND,
    deadLetterReason: isStarted ? deadLetterReason : "stopped",
  });
  if (!cell.life.isDown) await within(cell, () => !cell.life.isDown, SUSPEND);
}

/** Takes a child down. The queued messages of one that comes back are given up only if its supervisor has failed. */
export async function takeDown(child: Cell, { directive, deadLetterReason, graceful }: Termination): Promise<void> {
  if (!directive.restart) await shutDown(child, graceful, directive.deadLetterReason);
  else if (child.life.comesBack)
    await suspend(child, deadLetterReason === "intensityExceeded" ? deadLetterReason : undefined);
  else await shutDown(child, graceful, deadLetterReason);
}

/** Kills children, the last one first. */
export function killAll(children: Cell[], { directive }: Termination): void {
  for (const { life } of children.reverse()) life.kill(directive.restart && life.comesBack ? SUSPEND : FINISH);
}

async function within({ life, settings, clock }: Cell, lasts: () => boolean, afterExit: AfterExit): Promise<void> {
  const deadline = new UnheldTimer(settings.shutdownMs, () => life.kill(afterExit), clock);
  while (lasts()) await life.change();
  deadline.stop();
}
