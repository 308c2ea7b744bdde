/**
 * The receiving end: takes values out of a channel in the order they were admitted, waits when there are none, and tells
 * when there will be no more. Upstream are the senders; the shared state is in internal/channel.ts.
 */
import { OverlappingRecvError, RecvError, RecvTimeoutError, TryRecvError, UseAfterDropError } from "./errors.ts";
import type { Channel, PendingReceive } from "./internal/channel.ts";
import { CLOSED, NOTHING, OPEN } from "./internal/channel.ts";
import type { WaitOptions } from "./internal/wait.ts";
import { refuse, timeoutOf, Wait } from "./internal/wait.ts";
import type { Err, Result } from "./result.ts";

/**
 * The single consumer of a channel.
 *
 * It receives every value that a send was told `ok` for, each once, in the order of admission, until every sender is
 * dropped and the queue is drained; then every receive says disconnected. Dropping it releases what is queued and fails
 * every send, pending and future. One receive at a time: a second that overlaps rejects with
 * {@link OverlappingRecvError} and disturbs nothing. (After `std::sync::mpsc::Receiver`.)
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<number>();
 * for (const n of [1, 2, 3]) tx.send(n);
 * tx.drop();
 * for await (const n of rx) console.log(n); // 1, 2, 3, and the loop ends
 * ```
 */
export interface Receiver<out T> extends AsyncIterable<T>, Disposable {
  /**
   * The next value; waits for one.
   *
   * Resolves to {@link RecvError} once every sender is gone and nothing is left, to {@link RecvTimeoutError} when
   * `timeout` milliseconds pass first; rejects with `signal.reason` when aborted. Whichever way it ends without a value, it
   * has taken none. A value that is there wins over a timeout of 0. The promise is eager: one that you discard still
   * takes a value; abort it instead.
   */
  recv(options?: WaitOptions): Promise<Result<T, RecvError | RecvTimeoutError>>;
  /** {@link recv} with a timeout in milliseconds. */
  recvTimeout(ms: number): Promise<Result<T, RecvError | RecvTimeoutError>>;
  /** The next value if there is one now. */
  tryRecv(): Result<T, TryRecvError>;
  /** All values until disconnected, as `for await` over the receiver does. Leaving the loop keeps the rest. */
  iter(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<T, undefined, void>;
  /** The values that are there now, and those that arrive while iterating. Never waits. */
  tryIter(): IterableIterator<T, undefined, void>;
  /** Accepts nothing new: sends fail, those waiting too; what is queued is still received. Idempotent. */
  close(): void;
  /** Gives up the channel and everything queued in it. Idempotent; afterwards only the properties can be used. */
  drop(): void;
  /** How many values are queued. */
  readonly length: number;
  /** Whether no value is queued. */
  readonly isEmpty: boolean;
  /** Whether nothing new can come: every sender is dropped, or this end is closed or dropped. Values may be left. */
  readonly isClosed: boolean;
}

type Received<T> = Result<T, RecvError | RecvTimeoutError>;
type Next<T> = IteratorResult<T, undefined>;

function failed<E>(error: E): Err<E> {
  return Object.freeze({ ok: false, error: Object.freeze(error) });
}

const EMPTY = failed(new TryRecvError("empty"));
const TRY_DISCONNECTED = failed(new TryRecvError("disconnected"));
const DISCONNECTED = failed(new RecvError());
const TIMED_OUT = failed(new RecvTimeoutError());
const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
const RESOLVED_DISCONNECTED = Promise.resolve(DISCONNECTED);
const RESOLVED_TIMED_OUT = Promise.resolve(TIMED_OUT);
const RESOLVED_DONE = Promise.resolve(DONE);

/** The channel's one waiting receive; subclasses say what it resolves to. */
abstract class Pending<T, R> extends Wait<R> implements PendingReceive<T> {
  readonly #channel: Channel<T>;
  constructor(channel: Channel<T>) {
    super();
    this.#channel = channel;
    channel.receiver = this;
  }
  protected override leave(): void {
    this.#channel.receiver = undefined;
  }
  abstract received(value: T): void;
  abstract disconnected(): void;
}

class PendingRecv<T> extends Pending<T, Received<T>> {
  override received(value: T): void {
    this.settle({ ok: true, value });
  }
  override disconnected(): void {
    this.settle(DISCONNECTED);
  }
}

class PendingNext<T> extends Pending<T, Next<T>> {
  readonly iterator: ValueIterator<T>;
  constructor(channel: Channel<T>, iterator: ValueIterator<T>) {
    super(channel);
    this.iterator = iterator;
  }
  override received(value: T): void {
    this.settle({ done: false, value });
  }
  override disconnected(): void {
    // So that it stays ended when its signal aborts later.
    this.iterator.return();
    this.settle(DONE);
  }
}

/** The implementation of {@link Receiver}. */
export class ChannelReceiver<T> implements Receiver<T> {
  /** Undefined once dropped. */
  #channel: Channel<T> | undefined;

  constructor(channel: Channel<T>) {
    this.#channel = channel;
  }

  get [Symbol.toStringTag](): string {
    return "Receiver";
  }

  recv(options?: WaitOptions): Promise<Received<T>> {
    const channel = this.#channel;
    if (channel === undefined) return Promise.reject(new UseAfterDropError("Receiver", "receive"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    if (channel.receiver !== undefined) return Promise.reject(new OverlappingRecvError());
    const value = channel.take();
    if (value !== NOTHING) return Promise.resolve({ ok: true, value });
    if (channel.state === CLOSED) return RESOLVED_DISCONNECTED;
    if (options?.timeout === 0) return RESOLVED_TIMED_OUT;
    return new PendingRecv(channel).start(options, () => TIMED_OUT).promise;
  }

  recvTimeout(ms: number): Promise<Received<T>> {
    return this.recv(timeoutOf(ms));
  }

  tryRecv(): Result<T, TryRecvError> {
    const channel = this.#use("receive");
    const value = channel.take();
    if (value !== NOTHING) return { ok: true, value };
    return channel.state === CLOSED ? TRY_DISCONNECTED : EMPTY;
  }

  iter(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<T, undefined, void> {
    return new ValueIterator(this.#use("iterate"), options?.signal);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, void> {
    return this.iter();
  }

  tryIter(): IterableIterator<T, undefined, void> {
    return readyValues(this.#use("iterate"));
  }

  close(): void {
    this.#use("close").close();
  }

  drop(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.dropReceiver();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  get length(): number {
    return this.#channel?.length ?? 0;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get isClosed(): boolean {
    return this.#channel?.state !== OPEN;
  }

  #use(operation: string): Channel<T> {
    if (this.#channel === undefined) throw new UseAfterDropError("Receiver", operation);
    return this.#channel;
  }
}

function* readyValues<T>(channel: Channel<T>): IterableIterator<T, undefined, void> {
  for (let value = channel.take(); value !== NOTHING; value = channel.take()) yield value;
}

/** Written by hand: a generator is half as fast, and its `return()` would wait behind a pending `next()`. */
class ValueIterator<T> implements AsyncIterableIterator<T, undefined, void> {
  readonly #channel: Channel<T>;
  readonly #options: WaitOptions | undefined;
  #ended = false;

  constructor(channel: Channel<T>, signal: AbortSignal | undefined) {
    this.#channel = channel;
    this.#options = signal === undefined ? undefined : { signal };
  }

  next(): Promise<Next<T>> {
    const channel = this.#channel;
    if (this.#ended) return RESOLVED_DONE;
    const options = this.#options;
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    if (channel.receiver !== undefined) return Promise.reject(new OverlappingRecvError());
    const value = channel.take();
    if (value !== NOTHING) return Promise.resolve({ done: false, value });
    if (channel.state === CLOSED) return this.#end();
    return new PendingNext(channel, this).start(options, () => DONE).promise;
  }

  /** Ends the iteration, a pending `next()` too, which then takes nothing. What is queued stays in the channel. */
  return(): Promise<IteratorReturnResult<undefined>> {
    const pending = this.#channel.receiver;
    if (pending instanceof PendingNext && pending.iterator === this) pending.end(DONE);
    return this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): typeof RESOLVED_DONE {
    this.#ended = true;
    return RESOLVED_DONE;
  }
}
