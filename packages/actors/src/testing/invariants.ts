/** The invariants at the end of a run, in any order of its steps. */
import { AWAITING, DOWN, ENDING, READY, STARTING } from "../cell/state.ts";
import type { Ledger } from "../mailbox/ledger.ts";
import { messageOf } from "../reply/ask.ts";
import { withDescendants } from "../system/actor-tree.ts";
import type { SystemRuntime } from "../system/runtime.ts";
import { typeOf } from "../wording.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Returns the handlers and hooks that have yet to settle, in words. */
export function atWork(runtime: SystemRuntime): string[] {
  return withDescendants(runtime.roots).flatMap((cell) => {
    const { phase, path, inFlight } = cell;
    const message = messageOf(inFlight);
    if (phase === AWAITING) return [`handler "${typeOf(message)}" of "${path}"`];
    if (phase === STARTING) return [`the start of "${path}"`];
    return phase === ENDING && !cell.hasChildren ? [`the stopped hook of "${path}"`] : [];
  });
}

/** Returns the violations when nothing is left to do. */
export function violationsAtRest(runtime: SystemRuntime): string[] {
  return withDescendants(runtime.roots).flatMap((cell) => {
    const found = unbalanced(`"${cell.path}"`, cell.ledger());
    if (cell.phase !== READY && cell.phase !== DOWN) return found;
    if (cell.mailbox.isFinished) found.push(`"${cell.path}" lives without an address`);
    if (cell.phase === READY && !cell.mailbox.isEmpty) found.push(`"${cell.path}" has messages, and gets no turn`);
    return found;
  });
}

/** Returns the violations when the system has shut down. */
export function violationsAtEnd(runtime: SystemRuntime, clock: VirtualClock): string[] {
  const found = unbalanced("the system", runtime.ledger());
  const { queued, stashed, inFlight } = runtime.ledger();
  const open = queued + stashed + inFlight;
  if (open > 0) found.push(`${open} messages have no fate after the shutdown`);
  if (runtime.living > 0) found.push(`${runtime.living} actors live after the shutdown`);
  if (runtime.deadlines.open > 0) found.push(`${runtime.deadlines.open} asks are pending`);
  runtime.stopIdleTimers();
  if (clock.pending > 0) found.push(`${clock.pending} timers are set (the next is due at ${clock.nextDeadline} ms)`);
  return found;
}

function unbalanced(whose: string, ledger: Ledger): string[] {
  const { accepted, queued, stashed, inFlight, handled, panicked, expired, deadLettered } = ledger;
  const letters = Object.values(deadLettered).reduce((sum, count) => sum + count, 0);
  const accounted = queued + stashed + inFlight + handled + panicked + expired + letters;
  return accepted === accounted ? [] : [`the ledger of ${whose} accounts for ${accounted} of ${accepted} messages`];
}
