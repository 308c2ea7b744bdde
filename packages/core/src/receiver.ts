/**
 * The receiving end: takes values out of a channel in the order they were admitted, waits when there are none, and tells
 * when there will be no more. Upstream are the senders; the shared state is in internal/channel.ts.
 */
import type { RecvError, RecvTimeoutError, TryRecvError } from "./errors.ts";
import type { Result } from "./result.ts";
import type { WaitOptions } from "./wait-options.ts";

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
  /**
   * Appends to `into` what is there, up to `limit` values; waits for one when there is none. Resolves to how many came: 0
   * only when disconnected, or with a limit of 0. Rejects with `signal.reason` when aborted, having taken none.
   */
  recvMany(into: T[], limit: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** All values until disconnected, as `for await` over the receiver does. Leaving the loop keeps the rest. */
  iter(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<T, undefined, void>;
  /** The values that are there now, and those that arrive while iterating. Never waits. */
  tryIter(): IterableIterator<T, undefined, void>;
  /** Takes the values that are there now. Sends that wait for room move in behind them; those of a rendezvous are taken. */
  drain(): T[];
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

/**
 * One of several consumers of a channel: each value goes to exactly one of them, the one that has waited longest.
 *
 * The channel disconnects, and gives up what is queued, when the last clone is dropped; `close()` closes it for all. A
 * clone has one receive at a time, as any {@link Receiver}. (After crossbeam's `Receiver`.)
 */
export interface MpmcReceiver<out T> extends Receiver<T> {
  /** One more consumer, to be dropped by whoever gets it. */
  clone(): MpmcReceiver<T>;
}

/** The end that receives the one value of a {@link oneshot}; it is an arm for `select` as any receiver. */
export interface OneshotReceiver<out T>
  extends Pick<Receiver<T>, "recv" | "recvTimeout" | "tryRecv" | "close" | "drop" | "isEmpty" | "isClosed">,
    Disposable {}
