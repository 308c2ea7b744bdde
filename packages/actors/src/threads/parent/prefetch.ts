/**
 * One incarnation on a host, from the parent's side. Messages are shipped up to WINDOW ahead of their turn, so that the host
 * need not wait for the parent between two of them; they stay in the mailbox until their turn here finds that they were
 * handled there. Each has a number, one more than that before it.
 *
 *     mailbox  [ 9 10 … ]   not shipped         taken: the last whose turn came here
 *              [ 6 7 8 ]    shipped             begun, handled: the last ones there, in words that outlive the thread
 *     turn ──► 5            in flight           handled ≤ begun ≤ shipped,  taken ≤ shipped
 *
 * When the incarnation ends, the host is halted first: what was begun there is taken and accounted for, what was not is as if
 * it had never been shipped.
 */
import type { TransferList } from "@pneumatic/core/threads";
import type { Message, Target } from "../../address/target.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses } from "../../address/walk.ts";
import type { Cell } from "../../cell/cell.ts";
import { failureOf } from "../../cell/failure.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { RemoteDefinition } from "../../definition.ts";
import type { ThreadLostError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import type { Borrower, Mailbox } from "../../mailbox/mailbox.ts";
import { markTransferred } from "../../mailbox/transferred.ts";
import { Ask, NEVER_BEGUN } from "../../reply/ask.ts";
import { marshalReason, unmarshalError } from "../wire/errors.ts";
import { hasAttachments, marshal, marshalAll, movesOnce, unmarshal } from "../wire/marshal.ts";
import type { FromIncarnation, Identity, ToWorker } from "../wire/messages.ts";
import { FIRST_BEFORE } from "../wire/shared-words.ts";
import { Progress } from "./acknowledged.ts";
import type { Host, HostedIncarnation } from "./host.ts";
import { spawnFor } from "./spawn-for.ts";

/** What became of a message: a reply, or an error that makes the actor panic. */
type Handled = { readonly reply: unknown; readonly isStashed?: true };
type Outcome = Handled | { readonly error: unknown };

/** Who waits for the host: the turn of a message, or the start, or the `stopped` hook. */
interface Waiting {
  /** The number of the message; 0 for the others. */
  readonly seq: number;
  readonly isAsk: boolean;
  readonly message: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

const WINDOW = 512;
const DONE: Outcome = { reply: undefined };
const NOT_BEGUN: Outcome = { reply: NEVER_BEGUN };
const STASHED: Outcome = { reply: undefined, isStashed: true };
let incarnations = 0;

export class ThreadIncarnation implements HostedIncarnation, Borrower, Disposable {
  readonly #id = ++incarnations;
  readonly #host: Host;
  readonly #context: Incarnation;
  readonly #isBound: boolean;
  readonly #progress = new Progress();
  #types: ReadonlySet<string> = new Set();
  #taken = FIRST_BEFORE;
  #shipped = FIRST_BEFORE;
  borrowed = -1;
  /** The numbers of the asks shipped ahead whose turn has not come, by ticket. */
  readonly #asks = new Map<number, number>();
  /** The asks among them whose callers have given up, by ticket. */
  readonly #cancelled = new Map<number, unknown>();
  readonly #outcomes = new Map<number, Outcome>();
  /** How often what was shipped ahead was given back. */
  #epoch = 0;
  #nextEpoch = 0;
  /** The message after which what was set aside goes first; undefined when that is done. */
  #unstashAfter: number | undefined = undefined;
  /** Whether the message whose turn it is was given back too. */
  #isReturned = false;
  /** How many reports were heard that must be, and which messages are to come. */
  #heard = 0;
  readonly #expected = new Set<number>();
  /** Whether the thread was still at a message when the incarnation ended. */
  #isAtWork = false;
  #waiting: Waiting | undefined = undefined;
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
    return this.#waiting !== undefined;
  }

  get identity(): Identity {
    const { path, generation, actorId } = this.#context;
    return { path, generation, actorId };
  }

  async start({ origin }: RemoteDefinition, args: unknown): Promise<readonly string[]> {
    const { identity } = this;
    const { exports } = this.#host;
    const { value, descriptors, transferList } = marshal(identity.path, args, exports);
    const self = exports.exportWeak(targetOf(this.#context.self) as Target);
    const progress = this.#progress.words;
    const record: ToWorker = {
      op: "start",
      id: this.#id,
      origin,
      args: { value, descriptors },
      identity,
      self,
      progress,
    };
    const types = (await this.#answerTo(record, transferList)) as readonly string[];
    this.#types = new Set(types);
    return types;
  }

  /** The turn of a message has come. What is known of it already needs no promise. */
  handle(message: Message): unknown {
    this.#outcomes.delete(this.#taken);
    const seq = ++this.#taken;
    const { mailbox, isAsk } = this.#context;
    if (isAsk) this.#forgetAsks(seq);
    const ahead = this.#shipped - seq;
    if (ahead < 0) this.#ship(seq, message);
    else if (ahead < WINDOW / 2 && mailbox.queued > ahead) this.#ship(seq + ahead + 1, undefined);
    const outcome = this.#outcomeOf(seq, isAsk);
    if (outcome === undefined) {
      if (this.#isReturned) this.#ship(seq, message);
      this.#isReturned = false;
      return this.#await(seq, message, isAsk);
    }
    if ("error" in outcome) {
      this.#takeBack();
      throw outcome.error;
    }
    return this.#replyOf(outcome, message);
  }

  /** The message is over: says what became of it, as its handler would here. */
  #replyOf(outcome: Handled, message: unknown): unknown {
    const { reply } = outcome;
    if (outcome.isStashed) this.#context.stash();
    else if (reply !== NEVER_BEGUN && hasAttachments(message)) dropAddresses(message); // those that went there are with the handler
    this.#takeBack();
    return reply;
  }

  /** Runs the `stopped` hook there, unless the thread is gone. */
  stop(reason: ExitReason): Promise<unknown> | undefined {
    if (this.#gone) return undefined;
    return this.#answerTo({ op: "stop", id: this.#id, reason: marshalReason(reason) });
  }

  /** Halts the worker. Returns true if it has started messages whose turn has not come here. */
  haltPrefetch(): boolean {
    const isStarted = this.#taken < this.#halt();
    this.#look(); // what the turn waits for may have been halted
    return isStarted;
  }

  /** Takes what was begun there out of the mailbox, and accounts for what was handled; what was not begun is queued as before. */
  catchUp(cell: Cell): void {
    const begun = this.#halt();
    this.#host.hear();
    while (cell.inFlight !== undefined || this.#taken < begun) {
      if (cell.inFlight === undefined) {
        this.#taken++;
        cell.inFlight = cell.mailbox.channel.take();
        if (cell.inFlight instanceof Ask) cell.inFlight.started();
      }
      const outcome = this.#outcomeOf(this.#taken, cell.inFlight instanceof Ask);
      this.#isAtWork = outcome === undefined;
      if (outcome !== undefined) this.#answered(); // nobody waits for what has ended
      if (outcome === undefined || "error" in outcome) break;
      const item = cell.inFlight;
      cell.handled(this.#replyOf(outcome, item instanceof Ask ? item.message : item));
    }
    this.#takeBack();
    this.#returnLoan(cell.mailbox);
  }

  /** Takes the asks out whose callers have given up, and that were not begun. */
  #returnLoan(mailbox: Mailbox): void {
    if (mailbox.borrower === this) mailbox.borrower = undefined;
    for (const [ticket, message] of this.#cancelled) {
      if ((this.#asks.get(ticket) ?? 0) > this.#taken) mailbox.giveUp(ticket, message);
    }
    this.#cancelled.clear();
  }

  /** The caller of an ask that was shipped has given up. */
  cancel(ticket: number, message: unknown): void {
    this.#cancelled.set(ticket, message);
    const seq = this.#asks.get(ticket) as number; // it is still queued
    if (!this.#gone) this.#host.send({ op: "cancel", id: this.#id, epoch: this.#epoch, seq });
  }

  /** The incarnation has ended. */
  [Symbol.dispose](): void {
    if (!this.#gone) this.#host.send({ op: "forget", id: this.#id });
    this.#gone = true;
    this.#host.remove(this.#id, this.isWaiting || this.#isAtWork);
  }

  received(report: FromIncarnation): void {
    switch (report.op) {
      case "started":
        this.#answered()?.resolve(report.types);
        break;
      case "replied":
        this.#outcomes.set(report.seq, { reply: unmarshal(report.reply, this.#host.exports) });
        break;
      case "skipped":
        this.#outcomes.set(report.seq, NOT_BEGUN);
        break;
      case "panicked": {
        const error = unmarshalError(report.error);
        if (report.seq === 0) this.#context.lost(failureOf(error, undefined), error);
        else this.#outcomes.set(report.seq, { error });
        break;
      }
      case "stopped":
        if (report.error === undefined) this.#answered()?.resolve(undefined);
        else this.#answered()?.reject(unmarshalError(report.error));
        break;
      case "startFailed":
        this.#answered()?.reject(unmarshalError(report.error));
        break;
      case "stashed":
        this.#heard++;
        this.#outcomes.set(report.seq, STASHED);
        break;
      case "unstash":
        this.#heard++;
        this.#unstash(report);
        break;
      case "await":
        this.#heard++;
        if (this.#context.expect()) this.#expected.add(report.n);
        break;
      case "deliver":
        this.#deliver(report);
        break;
      case "spawn":
        this.#heard++;
        spawnFor(this.#context, this.#host, report);
        break;
      case "stopSelf":
        this.#context.stop();
        break;
      case "progress":
        break;
    }
    this.#look();
  }

  /** Nothing is unpacked for an incarnation that has ended. */
  #deliver({ message, n }: Extract<FromIncarnation, { op: "deliver" }>): void {
    const wasExpected = n !== undefined && this.#expected.delete(n);
    if (wasExpected) this.#context.expected();
    this.#context.deliver(() => unmarshal(message, this.#host.exports), wasExpected || n === undefined);
  }

  /** What was set aside goes first after message `seq`, unless another one's turn has come meanwhile: it is begun after all. */
  #unstash({ seq, epoch }: Extract<FromIncarnation, { op: "unstash" }>): void {
    const waiting = this.#waiting;
    this.#unstashAfter = Math.max(seq, this.#taken);
    this.#nextEpoch = epoch;
    if (seq < this.#taken) {
      this.#takeBack();
      if (waiting === undefined) this.#isReturned = true;
      else this.#ship(waiting.seq, waiting.message as Message);
    } else if (waiting?.seq !== seq) this.#takeBack();
  }

  /** Whatever was shipped after the message just taken was given back, and what was set aside goes before it. */
  #takeBack(): void {
    if (this.#unstashAfter !== this.#taken) return;
    this.#unstashAfter = undefined;
    this.#epoch = this.#nextEpoch;
    this.#shipped = this.#taken;
    this.borrowed = -1;
    for (const [ticket, message] of this.#cancelled) this.#context.mailbox.giveUp(ticket, message);
    this.#cancelled.clear();
    this.#asks.clear();
    this.#context.unstashAll();
  }

  lost(error: ThreadLostError): void {
    this.#halt();
    this.#lost = error;
    this.#gone = true;
    if (this.#waiting?.seq === 0) this.#answered()?.reject(error);
    else this.#context.lost(failureOf(error, undefined), error, this.#isBound);
  }

  /** Ships messages from number `first` on: `message`, if there is one, and what is queued. */
  #ship(first: number, message: Message | undefined): void {
    if (this.#gone || this.#progress.begun !== undefined || this.#unstashAfter !== undefined) return;
    const { mailbox, attempt, isAsk } = this.#context;
    const messages: Message[] = message === undefined ? [] : [message];
    const asks: number[] = message !== undefined && isAsk ? [0] : [];
    if (mailbox.lends) {
      mailbox.borrower = this;
      mailbox.forEachAfter(this.borrowed, (item, ticket) => {
        const next = item instanceof Ask ? item.message : (item as Message);
        if (!this.#types.has(next.type) || messages.length === WINDOW || movesOnce(next)) return false;
        if (item instanceof Ask) {
          this.#asks.set(ticket, first + messages.length);
          asks.push(messages.length);
        }
        messages.push(next);
        this.borrowed = ticket;
        return true;
      });
    }
    if (messages.length === 0) return;
    this.#shipped = first + messages.length - 1;
    const times = message === undefined ? 1 : attempt;
    const { bare, descriptors, transferList } = marshalAll(this.#context.path, messages, this.#host.exports);
    if (message !== undefined && movesOnce(message)) markTransferred(message);
    const batch = { epoch: this.#epoch, first, messages: bare, attempt: times, asks, descriptors };
    this.#host.send({ op: "handle", id: this.#id, ...batch }, transferList);
  }

  /** The turns of the asks up to that one have come. */
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

  /** Undefined while nothing is known. The reply to an ask is said before it counts as handled. */
  #outcomeOf(seq: number, isAsk: boolean): Outcome | undefined {
    const outcome = this.#outcomes.get(seq);
    if (outcome !== undefined) return outcome;
    if (!isAsk) {
      if (seq > this.#progress.handled && this.#progress.look(this.#taken - WINDOW, this.#heard)) {
        this.#host.hear();
        const heard = this.#outcomes.get(seq);
        if (heard !== undefined) return heard;
      }
      if (seq <= this.#progress.handled) return DONE;
    }
    const { begun } = this.#progress;
    if (begun === undefined) return undefined;
    if (seq > begun) return NOT_BEGUN;
    return this.#lost && { error: this.#lost };
  }

  /** Nothing more is begun there. Returns the number of the last message that was. */
  #halt(): number {
    return this.#progress.halt(this.#taken - WINDOW);
  }

  /** Whether what is waited for is known by now. */
  #look(): void {
    const waiting = this.#waiting;
    const outcome = waiting && waiting.seq > 0 ? this.#outcomeOf(waiting.seq, waiting.isAsk) : undefined;
    if (waiting === undefined || outcome === undefined) return;
    if ("error" in outcome) this.#answered()?.reject(outcome.error);
    else this.#answered()?.resolve(this.#replyOf(outcome, waiting.message));
  }

  /** Throws when `record` cannot be sent. */
  #answerTo(record: ToWorker, transferList?: TransferList): Promise<unknown> {
    this.#host.send(record, transferList);
    return this.#wait(0, false, undefined);
  }

  #wait(seq: number, isAsk: boolean, message: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { seq, isAsk, message, resolve, reject };
    });
  }

  /** Who waits, and does no longer. */
  #answered(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
