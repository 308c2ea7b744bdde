/** The implementation of `Receiver`, over any source. */
import {
  InvalidArgumentError,
  OverlappingRecvError,
  RecvError,
  RecvTimeoutError,
  TryRecvError,
  UseAfterDropError,
} from "../errors.ts";
import type { Receiver } from "../receiver.ts";
import type { Err, Result } from "../result.ts";
import type { AnyChannel, GiveUp } from "./backstop.ts";
import { unwatch, watch } from "./backstop.ts";
import { overspent, putOff } from "./budget.ts";
import type { Channel } from "./channel.ts";
import { Pending } from "./pending.ts";
import type { PendingReceive, Source } from "./source.ts";
import { CLOSED, NOTHING, OPEN } from "./source.ts";
import { ValueIterator } from "./value-iterator.ts";
import type { WaitOptions } from "./wait.ts";
import { refuse, timeoutOf } from "./wait.ts";

type Received<T> = Result<T, RecvError | RecvTimeoutError>;
type SignalOptions = { readonly signal?: AbortSignal | undefined };

function failed<E>(error: E): Err<E> {
  return Object.freeze({ ok: false, error: Object.freeze(error) });
}

const EMPTY = failed(new TryRecvError("empty"));
const TRY_DISCONNECTED = failed(new TryRecvError("disconnected"));
export const DISCONNECTED: Err<RecvError> = failed(new RecvError());
export const TIMED_OUT: Err<RecvTimeoutError> = failed(new RecvTimeoutError());
const RESOLVED_DISCONNECTED = Promise.resolve(DISCONNECTED);
const RESOLVED_TIMED_OUT = Promise.resolve(TIMED_OUT);
const RESOLVED_ZERO = Promise.resolve(0);

export class ChannelReceiver<T> implements Receiver<T> {
  /** Undefined once dropped. */
  #source: Source<T> | undefined;
  #waiting: PendingReceive<never> | undefined = undefined;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  get [Symbol.toStringTag](): string {
    return "Receiver";
  }

  /** Undefined once dropped. */
  get source(): Source<T> | undefined {
    return this.#source;
  }

  /** The receive that is pending: there is at most one. */
  get waiting(): PendingReceive<never> | undefined {
    return this.#waiting;
  }
  set waiting(receive: PendingReceive<never> | undefined) {
    this.#waiting = receive;
  }

  recv(options?: WaitOptions): Promise<Received<T>> {
    const source = this.#source;
    if (source === undefined) return Promise.reject(new UseAfterDropError("Receiver", "receive"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    if (this.#waiting !== undefined) return Promise.reject(new OverlappingRecvError());
    const value = source.take();
    if (value !== NOTHING) {
      const result = { ok: true, value } as const;
      return overspent(source.cooperative) ? putOff(result) : Promise.resolve(result);
    }
    if (source.state === CLOSED) return RESOLVED_DISCONNECTED;
    if (options?.timeout === 0) return RESOLVED_TIMED_OUT;
    return new PendingRecv(this, source).start(options, () => TIMED_OUT).promise;
  }

  recvTimeout(ms: number): Promise<Received<T>> {
    return this.recv(timeoutOf(ms));
  }

  tryRecv(): Result<T, TryRecvError> {
    const source = this.use("receive");
    const value = source.take();
    if (value !== NOTHING) return { ok: true, value };
    return source.state === CLOSED ? TRY_DISCONNECTED : EMPTY;
  }

  recvMany(into: T[], limit: number, options?: SignalOptions): Promise<number> {
    const source = this.#source;
    if (source === undefined) return Promise.reject(new UseAfterDropError("Receiver", "receive"));
    const refusal = refuseMany(into, limit) ?? (options === undefined ? undefined : refuse({ signal: options.signal }));
    if (refusal !== undefined) return refusal;
    if (this.#waiting !== undefined) return Promise.reject(new OverlappingRecvError());
    const count = takeInto(into, source, limit);
    if (count > 0) return overspent(source.cooperative) ? putOff(count) : Promise.resolve(count);
    if (limit === 0 || source.state === CLOSED) return RESOLVED_ZERO;
    return new PendingMany(this, source, into).start(options, () => 0).promise;
  }

  iter(options?: SignalOptions): AsyncIterableIterator<T, undefined, void> {
    this.use("iterate");
    return new ValueIterator(this, options?.signal);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, void> {
    return this.iter();
  }

  tryIter(): IterableIterator<T, undefined, void> {
    this.use("iterate");
    return readyValues(this);
  }

  drain(): T[] {
    const source = this.use("drain");
    const values: T[] = [];
    takeInto(values, source, source.ready);
    return values;
  }

  close(): void {
    this.use("close").close();
  }

  drop(): void {
    const source = this.#source;
    if (source === undefined) return;
    this.#source = undefined;
    unwatch(this);
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      source.unwait(waiting as PendingReceive<T>);
      waiting.disconnected();
    }
    source.removeReceiver();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  get length(): number {
    return this.#source?.length ?? 0;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get isClosed(): boolean {
    return this.#source?.state !== OPEN;
  }

  protected use(operation: string): Source<T> {
    if (this.#source === undefined) throw new UseAfterDropError("Receiver", operation);
    return this.#source;
  }
}

class PendingRecv<T> extends Pending<T, Received<T>> {
  override received(value: T): void {
    this.settle({ ok: true, value });
  }
  override disconnected(): void {
    this.settle(DISCONNECTED);
  }
}

class PendingMany<T> extends Pending<T, number> {
  readonly #into: T[];
  constructor(end: ChannelReceiver<T>, source: Source<T>, into: T[]) {
    super(end, source);
    this.#into = into;
  }
  override received(value: T): void {
    this.#into.push(value);
    this.settle(1);
  }
  override disconnected(): void {
    this.settle(0);
  }
}

function takeInto<T>(into: T[], source: Source<T>, limit: number): number {
  let count = 0;
  for (; count < limit; count++) {
    const value = source.take();
    if (value === NOTHING) break;
    into.push(value);
  }
  return count;
}

function refuseMany(into: unknown, limit: number): Promise<never> | undefined {
  if (!Array.isArray(into) || !Object.isExtensible(into)) {
    return Promise.reject(new InvalidArgumentError("The first argument of recvMany", "an array to append to", into));
  }
  if ((Number.isSafeInteger(limit) && limit >= 0) || limit === Number.POSITIVE_INFINITY) return undefined;
  return Promise.reject(
    new InvalidArgumentError("The limit of recvMany", "an integer of 0 or more, or Infinity", limit),
  );
}

/** Holds the receiver, which must not be collected while it is iterated. */
function* readyValues<T>(end: ChannelReceiver<T>): IterableIterator<T, undefined, void> {
  for (let source = end.source; source !== undefined; source = end.source) {
    const value = source.take();
    if (value === NOTHING) return;
    yield value;
  }
}

const removeReceiver: GiveUp = (channel) => channel.removeReceiver();

/** Sees to it that a receiver is dropped should it become garbage, so that nobody sends to it for ever. */
export function watchReceiver(receiver: ChannelReceiver<unknown>, channel: AnyChannel): void {
  watch(receiver, channel, removeReceiver, undefined);
}

/** The receiver of a channel; takes over one count. */
export function channelReceiver<T>(channel: Channel<T>): Receiver<T> {
  const receiver = new ChannelReceiver(channel);
  watchReceiver(receiver, channel);
  return receiver;
}
