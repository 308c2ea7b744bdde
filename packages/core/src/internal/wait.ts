/**
 * A pending operation: a promise that settles once, by its event, its timeout or its signal, whichever is first. Whoever
 * settles it calls `finish`, and then neither a timer nor a listener is left.
 */
import { InvalidArgumentError } from "../errors.ts";
import type { Abortable } from "./abort.ts";
import { followSignal, ignoreSignal } from "./abort.ts";
import { overspent, putOff } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { Timer } from "./clock.ts";

const TIMEOUT_RANGE = "a number of milliseconds from 0 to Infinity";

/** What may end a wait early. */
export interface WaitOptions {
  /** Rejects the operation with `signal.reason`. An operation whose signal is aborted already does nothing at all. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, from 0 to `Infinity` (the default). */
  readonly timeout?: number | undefined;
}

export abstract class Wait<R> implements Abortable {
  readonly promise: Promise<R>;
  #resolve!: (result: R) => void;
  #reject!: (reason: unknown) => void;
  #timer: Timer | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Begins to listen to the signal and the timeout; `timedOut` is the result when that is over first. */
  start(options: WaitOptions | undefined, timedOut: () => R, clock?: Clock): this {
    if (options === undefined) return this;
    const { timeout, signal } = options;
    if (timeout !== undefined) this.#timer = new Timer(timeout, () => this.end(timedOut()), clock);
    if (signal !== undefined) followSignal(signal, this);
    this.#signal = signal;
    return this;
  }

  aborted(reason: unknown): void {
    this.leave();
    this.#finish();
    this.#reject(reason);
  }

  /** Gives up the place in the channel and settles with `result`. */
  end(result: R): void {
    this.leave();
    this.settle(result);
  }

  /** Settles with `result`; the place in the channel is given up already. */
  protected settle(result: R, cooperative = true): void {
    this.#finish();
    if (overspent(cooperative)) putOff(result).then(this.#resolve);
    else this.#resolve(result);
  }

  protected abstract leave(): void;

  /** Lets go of timer and signal. */
  #finish(): void {
    this.#timer?.stop();
    if (this.#signal !== undefined) ignoreSignal(this.#signal, this);
  }
}

/**
 * The rejection of an operation that must not touch the channel, because its signal is aborted already or its timeout is
 * no time; undefined when it may go on.
 */
export function refuse(options: WaitOptions): Promise<never> | undefined {
  if (options === null) return Promise.reject(new InvalidArgumentError("options", "an object", options));
  const { timeout, signal } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    return Promise.reject(new InvalidArgumentError("timeout", TIMEOUT_RANGE, timeout));
  }
  if (signal === undefined) return undefined;
  if (typeof signal?.aborted !== "boolean" || typeof signal.addEventListener !== "function") {
    return Promise.reject(new InvalidArgumentError("signal", "an AbortSignal", signal));
  }
  return signal.aborted ? Promise.reject(signal.reason) : undefined;
}

/** {@link WaitOptions} for the operations that take the timeout as an argument of its own. */
export function timeoutOf(ms: number): WaitOptions {
  return { timeout: ms === undefined ? Number.NaN : ms };
}
