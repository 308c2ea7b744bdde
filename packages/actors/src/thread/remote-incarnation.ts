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
import type { Cell } from "../cell/cell.ts";
import type { ExitReason } from "../cell/exit-reason.ts";
import { textOf } from "../cell/exit-reason.ts";
import { failureOf } from "../cell/failure.ts";
import type { Incarnation } from "../cell/incarnation.ts";
import { ThreadLostError } from "../errors.ts";
import type { Borrower, Mailbox } from "../mailbox/mailbox.ts";
import { Ask, NEVER_BEGUN } from "../reply/ask.ts";
import type { Tenant, ThreadHost } from "./host.ts";
import type { RemoteDefinition } from "./on-thread.ts";
import type { About, ToParent } from "./wire.ts";
import { BEGUN, FIRST_BEFORE, HALTED, HANDLED, LOW_BITS, packReason, unpackError } from "./wire.ts";

type Message = { readonly type: string };

/** What became of a message: a reply, or an error that makes the actor panic. */
type Outcome = { readonly reply: unknown } | { readonly error: unknown };

/** Who waits for the host: the turn of a message, or the start, or the `stopped` hook. */
interface Waiting {
  /** The number of the message; 0 for the others. */
  readonly seq: number;
  readonly isAsk: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

const WINDOW = 512;
const DONE: Outcome = { reply: undefined };
const NOT_BEGUN: Outcome = { reply: NEVER_BEGUN };
let incarnations = 0;

export class RemoteIncarnation implements Tenant, Borrower, Disposable {
  readonly #id = ++incarnations;
  readonly #host: ThreadHost;
  readonly #context: Incarnation;
  readonly #progress = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)).fill(FIRST_BEFORE);
  #types: ReadonlySet<string> = new Set();
  #taken = FIRST_BEFORE;
  #shipped = FIRST_BEFORE;
  /** What was read of the words. */
  #handled = FIRST_BEFORE;
  /** The last message that was begun, once the host was halted or lost. */
  #begun: number | undefined = undefined;
  borrowed = -1;
  /** The numbers of the asks shipped ahead whose turn has not come, by ticket. */
  readonly #asks = new Map<number, number>();
  /** The asks among them whose callers have given up, by ticket. */
  readonly #cancelled = new Map<number, unknown>();
  readonly #outcomes = new Map<number, Outcome>();
  /** Whether the thread was still at a message when the incarnation ended. */
  #isAtWork = false;
  #waiting: Waiting | undefined = undefined;
  #gone = false;
  #lost: ThreadLostError | undefined = undefined;

  constructor(host: ThreadHost, context: Incarnation) {
    this.#host = host;
    this.#context = context;
    host.admit(this.#id, this);
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  get about(): About {
    const { path, generation, actorId } = this.#context;
    return { path, generation, actorId };
  }

  async start({ url, exportName }: RemoteDefinition, args: unknown): Promise<readonly string[]> {
    const { about } = this;
    const progress = this.#progress;
    const types = (await this.#wait(0, false, () => {
      this.#host.send({ op: "start", id: this.#id, url, exportName, args, about, progress });
    })) as readonly string[];
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
    if (outcome === undefined) return this.#await(seq, isAsk);
    if ("error" in outcome) throw outcome.error;
    return outcome.reply;
  }

  /** Runs the `stopped` hook there, unless the thread is gone. */
  stop(reason: ExitReason): Promise<unknown> | undefined {
    if (this.#gone) return undefined;
    return this.#wait(0, false, () => this.#host.send({ op: "stop", id: this.#id, reason: packReason(reason) }));
  }

  /** Halts the host; whether it has begun with messages whose turn has not come here. */
  isAhead(): boolean {
    const isAhead = this.#taken < this.#halt();
    this.#look(); // what the turn waits for may have been halted
    return isAhead;
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
      if (outcome === undefined || "error" in outcome) break;
      cell.handled(outcome.reply);
    }
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
    if (!this.#gone) this.#host.send({ op: "cancel", id: this.#id, seq });
  }

  /** The incarnation has ended. */
  [Symbol.dispose](): void {
    if (!this.#gone) this.#host.send({ op: "forget", id: this.#id });
    this.#gone = true;
    this.#host.leave(this.#id, this.isWaiting || this.#isAtWork);
  }

  received(report: ToParent): void {
    switch (report.op) {
      case "started":
        this.#settle(report.types);
        break;
      case "replied":
        this.#outcomes.set(report.seq, report);
        break;
      case "skipped":
        this.#outcomes.set(report.seq, NOT_BEGUN);
        break;
      case "panicked": {
        const error = unpackError(report.error);
        if (report.seq === 0) this.#context.lost(failureOf(error, undefined), error);
        else this.#outcomes.set(report.seq, { error });
        break;
      }
      case "stopped":
        if (report.error === undefined) this.#settle(undefined);
        else this.#fail(unpackError(report.error));
        break;
      case "startFailed": {
        const error = unpackError(report.error);
        this.#fail(report.loaded ? error : new ThreadLostError("loadFailed", textOf(error), error));
        break;
      }
      case "self":
        this.#context.self.tell(report.message);
        break;
      case "stopSelf":
        this.#context.stop();
        break;
      case "progress":
      case "log":
        break;
    }
    this.#look();
  }

  lost(error: ThreadLostError): void {
    this.#halt();
    this.#lost = error;
    this.#gone = true;
    if (this.#waiting?.seq === 0) this.#fail(error);
    else this.#context.lost(failureOf(error, undefined), error);
  }

  /** Ships messages from number `first` on: `message`, if there is one, and what is queued. */
  #ship(first: number, message: Message | undefined): void {
    if (this.#gone || this.#begun !== undefined) return;
    const { mailbox, attempt, isAsk } = this.#context;
    const messages: Message[] = message === undefined ? [] : [message];
    const asks: number[] = message !== undefined && isAsk ? [0] : [];
    if (mailbox.lends) {
      mailbox.borrower = this;
      mailbox.forEachAfter(this.borrowed, (item, ticket) => {
        const next = item instanceof Ask ? item.message : (item as Message);
        if (!this.#types.has(next.type) || messages.length === WINDOW) return false;
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
    this.#host.send({ op: "handle", id: this.#id, first, messages, attempt: times, asks });
  }

  /** The turns of the asks up to that one have come. */
  #forgetAsks(upTo: number): void {
    for (const [ticket, seq] of this.#asks) {
      if (seq > upTo) return;
      this.#asks.delete(ticket);
      this.#cancelled.delete(ticket);
    }
  }

  #await(seq: number, isAsk: boolean): unknown {
    if (!isAsk) return this.#wait(seq, false, ignore);
    const signal = this.#context.callerSignal;
    const abort = (): void => this.#host.send({ op: "cancel", id: this.#id, seq });
    signal?.addEventListener("abort", abort);
    return this.#wait(seq, true, ignore).finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Undefined while nothing is known. The reply to an ask is said before it counts as handled. */
  #outcomeOf(seq: number, isAsk: boolean): Outcome | undefined {
    const outcome = this.#outcomes.get(seq);
    if (outcome !== undefined) return outcome;
    if (!isAsk) {
      if (seq > this.#handled) this.#handled = this.#whole(Atomics.load(this.#progress, HANDLED));
      if (seq <= this.#handled) return DONE;
    }
    if (this.#begun === undefined) return undefined;
    if (seq > this.#begun) return NOT_BEGUN;
    return this.#lost && { error: this.#lost };
  }

  /** Nothing more is begun there. Returns the number of the last message that was. */
  #halt(): number {
    if (this.#begun === undefined) {
      this.#begun = this.#whole(Atomics.exchange(this.#progress, BEGUN, HALTED));
    }
    return this.#begun;
  }

  /** The number that a word holds the low bits of: none of them is further behind than this. */
  #whole(word: number): number {
    const least = this.#taken - WINDOW;
    return least + ((word - least) & LOW_BITS);
  }

  /** Whether what is waited for is known by now. */
  #look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || waiting.seq === 0) return;
    const outcome = this.#outcomeOf(waiting.seq, waiting.isAsk);
    if (outcome === undefined) return;
    if ("error" in outcome) this.#fail(outcome.error);
    else this.#settle(outcome.reply);
  }

  #wait(seq: number, isAsk: boolean, send: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      send();
      this.#waiting = { seq, isAsk, resolve, reject };
    });
  }

  #settle(answer: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }

  #fail(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

function ignore(): void {}
