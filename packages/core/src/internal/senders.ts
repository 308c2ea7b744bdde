/**
 * The classes behind `Sender`, `SyncSender` and `Permit`, and the wait for room of a send or a reservation.
 *
 *     send, trySend ──► channel.push ──► PUSHED ──► ok
 *     reserve ──► channel.reserve            FULL ──► SendWait, in the channel's list of waiting senders
 *                                            DISCONNECTED ──► SendError
 *
 * Invariants
 * 1. Every handle has one count of its channel, which `drop` gives back; a permit has its slot as well.
 * 2. A send that waits needs its handle no more. A reservation that waits has a count of its own, and so keeps the channel open.
 * 3. A send that fails returns its value, and will never be received.
 *
 * Downstream is channel.ts, which decides; upstream are the functions that make channels, and the threads.
 */
import type { UseAfterDropError } from "../errors.ts";
import { InvalidArgumentError, SendError, SendTimeoutError, TrySendError } from "../errors.ts";
import type { Permit, Permits } from "../permit.ts";
import type { Err, Ok, Result } from "../result.ts";
import { err } from "../result.ts";
import type { Sender, SyncSender, WeakSender } from "../sender.ts";
import type { WaitOptions } from "../wait-options.ts";
import { charge, noteUnyielding } from "./budget.ts";
import type { Channel, Pushed, WaitingSender } from "./channel.ts";
import { FULL, PUSHED } from "./channel.ts";
import { SendingEnd, WeakSendingEnd } from "./sending-end.ts";
import { NOTHING } from "./source.ts";
import { refuse, settled, timeoutOf, Wait } from "./wait.ts";

type SendOutcome<R, V> = Result<R, SendError<V> | SendTimeoutError<V>>;

const SENT_RESULT: Ok<void> = Object.freeze({ ok: true, value: undefined });
const SENT_PROMISE = Promise.resolve(SENT_RESULT);

class UnboundedSender<T> extends SendingEnd<T> implements Sender<T> {
  override get [Symbol.toStringTag](): string {
    return "Sender";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    const channel = this.use("send");
    noteUnyielding();
    return channel.push(value) === PUSHED ? SENT_RESULT : err(new SendError(value));
  }

  trySend<V extends T>(value: V): Result<void, SendError<V>> {
    return this.send(value);
  }

  clone(): Sender<T> {
    return new UnboundedSender(this.share());
  }

  downgrade(): WeakSender<T> {
    return new WeakSendingEnd(this.use("downgrade"), unboundedSender);
  }

  get capacity(): undefined {
    return undefined;
  }
}

class BoundedSender<T> extends SendingEnd<T> implements SyncSender<T> {
  override get [Symbol.toStringTag](): string {
    return "SyncSender";
  }

  send<V extends T>(value: V, options?: WaitOptions): Promise<SendOutcome<void, V>> {
    const channel = this.channel;
    if (channel === undefined) return Promise.reject(this.misuse("send"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    let pushed: Pushed;
    try {
      pushed = channel.push(value);
    } catch (misuse) {
      return Promise.reject(misuse); // the receiver is in another thread, and the value cannot be cloned
    }
    if (pushed === PUSHED && !charge(channel.cooperative)) return SENT_PROMISE;
    return new SendWait<T, void, V>(channel, value, 1, voidResult).after(pushed, options);
  }

  trySend<V extends T>(value: V): Result<void, TrySendError<V>> {
    const channel = this.use("send");
    const pushed = channel.push(value);
    if (pushed === PUSHED || (pushed === FULL && channel.waker?.handOver?.(value))) return SENT_RESULT;
    noteUnyielding();
    return err(new TrySendError(pushed === FULL ? "full" : "disconnected", value));
  }

  sendTimeout<V extends T>(value: V, ms: number): Promise<SendOutcome<void, V>> {
    return this.send(value, timeoutOf(ms));
  }

  reserve(options?: WaitOptions): Promise<SendOutcome<Permit<T>, undefined>> {
    return this.#reserve(1, options, onePermit);
  }

  reserveMany(count: number, options?: WaitOptions): Promise<SendOutcome<Permits<T>, undefined>> {
    return this.#reserve(count, options, manyPermits);
  }

  tryReserve(): Result<Permit<T>, TrySendError<undefined>> {
    return this.#tryReserve(1, onePermit);
  }

  tryReserveMany(count: number): Result<Permits<T>, TrySendError<undefined>> {
    return this.#tryReserve(count, manyPermits);
  }

  clone(): SyncSender<T> {
    return new BoundedSender(this.share());
  }

  downgrade(): WeakSender<T, SyncSender<T>> {
    return new WeakSendingEnd(this.use("downgrade"), boundedSender);
  }

  get capacity(): number {
    return this.use("inspect").capacity;
  }

  get available(): number {
    return this.use("inspect").available;
  }

  #reserve<R>(count: number, options: WaitOptions | undefined, of: ResultOf<T, R>): Promise<SendOutcome<R, undefined>> {
    const refusal = refuse(options);
    if (refusal !== undefined) return refusal;
    try {
      const channel = this.#slots(count);
      return new SendWait<T, R, undefined>(channel, NOTHING, count, of).after(channel.reserve(count), options);
    } catch (misuse) {
      return Promise.reject(misuse);
    }
  }

  #tryReserve<R>(count: number, of: ResultOf<T, R>): Result<R, TrySendError<undefined>> {
    const channel = this.#slots(count);
    const reserved = channel.reserve(count);
    if (reserved === PUSHED) return of(channel, count);
    noteUnyielding();
    return err(new TrySendError(reserved === FULL ? "full" : "disconnected", undefined));
  }

  /** Returns the channel; throws unless it has that many slots. */
  #slots(count: number): Channel<T> {
    const channel = this.use("reserve");
    if (Number.isSafeInteger(count) && count >= 0 && count <= channel.capacity) return channel;
    const hint = channel.capacity === 0 ? " (a rendezvous has no slot to reserve)" : "";
    throw new InvalidArgumentError(
      "The count of slots to reserve",
      `an integer from 0 to ${channel.capacity}${hint}`,
      count,
    );
  }
}

class ChannelPermit<T> extends SendingEnd<T> implements Permit<T> {
  override get [Symbol.toStringTag](): string {
    return "Permit";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    return this.leave(this.use("send")).fulfill(value) ? SENT_RESULT : err(new SendError(value));
  }

  override releaseCount(channel: Channel<T>): void {
    channel.release();
  }

  protected override misuse(operation: string): UseAfterDropError {
    return super.misuse(operation, "has sent its value, or was dropped");
  }
}

/** Makes the result of an accepted send or reservation, from the slots that it was given. */
type ResultOf<T, R> = (channel: Channel<T>, slots: number) => Ok<R>;

const voidResult = (): Ok<void> => SENT_RESULT;

function onePermit<T>(channel: Channel<T>): Ok<Permit<T>> {
  return { ok: true, value: new ChannelPermit(channel) };
}

function manyPermits<T>(channel: Channel<T>, slots: number): Ok<Permits<T>> {
  const permits = Array.from({ length: slots }, () => new ChannelPermit(channel));
  const drop = (): void => {
    for (const permit of permits) permit.drop();
  };
  return { ok: true, value: Object.assign(permits, { drop, [Symbol.dispose]: drop }) };
}

/** A send that waits for room, or a reservation, whose value is NOTHING. */
class SendWait<T, R, V extends T | undefined> extends Wait<SendOutcome<R, V>> implements WaitingSender<T> {
  readonly value: T | typeof NOTHING;
  /** The number of slots that it waits for; 1 for a send. */
  readonly slots: number;
  readonly #channel: Channel<T>;
  /** Makes the result once it is accepted. */
  readonly #of: ResultOf<T, R>;

  constructor(channel: Channel<T>, value: T | typeof NOTHING, slots: number, of: ResultOf<T, R>) {
    super();
    this.#channel = channel;
    this.value = value;
    this.slots = slots;
    this.#of = of;
  }

  get cooperative(): boolean {
    return this.#channel.cooperative;
  }

  get timedOut(): Err<SendTimeoutError<V>> {
    return err(new SendTimeoutError(this.#unsent));
  }

  /** Resolves by the result of the first attempt; waits if there was no room. */
  after(pushed: Pushed, options: WaitOptions | undefined): Promise<SendOutcome<R, V>> {
    if (pushed === FULL && options?.timeout !== 0) return this.start(options);
    const refused = pushed === FULL ? this.timedOut : err(new SendError(this.#unsent));
    return settled(pushed === PUSHED ? this.#of(this.#channel, this.slots) : refused, this.cooperative);
  }

  /** Enters the list. A reservation keeps the channel open from now on, as its permit will. */
  enter(): void {
    if (this.value === NOTHING) this.#channel.addSender();
    this.#channel.waitForRoom(this);
  }

  leave(): void {
    this.#channel.cancelWait(this);
    this.#left();
  }

  /** Ends the wait, unless another thread has taken the value already: then it was sent. */
  override end(result: SendOutcome<R, V>): void {
    if (this.#withdraw()) super.end(result);
  }

  override aborted(reason: unknown): void {
    if (this.#withdraw()) super.aborted(reason);
  }

  /** Withdraws the value; returns false if another thread has taken it already. */
  #withdraw(): boolean {
    return this.#channel.waker?.withdraw?.(this as WaitingSender<unknown> as WaitingSender<never>) !== false;
  }

  accepted(): void {
    this.settle(this.#of(this.#channel, this.slots));
    this.#left();
  }

  disconnected(): void {
    this.settle(err(new SendError(this.#unsent)));
    this.#left();
  }

  get #unsent(): V {
    return (this.value === NOTHING ? undefined : this.value) as V;
  }

  #left(): void {
    if (this.value === NOTHING) this.#channel.removeSender();
  }
}

/** Makes a strong handle on an unbounded channel; takes over one count. */
export function unboundedSender<T>(channel: Channel<T>): Sender<T> {
  return new UnboundedSender(channel);
}

/** Makes a strong handle on a channel with a capacity; takes over one count. */
export function boundedSender<T>(channel: Channel<T>): SyncSender<T> {
  return new BoundedSender(channel);
}
