/**
 * A slot that is reserved before there is a value: `SyncSender.reserve` waits for room once, and the program makes an
 * expensive value only when it is sure to be sent. (After tokio's `Permit`.)
 */
import type { SendError } from "./errors.ts";
import type { Result } from "./result.ts";

/**
 * One free slot of a bounded channel, and a strong handle on it: while it lives the channel stays open.
 *
 * `send` uses it up: the value enters the channel now, not when the slot was reserved, and also after the receiver's
 * `close()`. Only if the receiver was dropped, `send` returns {@link SendError} with the value. `drop()` gives the slot to
 * the next sender that waits. A permit that was used or dropped throws {@link UseAfterDropError}.
 *
 * @example
 * ```ts
 * import { syncChannel, unwrap } from "@pneumatic/core";
 *
 * const [tx, rx] = syncChannel<string>(1);
 * const permit = unwrap(await tx.reserve());
 * console.log(tx.available, tx.trySend("no room").ok); // 0 false
 * permit.send("made when there was room");
 * console.log(unwrap(rx.tryRecv())); // made when there was room
 * tx.drop();
 * ```
 */
export interface Permit<in T> extends Disposable {
  /** Puts `value` into the slot. Never waits. */
  send<V extends T>(value: V): Result<void, SendError<V>>;
  /** Gives the slot back. Idempotent, and does nothing once `send` was called. */
  drop(): void;
}

/** Permits that were reserved together. Dropping them gives back those that were not used. */
export interface Permits<in T> extends ReadonlyArray<Permit<T>>, Disposable {
  /** Drops every permit that has not been used. Idempotent. */
  drop(): void;
}
