/** How a parent ends what is below it, within the time that each may take. */
import { UnheldTimer } from "@pneumatic/core/internal";
import type { ExitReason } from "../exit-reason.ts";
import { SHUTDOWN } from "../exit-reason.ts";
import type { DeadLetterReason } from "../mailbox/ledger.ts";
import type { Cell } from "./cell.ts";
import type { Ending, Sequel } from "./termination.ts";
import { FINISH, SUSPEND } from "./termination.ts";

/** Stops an actor: drained or not, but killed when it takes longer than it may. */
export async function shutDown(cell: Cell, graceful: boolean, letters: DeadLetterReason): Promise<ExitReason> {
  if (graceful) cell.life.drain();
  else cell.life.stop(letters);
  if (cell.isAlive) await within(cell, () => cell.isAlive, FINISH);
  return cell.exited;
}

/**
 * Takes an actor down until its supervisor begins it again: after its current message, but killed when that takes longer
 * than it may. What is queued stays, unless `letters` says what becomes of it.
 */
export async function suspend(cell: Cell, letters?: DeadLetterReason): Promise<void> {
  const isStarted = letters !== undefined && cell.behavior.haltPrefetch?.() === true; // then the end tells what is still queued
  if (letters !== undefined && !isStarted) cell.mailbox.empty(letters);
  cell.life.request({ reason: SHUTDOWN, sequel: SUSPEND, letters: isStarted ? letters : "stopped" });
  if (!cell.life.isDown) await within(cell, () => !cell.life.isDown, SUSPEND);
}

/** Takes a child down. What is queued for one that comes back is given up only if its supervisor has failed. */
export async function takeDown(child: Cell, { verdict, letters, graceful }: Ending): Promise<void> {
  if (!verdict.restart) await shutDown(child, graceful, verdict.letters);
  else if (child.life.comesBack) await suspend(child, letters === "intensityExceeded" ? letters : undefined);
  else await shutDown(child, graceful, letters);
}

/** Kills children, the last one first. */
export function killAll(children: Cell[], { verdict }: Ending): void {
  for (const { life } of children.reverse()) life.kill(verdict.restart && life.comesBack ? SUSPEND : FINISH);
}

async function within({ life, settings, clock }: Cell, lasts: () => boolean, sequel: Sequel): Promise<void> {
  const deadline = new UnheldTimer(settings.shutdownMs, () => life.kill(sequel), clock);
  while (lasts()) await life.change();
  deadline.stop();
}
