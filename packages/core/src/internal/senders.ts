/** The implementations of `Sender`, `SyncSender` and `OneshotSender`. */
import { SendError, SendTimeoutError, TrySendError, UseAfterDropError } from "../errors.ts";
import type { OneshotSender } from "../oneshot.ts";
import type { Permit, Permits } from "../permit.ts";
import type { Err, Ok, Result } from "../result.ts";
import type { Sender, SyncSender, WeakSender } from "../sender.ts";
import { overspent, putOff } from "./budget.ts";
import type { Channel, ParkedSend } from "./channel.ts";
import { FULL, PUSHED } from "./channel.ts";
import { Handle, WeakHandle } from "./handle.ts";
import type { Reserved, TriedToReserve } from "./permits.ts";
import { manyPermits, onePermit, reserved, triedToReserve } from "./permits.ts";
import type { WaitOptions } from "./wait.ts";
import { refuse, timeoutOf, Wait } from "./wait.ts";
import type { WaitNode } from "./wait-list.ts";

const SENT: Ok<void> = Object.freeze({ ok: true, value: undefined });
const RESOLVED_SENT = Promise.resolve(SENT);

function failed<E>(error: E): Err<E> {
  return { ok: false, error };
}

class UnboundedSender<T> extends Handle<T> implements Sender<T> {
  override get [Symbol.toStringTag](): string {
    return "Sender";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    const channel = this.use("send");
    overspent(channel.cooperative); // charged, though nothing can be put off
    return channel.push(value) === PUSHED ? SENT : failed(new SendError(value));
  }

  trySend<V extends T>(value: V): Result<void, SendError<V>> {
    return this.send(value);
  }

  clone(): Sender<T> {
    return new UnboundedSender(this.share());
  }

  downgrade(): WeakSender<T> {
    return new WeakHandle(this.use("downgrade"), unboundedSender);
  }

  get capacity(): undefined {
    return undefined;
  }
}

class ChannelOneshotSender<T> extends Handle<T> implements OneshotSender<T> {
  override get [Symbol.toStringTag](): string {
    return "OneshotSender";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    const pushed = this.use("send").push(value);
    this.drop();
    return pushed === PUSHED ? SENT : failed(new SendError(value));
  }

  protected override misuse(operation: string): UseAfterDropError {
    return new UseAfterDropError("OneshotSender", operation, "has sent its one value, or was dropped");
  }
}

class BoundedSender<T> extends Handle<T> implements SyncSender<T> {
  override get [Symbol.toStringTag](): string {
    return "SyncSender";
  }

  send<V extends T>(value: V, options?: WaitOptions): Promise<Result<void, SendError<V> | SendTimeoutError<V>>> {
    const channel = this.channel;
    if (channel === undefined) return Promise.reject(this.misuse("send"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    const pushed = channel.push(value);
    if (pushed === PUSHED) return overspent(channel.cooperative) ? putOff(SENT) : RESOLVED_SENT;
    if (pushed !== FULL) return Promise.resolve(failed(new SendError(value)));
    if (options?.timeout === 0) return Promise.resolve(failed(new SendTimeoutError(value)));
    return new PendingSend(channel, value).start(options, () => failed(new SendTimeoutError(value))).promise;
  }

  trySend<V extends T>(value: V): Result<void, TrySendError<V>> {
    const pushed = this.use("send").push(value);
    if (pushed === PUSHED) return SENT;
    return failed(new TrySendError(pushed === FULL ? "full" : "disconnected", value));
  }

  sendTimeout<V extends T>(value: V, ms: number): Promise<Result<void, SendError<V> | SendTimeoutError<V>>> {
    return this.send(value, timeoutOf(ms));
  }

  reserve(options?: WaitOptions): Promise<Reserved<Permit<T>>> {
    return reserved<T, Permit<T>>(this.channel, 1, options, onePermit);
  }

  reserveMany(count: number, options?: WaitOptions): Promise<Reserved<Permits<T>>> {
    return reserved<T, Permits<T>>(this.channel, count, options, manyPermits);
  }

  tryReserve(): TriedToReserve<Permit<T>> {
    return triedToReserve<T, Permit<T>>(this.use("reserve"), 1, onePermit);
  }

  tryReserveMany(count: number): TriedToReserve<Permits<T>> {
    return triedToReserve<T, Permits<T>>(this.use("reserve"), count, manyPermits);
  }

  clone(): SyncSender<T> {
    return new BoundedSender(this.share());
  }

  downgrade(): WeakSender<T, SyncSender<T>> {
    return new WeakHandle(this.use("downgrade"), boundedSender);
  }

  get capacity(): number {
    return this.use("inspect").capacity;
  }

  get available(): number {
    return this.use("inspect").available;
  }
}

/** A send that waits for room. It does not need its handle any more. */
class PendingSend<T, V extends T>
  extends Wait<Result<void, SendError<V> | SendTimeoutError<V>>>
  implements ParkedSend<T>
{
  readonly value: V;
  readonly #channel: Channel<T>;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(channel: Channel<T>, value: V) {
    super();
    this.value = value;
    this.#channel = channel;
    channel.park(this);
  }

  get slots(): number {
    return 1;
  }

  admitted(): void {
    this.settle(SENT, this.#channel.cooperative);
  }

  disconnected(): void {
    this.settle(failed(new SendError(this.value)));
  }

  protected override leave(): void {
    this.#channel.unpark(this);
  }
}

/** A strong handle on an unbounded channel; takes over one count. */
export function unboundedSender<T>(channel: Channel<T>): Sender<T> {
  return new UnboundedSender(channel);
}

/** A strong handle on a channel with a capacity; takes over one count. */
export function boundedSender<T>(channel: Channel<T>): SyncSender<T> {
  return new BoundedSender(channel);
}

/** The only strong handle on a channel for one value; takes over its count. */
export function oneshotSender<T>(channel: Channel<T>): OneshotSender<T> {
  return new ChannelOneshotSender(channel);
}
