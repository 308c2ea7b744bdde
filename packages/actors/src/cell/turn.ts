/**
 * The hot loop: takes messages out of a mailbox and hands each to its handler, one at a time. It ends when the budget is
 * used up, the mailbox is empty, a handler is still at work or threw, or the actor has to end.
 *
 * A promise and its callbacks are paid only for handlers that return one.
 */

import { ignore, NOTHING } from "@pneumatic/core/internal";
import { dropAddresses } from "../address/walk.ts";
import { messages } from "../diagnostics-channels.ts";
import { isEnvelope, isWrapped } from "../reply/ask.ts";
import type { Handler } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import { asPromise } from "./failure.ts";
import type { Incarnation } from "./incarnation.ts";
import { AWAITING_STATE, BUSY_STATE, become, QUEUED_STATE, READY_STATE } from "./state.ts";

const { then } = Promise.prototype;

/**
 * Gives `cell` a turn of at most `limit` messages, and returns the number taken. An empty mailbox gets no other turn.
 */
export function runTurn(cell: Cell, limit: number): number {
  const { mailbox } = cell;
  const incarnation = cell.incarnation as Incarnation; // the same until the turn is over
  become(cell, BUSY_STATE);
  for (let taken = 0; taken < limit || mailbox.isEmpty; taken++) {
    const item = mailbox.deferred === undefined ? mailbox.channel.take() : cell.takeFirst(mailbox.deferred);
    if (item === NOTHING) {
      if (mailbox.isFinished) cell.life.drained();
      else become(cell, READY_STATE);
      return taken;
    }
    if (!handle(cell, incarnation, item)) return taken + 1;
  }
  become(cell, QUEUED_STATE);
  cell.runtime.dispatcher.enqueue(cell);
  return limit;
}

/** Handles one message; false when the turn is over. */
function handle(cell: Cell, incarnation: Incarnation, item: unknown): boolean {
  let message = item as { readonly type: string };
  if (isWrapped(item)) {
    if (!item.begin()) {
      cell.mailbox.expire(item);
      return true;
    }
    message = item.message;
  }
  const { executor } = incarnation;
  cell.inFlight = item;
  let handler: Handler | undefined;
  let reply: unknown;
  try {
    handler = executor.on[message.type] ?? executor.others; // a message may throw when it is read
    if (handler !== undefined) {
      if (messages.hasSubscribers) cell.runtime.diagnostics.message(cell, message.type, isEnvelope(item));
      reply = asPromise(handler(incarnation, cell.clonesHandles ? cell.attemptAt(message) : message));
    }
  } catch (error) {
    reply = cell.excuseFor(incarnation, error);
    if (reply === undefined) {
      cell.panicked(incarnation, error);
      return false;
    }
  }
  if (handler === undefined) {
    cell.inFlight = undefined;
    cell.mailbox.discard(item, "unknownMessage");
    return true;
  }
  if (cell.state !== BUSY_STATE && cell.isOver(incarnation)) {
    const drop = isEnvelope(item) ? dropAddresses : ignore; // killed by its own handler: nobody waits for its result
    if (reply instanceof Promise) then.call(reply, drop, ignore);
    else drop(reply);
    return false;
  }
  if (reply instanceof Promise) {
    become(cell, AWAITING_STATE);
    incarnation.await(reply);
    return false;
  }
  cell.handled(reply);
  return cell.state === BUSY_STATE || !cell.life.endIfRequested();
}
