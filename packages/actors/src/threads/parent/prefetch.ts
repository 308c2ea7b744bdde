/**
 * One incarnation on a host, from the parent's side. Messages are sent up to WINDOW ahead of their turn, so that the
 * worker need not wait for the parent between two of them. They stay in the mailbox until their turn here, which finds
 * them acknowledged. Each has a number, one more than that before it.
 *
 *     mailbox  [ 9 10 … ]   not sent            turn: the last whose turn came here
 *              [ 6 7 8 ]    sent                started, acknowledged: the last ones there, in words that outlive the thread
 *     turn ──► 5            in flight           acknowledged ≤ started ≤ sent,  turn ≤ sent
 *
 * When the incarnation ends, the worker is halted first. Messages started there are taken and accounted for; the others
 * are as if they had never been sent.
 *
 * Above the limits: it is where cell, host and wire meet.
 */
import type { TransferList } from "@pneumatic/core/threads";
import type { Message, Target } from "../../address/target.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses } from "../../address/walk.ts";
import type { Cell } from "../../cell/cell.ts";
import { failureOf } from "../../cell/failure.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { ThreadLostError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import type { Mailbox, Prefetcher } from "../../mailbox/mailbox.ts";
import { markTransferred } from "../../mailbox/transferred.ts";
import { Envelope, NEVER_STARTED } from "../../reply/ask.ts";
import type { RemoteDefinition } from "../../runtime-definition.ts";
import { marshalReason, unmarshalError } from "../wire/errors.ts";
import { hasAttachments, marshal, marshalAll, movesOnce, unmarshal } from "../wire/marshal.ts";
import type { FromIncarnation, Identity, ToWorker } from "../wire/messages.ts";
import { FIRST_BEFORE } from "../wire/shared-words.ts";
import { Acknowledgements } from "./acknowledged.ts";
import type { Host, HostedIncarnation } from "./host.ts";
import { spawnFor } from "./spawn-for.ts";

/** The outcome of a message: a reply, or an error that makes the actor panic. */
type Handled = { readonly reply: unknown; readonly isStashed?: true };
type HandlerOutcome = Handled | { readonly error: unknown };

/** A call that waits for the worker: the turn of a message, the start, or the `stopped` hook. */
interface PendingAnswer {
  /** The number of the message; 0 for the others. */
  readonly seq: number;
  readonly isAsk: boolean;
  readonly message: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

const WINDOW = 512;
const NO_REPLY: HandlerOutcome = { reply: undefined };
const NOT_STARTED: HandlerOutcome = { reply: NEVER_STARTED };
const STASHED: HandlerOutcome = { reply: undefined, isStashed: true };
let incarnations = 0;

export class ThreadIncarnation implements HostedIncarnation, Prefetcher, Disposable {
  readonly #id = ++incarnations;
  readonly #host: Host;
  readonly #context: Incarnation;
  readonly #isBound: boolean;
  readonly #acks = new Acknowledgements();
  #types: ReadonlySet<string> = new Set();
  #turnSeq = FIRST_BEFORE;
  #sentSeq = FIRST_BEFORE;
  prefetchedUpTo = -1;
  /** The numbers of the prefetched asks whose turn has not come, by ticket. */
  readonly #asks = new Map<number, number>();
  /** The asks among them whose callers have given up, by ticket. */
  readonly #cancelled = new Map<number, unknown>();
  readonly #outcomes = new Map<number, HandlerOutcome>();
  /** How often the window was reset. */
  #epoch = 0;
  #nextEpoch = 0;
  /** The message after which the stashed ones go first; undefined when that is done. */
  #unstashAfter: number | undefined = undefined;
  /** True if the reset of the window includes the message whose turn it is. */
  #mustResend = false;
  /** The number of reports that were received, and the messages that are to come. */
  #reportsReceived = 0;
  readonly #expected = new Set<number>();
  /** True if a message was started and not handled when the incarnation ended. */
  #isStarted = false;
  #pending: PendingAnswer | undefined = undefined;
  #gone = false;
  #lost: ThreadLostError | undefined = undefined;

  /** One that `isBound` to its thread ends with it for good. */
  constructor(host: Host, context: Incarnation, isBound: boolean) {
    this.#host = host;
    this.#context = context;
    this.#isBound = isBound;
    host.add(this.#id, this);
  }

  get isWaiting(): boolean {
    return this.#pending !== undefined;
  }

  get identity(): Identity {
    const { path, generation, actorId } = this.#context;
    return { path, generation, actorId };
  }

  async start({ origin }: RemoteDefinition, args: unknown): Promise<readonly string[]> {
    const { identity } = this;
    const { exports } = this.#host;
    const { value, attached, transferList } = marshal(identity.path, args, exports);
    const self = exports.exportWeak(targetOf(this.#context.self) as Target);
    const incarnationWords = this.#acks.words;
    const record: ToWorker = {
      op: "start",
      id: this.#id,
      origin,
      args: { value, attached },
      identity,
      self,
      incarnationWords,
    };
    const types = (await this.#answerTo(record, transferList)) as readonly string[];
    this.#types = new Set(types);
    return types;
  }

  /** Handles a message whose turn has come. One that is acknowledged already needs no promise. */
  handle(message: Message): unknown {
    this.#outcomes.delete(this.#turnSeq);
    const seq = ++this.#turnSeq;
    const { mailbox, isAsk } = this.#context;
    if (isAsk) this.#forgetAsks(seq);
    const ahead = this.#sentSeq - seq;
    if (ahead < 0) this.#prefetch(seq, message);
    else if (ahead < WINDOW / 2 && mailbox.queued > ahead) this.#prefetch(seq + ahead + 1, undefined);
    const outcome = this.#outcomeOf(seq, isAsk);
    if (outcome === undefined) {
      if (this.#mustResend) this.#prefetch(seq, message);
      this.#mustResend = false;
      return this.#await(seq, message, isAsk);
    }
    if ("error" in outcome) {
      this.#resetWindow();
      throw outcome.error;
    }
    return this.#replyOf(outcome, message);
  }

  /** Returns the reply of a message, as its handler would here. */
  #replyOf(outcome: Handled, message: unknown): unknown {
    const { reply } = outcome;
    if (outcome.isStashed) this.#context.stash();
    else if (reply !== NEVER_STARTED && hasAttachments(message)) dropAddresses(message); // those that went there are with the handler
    this.#resetWindow();
    return reply;
  }

  /** Runs the `stopped` hook there, unless the thread is gone. */
  stop(reason: ExitReason): Promise<unknown> | undefined {
    if (this.#gone) return undefined;
    return this.#answerTo({ op: "stop", id: this.#id, reason: marshalReason(reason) });
  }

  /** Halts the worker. Returns true if it has started messages whose turn has not come here. */
  haltPrefetch(): boolean {
    const isStarted = this.#turnSeq < this.#halt();
    this.#look(); // what the turn waits for may have been halted
    return isStarted;
  }

  /** Takes the started messages out of the mailbox, and accounts for the handled ones; the others stay queued. */
  catchUp(cell: Cell): void {
    const started = this.#halt();
    this.#host.receivePending();
    while (cell.inFlight !== undefined || this.#turnSeq < started) {
      if (cell.inFlight === undefined) {
        this.#turnSeq++;
        cell.inFlight = cell.mailbox.channel.take();
        if (cell.inFlight instanceof Envelope) cell.inFlight.started();
      }
      const outcome = this.#outcomeOf(this.#turnSeq, cell.inFlight instanceof Envelope);
      this.#isStarted = outcome === undefined;
      if (outcome !== undefined) this.#answered(); // nobody waits for what has ended
      if (outcome === undefined || "error" in outcome) break;
      const item = cell.inFlight;
      cell.handled(this.#replyOf(outcome, item instanceof Envelope ? item.message : item));
    }
    this.#resetWindow();
    this.#endPrefetch(cell.mailbox);
  }

  /** Takes the asks out whose callers have given up, and that were not started. */
  #endPrefetch(mailbox: Mailbox): void {
    if (mailbox.prefetcher === this) mailbox.prefetcher = undefined;
    for (const [ticket, message] of this.#cancelled) {
      if ((this.#asks.get(ticket) ?? 0) > this.#turnSeq) mailbox.giveUp(ticket, message);
    }
    this.#cancelled.clear();
  }

  /** Cancels an ask that was sent, and whose caller has given up. */
  cancel(ticket: number, message: unknown): void {
    this.#cancelled.set(ticket, message);
    const seq = this.#asks.get(ticket) as number; // it is still queued
    if (!this.#gone) this.#host.send({ op: "cancel", id: this.#id, epoch: this.#epoch, seq });
  }

  /** The incarnation has ended. */
  [Symbol.dispose](): void {
    if (!this.#gone) this.#host.send({ op: "forget", id: this.#id });
    this.#gone = true;
    this.#host.remove(this.#id, this.isWaiting || this.#isStarted);
  }

  received(record: FromIncarnation): void {
    switch (record.op) {
      case "started":
        this.#answered()?.resolve(record.types);
        break;
      case "replied":
        this.#outcomes.set(record.seq, { reply: unmarshal(record.reply, this.#host.exports) });
        break;
      case "skipped":
        this.#outcomes.set(record.seq, NOT_STARTED);
        break;
      case "panicked": {
        const error = unmarshalError(record.error);
        if (record.seq === 0) this.#context.lost(failureOf(error, undefined), error);
        else this.#outcomes.set(record.seq, { error });
        break;
      }
      case "stopped":
        if (record.error === undefined) this.#answered()?.resolve(undefined);
        else this.#answered()?.reject(unmarshalError(record.error));
        break;
      case "startFailed":
        this.#answered()?.reject(unmarshalError(record.error));
        break;
      case "stashed":
        this.#reportsReceived++;
        this.#outcomes.set(record.seq, STASHED);
        break;
      case "unstash":
        this.#reportsReceived++;
        this.#unstash(record);
        break;
      case "await":
        this.#reportsReceived++;
        if (this.#context.expect()) this.#expected.add(record.n);
        break;
      case "deliver":
        this.#deliver(record);
        break;
      case "spawn":
        this.#reportsReceived++;
        spawnFor(this.#context, this.#host, record);
        break;
      case "stopSelf":
        this.#context.stop();
        break;
      case "acknowledged":
        break;
    }
    this.#look();
  }

  /** Delivers a message. It is not unmarshalled for an incarnation that has ended. */
  #deliver({ message, n }: Extract<FromIncarnation, { op: "deliver" }>): void {
    const wasExpected = n !== undefined && this.#expected.delete(n);
    if (wasExpected) this.#context.expected();
    this.#context.deliver(() => unmarshal(message, this.#host.exports), wasExpected || n === undefined);
  }

  /** Puts the stashed messages first after message `seq`, or after the one whose turn has come meanwhile. */
  #unstash({ seq, epoch }: Extract<FromIncarnation, { op: "unstash" }>): void {
    const pending = this.#pending;
    this.#unstashAfter = Math.max(seq, this.#turnSeq);
    this.#nextEpoch = epoch;
    if (seq < this.#turnSeq) {
      this.#resetWindow();
      if (pending === undefined) this.#mustResend = true;
      else this.#prefetch(pending.seq, pending.message as Message);
    } else if (pending?.seq !== seq) this.#resetWindow();
  }

  /** Resets the window at the message whose turn it was: those after it are sent again, behind the stashed ones. */
  #resetWindow(): void {
    if (this.#unstashAfter !== this.#turnSeq) return;
    this.#unstashAfter = undefined;
    this.#epoch = this.#nextEpoch;
    this.#sentSeq = this.#turnSeq;
    this.prefetchedUpTo = -1;
    for (const [ticket, message] of this.#cancelled) this.#context.mailbox.giveUp(ticket, message);
    this.#cancelled.clear();
    this.#asks.clear();
    this.#context.unstashAll();
  }

  lost(error: ThreadLostError): void {
    this.#halt();
    this.#lost = error;
    this.#gone = true;
    if (this.#pending?.seq === 0) this.#answered()?.reject(error);
    else this.#context.lost(failureOf(error, undefined), error, this.#isBound);
  }

  /** Sends messages from number `first` on: `message`, if there is one, and queued ones. */
  #prefetch(first: number, message: Message | undefined): void {
    if (this.#gone || this.#acks.started !== undefined || this.#unstashAfter !== undefined) return;
    const { mailbox, attempt, isAsk } = this.#context;
    const messages: Message[] = message === undefined ? [] : [message];
    const asks: number[] = message !== undefined && isAsk ? [0] : [];
    if (mailbox.canPrefetch) {
      mailbox.prefetcher = this;
      mailbox.peekAfter(this.prefetchedUpTo, (item, ticket) => {
        const next = item instanceof Envelope ? item.message : (item as Message);
        if (!this.#types.has(next.type) || messages.length === WINDOW || movesOnce(next)) return false;
        if (item instanceof Envelope) {
          this.#asks.set(ticket, first + messages.length);
          asks.push(messages.length);
        }
        messages.push(next);
        this.prefetchedUpTo = ticket;
        return true;
      });
    }
    if (messages.length === 0) return;
    this.#sentSeq = first + messages.length - 1;
    const times = message === undefined ? 1 : attempt;
    const { bare, attached, transferList } = marshalAll(this.#context.path, messages, this.#host.exports);
    if (message !== undefined && movesOnce(message)) markTransferred(message);
    const batch = { epoch: this.#epoch, first, messages: bare, attempt: times, asks, attached };
    this.#host.send({ op: "handle", id: this.#id, ...batch }, transferList);
  }

  /** Forgets the asks up to that one, whose turns have come. */
  #forgetAsks(upTo: number): void {
    for (const [ticket, seq] of this.#asks) {
      if (seq > upTo) return;
      this.#asks.delete(ticket);
      this.#cancelled.delete(ticket);
    }
  }

  #await(seq: number, message: unknown, isAsk: boolean): Promise<unknown> {
    if (!isAsk) return this.#wait(seq, false, message);
    const signal = this.#context.callerSignal;
    const abort = (): void => this.#host.send({ op: "cancel", id: this.#id, epoch: this.#epoch, seq });
    signal?.addEventListener("abort", abort);
    return this.#wait(seq, true, message).finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Returns the outcome of a message, undefined if it is not known yet. A reply is sent before the acknowledgement. */
  #outcomeOf(seq: number, isAsk: boolean): HandlerOutcome | undefined {
    const outcome = this.#outcomes.get(seq);
    if (outcome !== undefined) return outcome;
    if (!isAsk) {
      if (seq > this.#acks.acknowledged && this.#acks.refresh(this.#turnSeq - WINDOW, this.#reportsReceived)) {
        this.#host.receivePending();
        const received = this.#outcomes.get(seq);
        if (received !== undefined) return received;
      }
      if (seq <= this.#acks.acknowledged) return NO_REPLY;
    }
    const { started } = this.#acks;
    if (started === undefined) return undefined;
    if (seq > started) return NOT_STARTED;
    return this.#lost && { error: this.#lost };
  }

  /** Lets the worker start no further message. Returns the number of the last one started. */
  #halt(): number {
    return this.#acks.halt(this.#turnSeq - WINDOW);
  }

  /** Settles the pending call, if its outcome is known by now. */
  #look(): void {
    const pending = this.#pending;
    const outcome = pending && pending.seq > 0 ? this.#outcomeOf(pending.seq, pending.isAsk) : undefined;
    if (pending === undefined || outcome === undefined) return;
    if ("error" in outcome) this.#answered()?.reject(outcome.error);
    else this.#answered()?.resolve(this.#replyOf(outcome, pending.message));
  }

  /** Throws when `record` cannot be sent. */
  #answerTo(record: ToWorker, transferList?: TransferList): Promise<unknown> {
    this.#host.send(record, transferList);
    return this.#wait(0, false, undefined);
  }

  #wait(seq: number, isAsk: boolean, message: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending = { seq, isAsk, message, resolve, reject };
    });
  }

  /** Returns the pending call, which waits no longer. */
  #answered(): PendingAnswer | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}
