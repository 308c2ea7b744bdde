/**
 * The interfaces of the sending ends. A `Sender` puts values into an unbounded channel and never waits; a `SyncSender` puts
 * them into one with a capacity. Both are counted handles: the channel lives while one of them does. The classes behind them
 * are in internal/senders.ts.
 */
import type { SendError, SendTimeoutError, TrySendError } from "./errors.ts";
import type { Permit, Permits } from "./permit.ts";
import type { Result } from "./result.ts";
import type { WaitOptions } from "./wait-options.ts";

/**
 * The methods that all strong, counted ends which take messages of type `T` share: {@link Sender}, {@link SyncSender} and an
 * actor's address.
 */
export interface AnySender<in T> extends Disposable {
  /** Sends `value`; waits for room if there is a capacity. The error holds the value. */
  send<V extends T>(
    value: V,
  ): Result<void, SendError<V>> | Promise<Result<void, SendError<V> | SendTimeoutError<V> | TrySendError<V>>>;
  /** Sends `value` now or not at all. The error holds the value. */
  trySend<V extends T>(value: V): Result<void, SendError<V> | TrySendError<V>>;
  /** Returns one more strong handle on the same channel. Its new owner drops it. */
  clone(): AnySender<T>;
  /** Gives up this handle. When the last one goes, the receiver drains and disconnects. Idempotent. */
  drop(): void;
  /** Resolves when the receiver is closed or dropped; rejects with `signal.reason` when aborted. */
  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** True once the receiver is closed or dropped: no send can succeed any more. */
  readonly isDisconnected: boolean;
}

/**
 * A strong handle that sends into an unbounded channel.
 *
 * `send` never waits: it returns `ok` once the value is queued or handed over, and {@link SendError} with the value once
 * the receiver is gone. Values of all senders of a thread arrive in the order of the calls. Every handle must be dropped,
 * by `drop()` or `using`: the receiver disconnects when the last one is. Use after that throws
 * {@link UseAfterDropError}. (After `std::sync::mpsc::Sender`.)
 *
 * @example
 * ```ts
 * import { channel } from "@pneumatic/core";
 *
 * const [tx, rx] = channel<string>();
 * const other = tx.clone();
 * tx.send("a");
 * tx.drop();
 * other.send("b");
 * other.drop();
 * for await (const value of rx) console.log(value); // a, b, and the loop ends
 * ```
 */
export interface Sender<in T> extends AnySender<T> {
  send<V extends T>(value: V): Result<void, SendError<V>>;
  /** Does the same as `send`, so that code can take either kind of sender. */
  trySend<V extends T>(value: V): Result<void, SendError<V>>;
  clone(): Sender<T>;
  /** Returns a handle that does not keep the channel alive. */
  downgrade(): WeakSender<T>;
  /** Returns whether both ends belong to the same channel. */
  sameChannel(other: AnySender<never>): boolean;
  /** The number of queued values. */
  readonly length: number;
  /** Undefined, since the channel has no capacity. */
  readonly capacity: undefined;
}

/**
 * A strong handle that sends into a channel with a capacity; with capacity 0, into the hands of a receiver.
 *
 * `send` resolves once the value is in the queue, or with capacity 0 once it is taken. Waiting sends are accepted in the
 * order of the calls and nothing overtakes them. A send that waits outlives its dropped handle. (After
 * `std::sync::mpsc::SyncSender`.)
 *
 * @example
 * ```ts
 * import { syncChannel } from "@pneumatic/core";
 *
 * const [tx, rx] = syncChannel<number>(1);
 * await tx.send(1);
 * const full = tx.trySend(2);
 * if (!full.ok) console.log(full.error.kind, full.error.value); // full 2
 * const waiting = tx.send(3);
 * tx.drop();
 * for await (const n of rx) console.log(n); // 1, 3, and the loop ends
 * console.log((await waiting).ok); // true
 * ```
 */
export interface SyncSender<in T> extends AnySender<T> {
  /**
   * Sends `value`, waiting for room.
   *
   * Resolves to {@link SendError} if the receiver goes first, to {@link SendTimeoutError} if `timeout` milliseconds pass
   * first, both with the value. Rejects with `signal.reason` when aborted. Then the value was not sent and never will be.
   */
  send<V extends T>(value: V, options?: WaitOptions): Promise<Result<void, SendError<V> | SendTimeoutError<V>>>;
  trySend<V extends T>(value: V): Result<void, TrySendError<V>>;
  /** Sends `value` as `send` does, with a timeout in milliseconds. */
  sendTimeout<V extends T>(value: V, ms: number): Promise<Result<void, SendError<V> | SendTimeoutError<V>>>;
  /**
   * Reserves a slot for a value to come. Waits for room in the same queue as the sends that wait.
   *
   * Resolves to {@link SendError} if the receiver goes first, and to {@link SendTimeoutError} after `timeout` milliseconds.
   * Rejects with `signal.reason` when aborted. Then no slot is reserved. A rendezvous has no slots: there `reserve` rejects
   * with {@link InvalidArgumentError}. (After tokio's `reserve`.)
   */
  reserve(options?: WaitOptions): Promise<Result<Permit<T>, SendError<undefined> | SendTimeoutError<undefined>>>;
  /** Reserves `count` slots, all or none. More than the capacity rejects with {@link InvalidArgumentError}. */
  reserveMany(
    count: number,
    options?: WaitOptions,
  ): Promise<Result<Permits<T>, SendError<undefined> | SendTimeoutError<undefined>>>;
  /** Reserves a slot now or not at all. */
  tryReserve(): Result<Permit<T>, TrySendError<undefined>>;
  /** Reserves `count` slots now or not at all. */
  tryReserveMany(count: number): Result<Permits<T>, TrySendError<undefined>>;
  clone(): SyncSender<T>;
  /** Returns a handle that does not keep the channel alive. */
  downgrade(): WeakSender<T, SyncSender<T>>;
  /** Returns whether both ends belong to the same channel. */
  sameChannel(other: AnySender<never>): boolean;
  /** The number of queued values. */
  readonly length: number;
  /** The number of values that can be queued. */
  readonly capacity: number;
  /** The number of values that can be queued now: slots that are neither used nor reserved. */
  readonly available: number;
}

/** A handle that does not keep the channel alive; `S` is the strong handle it came from. (After tokio's `WeakSender`.) */
export interface WeakSender<in T, out S extends AnySender<T> = Sender<T>> {
  /** Returns a new strong handle; undefined once the last one has been dropped. */
  upgrade(): S | undefined;
}

/** The end that sends the one value of a {@link oneshot}. It has no `clone`. */
export interface OneshotSender<in T> extends Disposable {
  /**
   * Sends the value and uses this end up: every later call throws {@link UseAfterDropError}. Returns {@link SendError} with
   * the value if the receiver is gone.
   */
  send<V extends T>(value: V): Result<void, SendError<V>>;
  /** Gives up without a value: the receiver disconnects. Idempotent, and does nothing once `send` was called. */
  drop(): void;
  /** Resolves when the receiver is closed or dropped: nobody wants the value any more. */
  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** True once the receiver is closed or dropped. */
  readonly isDisconnected: boolean;
}
