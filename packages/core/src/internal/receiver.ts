/**
 * The class behind `Receiver`, over any source: a channel or a timer. A receive that finds a value takes it at once; else it
 * waits in the list of the source, as a ReceiveWait. A receiver has one receive at a time, so it has one ReceiveWait, which it
 * uses again.
 *
 *     recv, recvMany, iter().next() ──► receive(form): a value? ──► form.of(value)
 *                                          │none
 *                                       ReceiveWait ──► source.wait ──► received │ disconnected │ timed out │ aborted
 *
 * Invariants
 * 1. `#waiting` is the receive that waits, this receiver's or a select's; there is at most one.
 * 2. A receive that ends without a value has taken none.
 */
import { InvalidArgumentError, OverlappingRecvError, RecvError, RecvTimeoutError, TryRecvError } from "../errors.ts";
import type { Receiver } from "../receiver.ts";
import type { Err, Result } from "../result.ts";
import type { WaitOptions } from "../wait-options.ts";
import { noteUnyielding } from "./budget.ts";
import { End } from "./end.ts";
import { checkOptions, count } from "./options.ts";
import type { Source, WaitingReceive } from "./source.ts";
import { CLOSED, NOTHING, OPEN } from "./source.ts";
import { refuse, SIGNAL_OPTIONS, settled, signalOf, timeoutOf, Wait } from "./wait.ts";

type Received<T> = Result<T, RecvError | RecvTimeoutError>;
type SignalOptions = { readonly signal?: AbortSignal | undefined };

/** The results of one kind of receive: for a value, for a closed source, and after the timeout. */
interface Form<in T, out R> {
  /** Returns the result for `value`, which was taken. */
  of(value: T): R;
  readonly closed: R;
  readonly timedOut: R;
}

function shared<E>(error: E): Err<E> {
  return Object.freeze({ ok: false, error: Object.freeze(error) });
}

const TRY_RECV_EMPTY = shared(new TryRecvError("empty"));
const TRY_RECV_DISCONNECTED = shared(new TryRecvError("disconnected"));
export const RECV_DISCONNECTED: Err<RecvError> = shared(new RecvError());
export const RECV_TIMED_OUT: Err<RecvTimeoutError> = shared(new RecvTimeoutError());
const ITERATION_DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

const RESULT: Form<unknown, Received<unknown>> = {
  of: (value) => ({ ok: true, value }),
  closed: RECV_DISCONNECTED,
  timedOut: RECV_TIMED_OUT,
};

export class ChannelReceiver<T> extends End<Source<T>> implements Receiver<T> {
  /** Set by the wait that begins, cleared by the one that ends; also by those of a select. */
  #waiting: WaitingReceive<never> | undefined = undefined;
  /** The wait of a receive that is over, for the next one to use. Undefined until there was one, and while it waits. */
  #spare: ReceiveWait<T> | undefined = undefined;
  /** The wait of this receiver as an arm of a select, kept for the next one (select.ts). */
  #arm: WaitingReceive<T> | undefined = undefined;

  override get [Symbol.toStringTag](): string {
    return "Receiver";
  }

  /** Undefined: a lost receiver needs no report, since senders learn of it from the channel. */
  override get reportedAs(): undefined {
    return undefined;
  }

  /** The receive that waits. There is at most one. */
  get waiting(): WaitingReceive<never> | undefined {
    return this.#waiting;
  }
  set waiting(receive: WaitingReceive<never> | undefined) {
    this.#waiting = receive;
  }

  /** The wait of a select at this receiver, kept for the next one. */
  get arm(): WaitingReceive<T> | undefined {
    return this.#arm;
  }
  set arm(arm: WaitingReceive<T> | undefined) {
    this.#arm = arm;
  }

  /** Takes a value that is there, since this is where a loop spends its time; leaves all else to `receive`. */
  recv(options?: WaitOptions): Promise<Received<T>> {
    const source = this.channel;
    if (source !== undefined && options === undefined && this.#waiting === undefined) {
      const value = source.take();
      if (value !== NOTHING) return settled({ ok: true, value }, source.cooperative);
    }
    return this.receive(RESULT as Form<T, Received<T>>, options);
  }

  recvTimeout(ms: number): Promise<Received<T>> {
    return this.recv(timeoutOf(ms));
  }

  tryRecv(): Result<T, TryRecvError> {
    const source = this.use("receive");
    const value = source.take();
    if (value !== NOTHING) return { ok: true, value };
    noteUnyielding();
    return source.state === CLOSED ? TRY_RECV_DISCONNECTED : TRY_RECV_EMPTY;
  }

  recvMany(into: T[], limit: number, options?: SignalOptions): Promise<number> {
    if (!(Array.isArray(into) && Object.isExtensible(into))) {
      return Promise.reject(new InvalidArgumentError("The array of recvMany", "an array to append to", into));
    }
    if (!(count.accepts(limit) || limit === Number.POSITIVE_INFINITY)) {
      return Promise.reject(new InvalidArgumentError("The limit of recvMany", count.expected, limit));
    }
    const of = (value: T): number => {
      into.push(value);
      return 1 + this.#takeInto(into, limit - 1);
    };
    const refusal = this.channel && refuse(options, SIGNAL_OPTIONS);
    if (refusal !== undefined) return refusal;
    if (limit === 0 && this.channel !== undefined) return Promise.resolve(0);
    return this.receive({ of, closed: 0, timedOut: 0 }, signalOf(options));
  }

  iter(options?: SignalOptions): AsyncIterableIterator<T, undefined, void> {
    this.use("iterate");
    if (options !== undefined) checkOptions(options, SIGNAL_OPTIONS);
    return new ValueIterator(this, signalOf(options));
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, void> {
    return this.iter();
  }

  tryIter(): IterableIterator<T, undefined, void> {
    this.use("iterate");
    return new ReadyValues(this);
  }

  drain(): T[] {
    const source = this.use("drain");
    const values = new Array<T>(source.ready);
    for (let n = 0; n < values.length; n++) {
      const value = source.take();
      if (value === NOTHING) values.length = n;
      else values[n] = value;
    }
    if (values.length === 0) noteUnyielding();
    return values;
  }

  close(): void {
    this.use("close").close();
  }

  override drop(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.channel?.unwait(waiting as WaitingReceive<T>);
      waiting.disconnected();
    }
    super.drop();
  }

  get length(): number {
    return this.channel?.length ?? 0;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get isClosed(): boolean {
    return this.channel?.state !== OPEN;
  }

  /** Notes that the receive of this receiver waits no more. */
  over(wait: ReceiveWait<T>): void {
    this.#waiting = undefined;
    this.#spare = wait;
    wait.form = undefined;
  }

  /** Takes the next value, or waits for it. Resolves to the result that `form` has for it, or for its absence. */
  receive<R>(form: Form<T, R>, options: WaitOptions | undefined): Promise<R> {
    const source = this.channel;
    if (source === undefined) return Promise.reject(this.misuse("receive"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    if (this.#waiting !== undefined) return Promise.reject(new OverlappingRecvError());
    const value = source.take();
    if (value !== NOTHING) return settled(form.of(value), source.cooperative);
    if (source.state === CLOSED) return settled(form.closed, source.cooperative);
    if (options?.timeout === 0) return settled(form.timedOut, source.cooperative);
    const wait = this.#spare ?? new ReceiveWait(this, source);
    this.#spare = undefined;
    wait.form = form;
    return wait.start(options) as Promise<R>;
  }

  override releaseCount(source: Source<T>): void {
    source.removeReceiver();
  }

  #takeInto(into: T[], limit: number): number {
    const source = this.channel as Source<T>;
    let count = 0;
    for (; count < limit; count++) {
      const value = source.take();
      if (value === NOTHING) break;
      into.push(value);
    }
    return count;
  }
}

/** The receive of a receiver that waits. It refers to the receiver, so that the collector leaves that alone meanwhile. */
class ReceiveWait<T> extends Wait<unknown> implements WaitingReceive<T> {
  readonly #end: ChannelReceiver<T>;
  readonly #source: Source<T>;
  form: Form<T, unknown> | undefined = undefined;

  constructor(end: ChannelReceiver<T>, source: Source<T>) {
    super();
    this.#end = end;
    this.#source = source;
  }

  get cooperative(): boolean {
    return this.#source.cooperative;
  }

  get timedOut(): unknown {
    return this.form?.timedOut;
  }

  enter(): void {
    this.#end.waiting = this;
    this.#source.wait(this);
  }

  leave(): void {
    this.#source.unwait(this);
    this.#end.over(this);
  }

  received(value: T): void {
    const { form } = this;
    this.#end.over(this);
    try {
      this.settle(form?.of(value));
    } catch (unusable) {
      this.reject(unusable); // the array of recvMany was frozen meanwhile, for which the sender is not to blame
    }
  }

  disconnected(): void {
    const result = this.form?.closed;
    this.#end.over(this);
    this.settle(result);
  }
}

/** The iterator of `iter()`. A generator would be half as fast, and its `return()` would wait behind a pending `next()`. */
class ValueIterator<T> implements AsyncIterableIterator<T, undefined, void>, Form<T, IteratorResult<T, undefined>> {
  readonly #end: ChannelReceiver<T>;
  readonly #options: WaitOptions | undefined;
  #isOver = false;

  constructor(end: ChannelReceiver<T>, options: WaitOptions | undefined) {
    this.#end = end;
    this.#options = options;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isOver) return this.return();
    if (this.#end.channel === undefined) return refuse(this.#options) ?? this.return();
    return this.#end.receive<IteratorResult<T, undefined>>(this, this.#options);
  }

  /** Ends the iteration, and a pending `next()`, which then takes nothing. Queued values stay in the channel. */
  return(): Promise<IteratorReturnResult<undefined>> {
    const wait: unknown = this.#end.waiting;
    if (wait instanceof ReceiveWait && wait.form === this) wait.end(ITERATION_DONE);
    return Promise.resolve(this.closed);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  of(value: T): IteratorYieldResult<T> {
    return { done: false, value };
  }

  /** Ends the iteration for good, also if its signal aborts later. */
  get closed(): typeof ITERATION_DONE {
    this.#isOver = true;
    return ITERATION_DONE;
  }

  get timedOut(): typeof ITERATION_DONE {
    return ITERATION_DONE;
  }
}

/** The iterator of `tryIter()`. It refers to the receiver, which must not be collected meanwhile. */
class ReadyValues<T> implements IterableIterator<T, undefined, void> {
  readonly #end: ChannelReceiver<T>;
  #isOver = false;

  constructor(end: ChannelReceiver<T>) {
    this.#end = end;
  }

  next(): IteratorResult<T, undefined> {
    const source = this.#isOver ? undefined : this.#end.channel;
    const value = source === undefined ? NOTHING : source.take();
    if (value !== NOTHING) return { done: false, value };
    noteUnyielding();
    return this.return();
  }

  return(): IteratorReturnResult<undefined> {
    this.#isOver = true;
    return ITERATION_DONE;
  }

  [Symbol.iterator](): this {
    return this;
  }
}
