/** Reservations: slots of a channel that are held for values to come. */
import { InvalidArgumentError, SendError, SendTimeoutError, TrySendError, UseAfterDropError } from "../errors.ts";
import type { Permit, Permits } from "../permit.ts";
import type { Err, Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { overspent, putOff } from "./budget.ts";
import type { Channel, ParkedSend } from "./channel.ts";
import { FULL, PUSHED } from "./channel.ts";
import { Handle } from "./handle.ts";
import { NOTHING } from "./source.ts";
import type { WaitOptions } from "./wait.ts";
import { refuse, Wait } from "./wait.ts";
import type { WaitNode } from "./wait-list.ts";

/** What a reservation that may wait resolves to. There is no value that its errors could give back. */
export type Reserved<P> = Result<P, SendError<undefined> | SendTimeoutError<undefined>>;
export type TriedToReserve<P> = Result<P, TrySendError<undefined>>;
/** Makes what is given out for slots that are held. */
type MakePermits<T, P> = (channel: Channel<T>, count: number) => P;

function frozen<E extends object>(error: E): Err<E> {
  return Object.freeze(err(Object.freeze(error)));
}

const GONE = frozen(new SendError<undefined>(undefined));
const TIMED_OUT = frozen(new SendTimeoutError<undefined>(undefined));
const TRY_FULL = frozen(new TrySendError<undefined>("full", undefined));
const TRY_GONE = frozen(new TrySendError<undefined>("disconnected", undefined));

class ChannelPermit<T> extends Handle<T> implements Permit<T> {
  override get [Symbol.toStringTag](): string {
    return "Permit";
  }

  send<V extends T>(value: V): Result<void, SendError<V>> {
    const channel = this.use("send");
    this.leave();
    return channel.fulfill(value) ? ok(undefined) : err(new SendError(value));
  }

  protected override giveUp(channel: Pick<Channel<T>, "release">): void {
    channel.release();
  }

  protected override misuse(operation: string): UseAfterDropError {
    return new UseAfterDropError("Permit", operation, "has sent its value, or was dropped");
  }
}

class ChannelPermits<T> extends Array<Permit<T>> implements Permits<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  drop(): void {
    for (const permit of this) permit.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

export function onePermit<T>(channel: Channel<T>): Permit<T> {
  return new ChannelPermit(channel);
}

export function manyPermits<T>(channel: Channel<T>, count: number): Permits<T> {
  const permits = new ChannelPermits<T>();
  while (permits.length < count) permits.push(new ChannelPermit(channel));
  return permits;
}

/** Holds `count` slots, waiting for them; `channel` is undefined when the sender was dropped. */
export function reserved<T, P>(
  channel: Channel<T> | undefined,
  count: number,
  options: WaitOptions | undefined,
  make: MakePermits<T, P>,
): Promise<Reserved<P>> {
  if (channel === undefined) return Promise.reject(new UseAfterDropError("SyncSender", "reserve"));
  const refusal = options === undefined ? undefined : refuse(options);
  if (refusal !== undefined) return refusal;
  const misuse = invalidCount(channel, count);
  if (misuse !== undefined) return Promise.reject(misuse);
  const held = channel.reserve(count);
  if (held === PUSHED) {
    const result = ok(make(channel, count));
    return overspent(channel.cooperative) ? putOff(result) : Promise.resolve(result);
  }
  if (held !== FULL) return Promise.resolve(GONE);
  if (options?.timeout === 0) return Promise.resolve(TIMED_OUT);
  return new PendingReserve(channel, count, make).start(options, () => TIMED_OUT).promise;
}

export function triedToReserve<T, P>(channel: Channel<T>, count: number, make: MakePermits<T, P>): TriedToReserve<P> {
  const misuse = invalidCount(channel, count);
  if (misuse !== undefined) throw misuse;
  const held = channel.reserve(count);
  if (held === PUSHED) return ok(make(channel, count));
  return held === FULL ? TRY_FULL : TRY_GONE;
}

/** More slots than there are could never be had. */
function invalidCount({ capacity }: { readonly capacity: number }, count: number): InvalidArgumentError | undefined {
  if (Number.isSafeInteger(count) && count >= 0 && count <= capacity) return undefined;
  const hint = capacity === 0 ? " (a rendezvous has no slot to hold)" : "";
  return new InvalidArgumentError("The count of slots to reserve", `an integer from 0 to ${capacity}${hint}`, count);
}

/** A reservation that waits for room, in one line with the sends that do. */
class PendingReserve<T, P> extends Wait<Reserved<P>> implements ParkedSend<T> {
  readonly slots: number;
  readonly #channel: Channel<T>;
  readonly #make: MakePermits<T, P>;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(channel: Channel<T>, slots: number, make: MakePermits<T, P>) {
    super();
    this.slots = slots;
    this.#channel = channel;
    this.#make = make;
    channel.park(this);
  }

  get value(): typeof NOTHING {
    return NOTHING;
  }

  admitted(): void {
    this.settle(ok(this.#make(this.#channel, this.slots)), this.#channel.cooperative);
  }

  disconnected(): void {
    this.settle(GONE);
  }

  protected override leave(): void {
    this.#channel.unpark(this);
  }
}
