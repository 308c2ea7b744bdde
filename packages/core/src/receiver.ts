/**
 * The interfaces of the receiving ends. A receiver takes values out of a channel in the order in which they were accepted,
 * waits if there are none, and says when there will be no more. The class behind them is in internal/receiver.ts.
 */
import type { RecvError, RecvTimeoutError, TryRecvError } from "./errors.ts";
import type { Result } from "./result.ts";
import type { WaitOptions } from "./wait-options.ts";

/**
 * The single consumer of a channel.
 *
 * It receives every value whose send returned `ok`, each once, in the order in which the channel accepted them, until every
 * sender is dropped and the queue is empty; then every receive says disconnected. Dropping the receiver releases the queued
 * values and fails every send, pending and future. It has one receive at a time: a second one that overlaps rejects with
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
   * Takes the next value; waits for one.
   *
   * Resolves to {@link RecvError} once every sender is gone and nothing is left, and to {@link RecvTimeoutError} if `timeout`
   * milliseconds pass first. Rejects with `signal.reason` when aborted. A receive that ends without a value has taken none. A
   * value that is there wins over a timeout of 0. The promise is eager: a promise that you discard still takes a value, so
   * abort it instead.
   */
  recv(options?: WaitOptions): Promise<Result<T, RecvError | RecvTimeoutError>>;
  /** Takes the next value as {@link recv} does, with a timeout in milliseconds. */
  recvTimeout(ms: number): Promise<Result<T, RecvError | RecvTimeoutError>>;
  /** Takes the next value if there is one now. */
  tryRecv(): Result<T, TryRecvError>;
  /**
   * Appends the queued values to `into`, up to `limit` of them; waits for one if there is none. Resolves to the number of
   * values: 0 only if disconnected, or with a limit of 0. Rejects with `signal.reason` when aborted, and has taken none then.
   */
  recvMany(into: T[], limit: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** Iterates over all values until disconnected, as `for await` over the receiver does. Leaving the loop keeps the rest. */
  iter(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<T, undefined, void>;
  /** Iterates over the values that are there now, and those that arrive meanwhile. Never waits. */
  tryIter(): IterableIterator<T, undefined, void>;
  /** Takes the values that are there now. Sends that wait for room move in behind them; a rendezvous takes those as well. */
  drain(): T[];
  /** Accepts nothing new: sends fail, those that wait too. Queued values can still be received. Idempotent. */
  close(): void;
  /** Gives up the channel and everything queued in it. Idempotent. Afterwards only the properties can be used. */
  drop(): void;
  /** The number of queued values. */
  readonly length: number;
  /** True if no value is queued. */
  readonly isEmpty: boolean;
  /** True if nothing new can come: every sender is dropped, or this end is closed or dropped. Values may be left. */
  readonly isClosed: boolean;
}

/**
 * One of several consumers of a channel: each value goes to exactly one of them, the one that has waited longest.
 *
 * When the last clone is dropped, the channel disconnects and gives up the queued values; `close()` closes it for all. A
 * clone has one receive at a time, as any {@link Receiver}. (After crossbeam's `Receiver`.)
 */
export interface MpmcReceiver<out T> extends Receiver<T> {
  /** Returns one more consumer. Its new owner drops it. */
  clone(): MpmcReceiver<T>;
}

/** The end that receives the one value of a {@link oneshot}; it is an arm for `select` as any receiver. */
export interface OneshotReceiver<out T>
  extends Pick<Receiver<T>, "recv" | "recvTimeout" | "tryRecv" | "close" | "drop" | "isEmpty" | "isClosed">,
    Disposable {}
