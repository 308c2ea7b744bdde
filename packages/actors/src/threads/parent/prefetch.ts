/**
 * The window of prefetched messages: those of one incarnation that the thread has before their turn has come here, so that it
 * need not wait for the parent between two of them. They stay in the mailbox until their turn, which finds their outcome.
 * Each has a number, one more than that before it.
 *
 *     mailbox  [ 9 10 … ]   not sent            turn: the last whose turn came here
 *              [ 6 7 8 ]    sent                started, acknowledged: the last ones there, in words that outlive the thread
 *     turn ──► 5            in flight           acknowledged ≤ started ≤ sent,  turn ≤ sent
 *
 * 1. At most WINDOW messages are sent ahead; none once the thread was halted, and none while a reset is due.
 * 2. When the thread puts back what was stashed, it gives back what it has not started: the window is reset behind the message
 *    at which it did that, and the epoch tells the thread which messages were sent before.
 */
import type { TransferList } from "@pneumatic/core/threads";
import type { Message } from "../../address/target.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { Mailbox, Prefetcher } from "../../mailbox/mailbox.ts";
import { isTick } from "../../mailbox/tick.ts";
import { markTransferred } from "../../mailbox/transferred.ts";
import { isEnvelope, messageOf } from "../../reply/ask.ts";
import { marshalAll, movesOnce } from "../wire/marshal.ts";
import type { ToWorker } from "../wire/messages.ts";
import { clearGivenUp, FIRST_BEFORE, giveUp } from "../wire/shared-words.ts";
import type { Acknowledgements } from "./acknowledged.ts";
import type { Exports } from "./exports.ts";

/** The most messages that are sent ahead. */
export const WINDOW = 512;

/** Due behind message `after`. */
interface DueReset {
  readonly after: number;
  readonly epoch: number;
}
const NO_RESET = "none";
/** The message whose turn it is was given back too, and is to be sent once more. */
const RESEND = "resend";
type Reset = typeof NO_RESET | DueReset | typeof RESEND;

/** The way to the thread. */
interface Way {
  readonly exports: Exports;
  send(record: ToWorker, transferList?: TransferList): void;
}

export class PrefetchWindow implements Prefetcher {
  /** The types that there are handlers for; known when the incarnation has started. */
  types: ReadonlySet<string> = new Set();
  /** The last message whose turn has come. */
  turnSeq: number = FIRST_BEFORE;
  prefetchedUpTo = -1;
  readonly #id: number;
  readonly #context: Incarnation;
  readonly #acks: Acknowledgements;
  readonly #way: Way;
  #sentSeq = FIRST_BEFORE;
  #epoch = 0;
  #reset: Reset = NO_RESET;
  /** The numbers of the prefetched asks whose turn has not come, by ticket. */
  readonly #asks = new Map<number, number>();
  /** The asks among them whose callers have given up, by ticket. */
  readonly #cancelled = new Map<number, unknown>();

  /** `id` is that of the incarnation. */
  constructor(id: number, context: Incarnation, acks: Acknowledgements, way: Way) {
    this.#id = id;
    this.#context = context;
    this.#acks = acks;
    this.#way = way;
  }

  /** Takes the turn of a message, and sends what the thread should have by now. Returns the number of the message. */
  take(message: Message): number {
    const seq = ++this.turnSeq;
    const { mailbox, isAsk } = this.#context;
    if (isAsk) this.#forgetAsks(seq);
    const ahead = this.#sentSeq - seq;
    if (ahead < 0) this.#send(seq, message);
    else if (ahead < WINDOW / 2 && mailbox.queued > ahead) this.#send(seq + ahead + 1, undefined);
    return seq;
  }

  /** Sends the message whose turn it is once more if it was given back. */
  resendIfDue(message: Message): void {
    if (this.#reset !== RESEND) return;
    this.#reset = NO_RESET;
    this.#send(this.turnSeq, message);
  }

  /** Sends `message`, if there is one, with number `first`, and what is queued behind it. */
  #send(first: number, message: Message | undefined): void {
    if (this.#acks.started !== undefined || typeof this.#reset === "object") return;
    const { mailbox, attempt, isAsk, timerNumber } = this.#context;
    const messages: Message[] = message === undefined ? [] : [message];
    clearGivenUp(this.#acks.words, first);
    const asks: number[] = message !== undefined && isAsk ? [0] : [];
    const ticks: number[] = message !== undefined && timerNumber > 0 ? [0, timerNumber] : [];
    if (mailbox.canPrefetch) {
      mailbox.prefetcher = this;
      mailbox.peekAfter(this.prefetchedUpTo, (item, ticket) => {
        const next = messageOf(item) as Message;
        if (isTick(item) && item.timer.isOver) return false; // it never comes to its handler
        if (!this.types.has(next.type) || messages.length === WINDOW || movesOnce(next)) return false;
        if (isEnvelope(item)) {
          this.#asks.set(ticket, first + messages.length);
          asks.push(messages.length);
          clearGivenUp(this.#acks.words, first + messages.length);
        }
        if (isTick(item)) ticks.push(messages.length, item.timer.number);
        messages.push(next);
        this.prefetchedUpTo = ticket;
        return true;
      });
    }
    if (messages.length === 0) return;
    this.#sentSeq = first + messages.length - 1;
    const times = message === undefined ? 1 : attempt;
    const { bare, attached, transferList } = marshalAll(messages, this.#way.exports);
    if (message !== undefined && movesOnce(message)) markTransferred(message);
    const batch = { epoch: this.#epoch, first, messages: bare, attempt: times, asks, ticks, attached };
    this.#way.send({ op: "handle", id: this.#id, ...batch }, transferList);
  }

  /** Forgets the asks up to that one, whose turns have come. */
  #forgetAsks(upTo: number): void {
    for (const [ticket, seq] of this.#asks) {
      if (seq > upTo) return;
      this.#asks.delete(ticket);
      this.#cancelled.delete(ticket);
    }
  }

  /** The caller of a prefetched ask has given up. */
  cancel(ticket: number, message: unknown): void {
    this.#cancelled.set(ticket, message);
    this.cancelAsk(this.#asks.get(ticket) as number); // it is still queued
  }

  cancelAsk(seq: number): void {
    giveUp(this.#acks.words, seq);
    this.#way.send({ op: "cancel", id: this.#id, seq });
  }

  /**
   * Resets the window behind message `seq`, unless the turn of another one has come meanwhile: then behind that one, which is
   * sent once more. `waiting` is the message in flight whose outcome is not known.
   */
  resetAfter(seq: number, epoch: number, waiting: { seq: number; message: unknown } | undefined): void {
    this.#reset = { after: Math.max(seq, this.turnSeq), epoch };
    if (seq < this.turnSeq) {
      this.resetIfDue();
      if (waiting === undefined) this.#reset = RESEND;
      else this.#send(waiting.seq, waiting.message as Message);
    } else if (waiting?.seq !== seq) this.resetIfDue();
  }

  /** Resets the window if that is due behind the message whose turn has come: what was stashed goes before the queue. */
  resetIfDue(): void {
    const reset = this.#reset;
    if (typeof reset === "string" || reset.after !== this.turnSeq) return;
    this.#reset = NO_RESET;
    this.#epoch = reset.epoch;
    this.#sentSeq = this.turnSeq;
    this.prefetchedUpTo = -1;
    for (const [ticket, message] of this.#cancelled) this.#context.mailbox.giveUp(ticket, message);
    this.#cancelled.clear();
    this.#asks.clear();
    this.#context.unstashAll();
  }

  /** Gives up the asks in `mailbox` whose callers have given up, and that were not started. */
  end(mailbox: Mailbox): void {
    if (mailbox.prefetcher === this) mailbox.prefetcher = undefined;
    for (const [ticket, message] of this.#cancelled) {
      if ((this.#asks.get(ticket) ?? 0) > this.turnSeq) mailbox.giveUp(ticket, message);
    }
    this.#cancelled.clear();
  }
}
