/**
 * One incarnation on a host, from the parent's side: it starts and stops the incarnation there, and finds the outcome of each
 * message, at once if the thread has acknowledged it.
 *
 *     OPEN ◄─► PENDING ─► HALTED ─► LOST ─► ENDED          PENDING: a call waits for the thread; it may in HALTED and LOST, too
 *       └─────────┴──────────┴────────────────┘
 *
 *     turn ─► handle ─► window.take ─► is the outcome known? ─► reply          else PENDING ─► received ─► look ─► reply
 *
 * 1. `#transition` alone writes the state, and asserts every step.
 * 2. When the incarnation ends, the thread is halted first (`catchUp`). Messages started there are taken and accounted for;
 *    the others are as if they had never been sent.
 * 3. Reports of the thread are received before the messages that it has acknowledged after them count as handled.
 *
 * Neighbours: the executor and the cell upstream, prefetch.ts and the host downstream.
 *
 * Above the limits: it is where cell, host and wire meet.
 */
import type { TransferList } from "@pneumatic/core/threads";
import type { Message, Target } from "../../address/target.ts";
import { targetOf } from "../../address/target.ts";
import { dropAddresses } from "../../address/walk.ts";
import type { Cell } from "../../cell/cell.ts";
import { failureOf } from "../../cell/failure.ts";
import { BROKE_OFF, GAVE_UP } from "../../cell/giving-up.ts";
import type { Incarnation } from "../../cell/incarnation.ts";
import type { ThreadLostError } from "../../errors.ts";
import type { ExitReason } from "../../exit-reason.ts";
import { RemoteTimer, Tick } from "../../mailbox/tick.ts";
import { isEnvelope, isWrapped, messageOf, NEVER_STARTED } from "../../reply/ask.ts";
import type { RemoteDefinition } from "../../runtime-definition.ts";
import { marshalReason, unmarshalError } from "../wire/errors.ts";
import { hasAttachments, marshal, unmarshal } from "../wire/marshal.ts";
import type { FromIncarnation, Identity, ToWorker } from "../wire/messages.ts";
import { STOPPING } from "../wire/shared-words.ts";
import { Acknowledgements } from "./acknowledged.ts";
import type { Host, HostedIncarnation } from "./host.ts";
import { PrefetchWindow, WINDOW } from "./prefetch.ts";
import { spawnFor } from "./spawn-for.ts";

/** The outcome of a message: a reply, or an error that makes the actor panic. */
type Handled = { readonly reply: unknown; readonly isStashed?: true };
type HandlerOutcome = Handled | { readonly error: unknown };

const NO_REPLY: HandlerOutcome = { reply: undefined };
const NOT_STARTED: HandlerOutcome = { reply: NEVER_STARTED };
const GIVEN_UP: HandlerOutcome = { reply: GAVE_UP };
const BROKEN_OFF: HandlerOutcome = { reply: BROKE_OFF };
const STASHED: HandlerOutcome = { reply: undefined, isStashed: true };

const OPEN = 0;
const PENDING = 1;
const HALTED = 2;
const LOST = 3;
const ENDED = 4;

/** A call waits for the thread: the turn of a message, the start, or the `stopped` hook. */
interface Pending {
  readonly is: typeof PENDING;
  /** The number of the message; 0 for the others. */
  readonly seq: number;
  readonly isAsk: boolean;
  readonly message: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The thread starts no further message. */
interface Halted {
  readonly is: typeof HALTED;
  readonly pending: Pending | undefined;
  /** True if the incarnation has ended while the thread was at a message. */
  readonly isAtWork: boolean;
}

/** The thread is gone. */
interface Lost {
  readonly is: typeof LOST;
  readonly pending: Pending | undefined;
  readonly error: ThreadLostError;
}

type State = { readonly is: typeof OPEN | typeof ENDED } | Pending | Halted | Lost;

const OPEN_STATE: State = { is: OPEN };
const ENDED_STATE: State = { is: ENDED };
let incarnations = 0;

export class ThreadIncarnation implements HostedIncarnation, Disposable {
  readonly #id = ++incarnations;
  readonly #host: Host;
  readonly #context: Incarnation;
  readonly #isBound: boolean;
  readonly #acks = new Acknowledgements();
  readonly #window: PrefetchWindow;
  readonly #outcomes = new Map<number, HandlerOutcome>();
  /** The messages that are to come. */
  readonly #expected = new Set<number>();
  #state: State = OPEN_STATE;
  /** The number of reports that were received. */
  #reportsReceived = 0;

  /** `isBound`: it ends for good with the thread. */
  constructor(host: Host, context: Incarnation, isBound: boolean) {
    this.#host = host;
    this.#context = context;
    this.#isBound = isBound;
    this.#window = new PrefetchWindow(this.#id, context, this.#acks, host);
    host.add(this.#id, this);
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
    this.#window.types = new Set(types);
    return types;
  }

  /** Handles a message whose turn has come. If its outcome is known already, that needs no promise. */
  handle(message: Message): unknown {
    this.#outcomes.delete(this.#window.turnSeq);
    const { isAsk } = this.#context;
    const seq = this.#window.take(message);
    const outcome = this.#outcomeOf(seq, isAsk);
    if (outcome === undefined) {
      this.#window.resendIfDue(message);
      return this.#await(seq, message, isAsk);
    }
    if ("error" in outcome) {
      this.#window.resetIfDue();
      throw outcome.error;
    }
    return this.#replyOf(outcome, message);
  }

  /** Returns the reply to a message that is over, and does with the message what its handler did there. */
  #replyOf(outcome: Handled, message: unknown): unknown {
    const { reply } = outcome;
    if (outcome.isStashed) this.#context.stash();
    else if (reply !== NEVER_STARTED && hasAttachments(message)) dropAddresses(message); // its handler has had others
    this.#window.resetIfDue();
    return reply;
  }

  /** Runs the `stopped` hook there, unless the thread is gone. */
  stop(reason: ExitReason): Promise<unknown> | undefined {
    if (this.#state.is >= LOST) return undefined;
    return this.#answerTo({ op: "stop", id: this.#id, reason: marshalReason(reason) });
  }

  abortStopping(): void {
    if (this.#state.is >= LOST) return;
    Atomics.store(this.#acks.words, STOPPING, 1);
    this.#host.send({ op: "stopping", id: this.#id });
  }

  /** Halts the thread. Returns true if it has started messages whose turn has not come here. */
  halt(): boolean {
    const isAhead = this.#window.turnSeq < this.#halt();
    this.#look(); // the turn may wait for a message that was never started
    return isAhead;
  }

  /**
   * Takes the messages that were started there out of the mailbox, and accounts for those that were handled. The others are
   * queued as before.
   */
  catchUp(cell: Cell): void {
    const started = this.#halt();
    this.#host.receivePending();
    while (cell.inFlight !== undefined || this.#window.turnSeq < started) {
      if (cell.inFlight === undefined) {
        this.#window.turnSeq++;
        cell.inFlight = cell.mailbox.channel.take();
        if (isWrapped(cell.inFlight)) cell.inFlight.begin();
      }
      const outcome = this.#outcomeOf(this.#window.turnSeq, isEnvelope(cell.inFlight));
      if (outcome === undefined) {
        if (this.#state.is === HALTED) this.#transition({ ...this.#state, isAtWork: true });
        break;
      }
      this.#answered(); // nobody waits any more
      if ("error" in outcome) break;
      const item = cell.inFlight;
      cell.handled(this.#replyOf(outcome, messageOf(item)));
    }
    this.#window.resetIfDue();
    this.#window.end(cell.mailbox);
  }

  /** Ends the incarnation there; nothing more is received of it. */
  [Symbol.dispose](): void {
    const state = this.#state;
    const isOwed = this.#pending !== undefined || (state.is === HALTED && state.isAtWork);
    if (state.is < LOST) this.#host.send({ op: "forget", id: this.#id });
    this.#transition(ENDED_STATE);
    this.#host.remove(this.#id, isOwed);
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
      case "tick":
        this.#tick(record);
        break;
      case "gaveUp":
        this.#reportsReceived++;
        this.#outcomes.set(record.seq, GIVEN_UP);
        break;
      case "brokeOff":
        this.#reportsReceived++;
        this.#outcomes.set(record.seq, BROKEN_OFF);
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
        this.#window.resetAfter(record.seq, record.epoch, this.#pending);
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

  /** True once its timers are over. */
  get isOver(): boolean {
    return this.#state.is >= LOST;
  }

  #tick({ n, message }: Extract<FromIncarnation, { op: "tick" }>): void {
    const ticked = unmarshal(message, this.#host.exports) as Message;
    this.#context.tick(new Tick(ticked, new RemoteTimer(n, this)));
  }

  lost(error: ThreadLostError): void {
    if (this.#state.is === ENDED) return; // by the loss of another one
    this.#halt();
    const pending = this.#pending;
    this.#transition({ is: LOST, pending, error });
    if (pending?.seq === 0) this.#answered()?.reject(error);
    else this.#context.lost(failureOf(error, undefined), error, this.#isBound);
  }

  #await(seq: number, message: unknown, isAsk: boolean): Promise<unknown> {
    if (!isAsk) return this.#wait(seq, false, message);
    const signal = this.#context.callerSignal;
    const abort = (): void => this.#window.cancelAsk(seq);
    signal?.addEventListener("abort", abort);
    return this.#wait(seq, true, message).finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Returns the outcome of a message; undefined if it is not known yet. The reply to an ask comes before it is acknowledged. */
  #outcomeOf(seq: number, isAsk: boolean): HandlerOutcome | undefined {
    const outcome = this.#outcomes.get(seq);
    if (outcome !== undefined) return outcome;
    if (!isAsk) {
      if (seq > this.#acks.acknowledged && this.#acks.refresh(this.#window.turnSeq - WINDOW, this.#reportsReceived)) {
        this.#host.receivePending();
        const received = this.#outcomes.get(seq);
        if (received !== undefined) return received;
      }
      if (seq <= this.#acks.acknowledged) return NO_REPLY;
    }
    const { started } = this.#acks;
    if (started === undefined) return undefined;
    if (seq > started) return NOT_STARTED;
    return this.#state.is === LOST ? { error: this.#state.error } : undefined;
  }

  /** Lets the thread start no further message. Returns the number of the last one that it has started. */
  #halt(): number {
    if (this.#state.is < HALTED) this.#transition({ is: HALTED, pending: this.#pending, isAtWork: false });
    return this.#acks.halt(this.#window.turnSeq - WINDOW);
  }

  #transition(next: State): void {
    const { is } = this.#state;
    const isLegal = next.is > is || (next.is === is && is !== ENDED) || (is === PENDING && next.is === OPEN);
    if (!isLegal) throw new Error(`No step from ${is} to ${next.is}`);
    this.#state = next;
  }

  get #pending(): Pending | undefined {
    const state = this.#state;
    if (state.is === PENDING) return state;
    return state.is === HALTED || state.is === LOST ? state.pending : undefined;
  }

  #becomePending(pending: Pending | undefined): void {
    const state = this.#state;
    this.#transition(state.is === HALTED || state.is === LOST ? { ...state, pending } : (pending ?? OPEN_STATE));
  }

  /** Settles the pending call if its outcome is known by now. */
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
      this.#becomePending({ is: PENDING, seq, isAsk, message, resolve, reject });
    });
  }

  /** Returns the pending call, which waits no longer. */
  #answered(): Pending | undefined {
    const pending = this.#pending;
    if (pending !== undefined) this.#becomePending(undefined);
    return pending;
  }
}
