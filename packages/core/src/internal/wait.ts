/**
 * A pending operation: a promise that settles once, by its event, its timeout or its signal, whichever is first. Then neither
 * a timer nor a listener is left. Its subclasses put it on the list of a channel (`enter`) and take it off (`leave`).
 */
import type { Clock } from "../clock.ts";
import type { WaitOptions } from "../wait-options.ts";
import type { Abortable } from "./abort.ts";
import { followSignal, ignoreSignal } from "./abort.ts";
import { afterYield, charge } from "./budget.ts";
import { Timer } from "./clock.ts";
import type { OptionTable } from "./options.ts";
import { abortSignal, ignored, milliseconds, misuseOf } from "./options.ts";
import type { WaitNode } from "./wait-list.ts";

/** Observes a rejection that is another's to handle. */
export const ignore = (): void => {};

export abstract class Wait<R> implements Abortable, WaitNode {
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  #resolve: ((result: R) => void) | undefined = undefined;
  #reject: ((reason: unknown) => void) | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;

  /** Enters the list, and begins to listen to the signal and the timeout. It can be started again once it has settled. */
  start(options?: WaitOptions, clock?: Clock): Promise<R> {
    const promise = new Promise<R>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (options !== undefined) {
      const { timeout, signal } = options;
      if (timeout !== undefined) this.#timer = new Timer(timeout, () => this.end(this.timedOut), clock);
      if (signal !== undefined) followSignal(signal, this);
      this.#signal = signal;
    }
    this.enter();
    return promise;
  }

  aborted(reason: unknown): void {
    this.leave();
    this.reject(reason);
  }

  /** Rejects. It has left its list already. */
  protected reject(reason: unknown): void {
    const reject = this.#reject;
    this.#finish();
    reject?.(reason);
  }

  /** Leaves its list, and settles with `result`. */
  end(result: R): void {
    this.leave();
    this.settle(result);
  }

  /** True if it lets others have their turn first when it settles. */
  protected abstract readonly cooperative: boolean;
  /** The result if the timeout is first. */
  protected abstract readonly timedOut: R;
  /** Enters its list. */
  protected abstract enter(): void;
  /** Leaves its list. */
  protected abstract leave(): void;

  /** Settles with `result`. It has left its list already. */
  protected settle(result: R): void {
    const resolve = this.#resolve as (result: R) => void;
    this.#finish();
    if (charge(this.cooperative)) afterYield(result).then(resolve);
    else resolve(result);
  }

  /** Clears the promise, the timer and the signal. */
  #finish(): void {
    this.#resolve = this.#reject = undefined;
    if (this.#timer !== undefined) {
      this.#timer.stop();
      this.#timer = undefined;
    }
    if (this.#signal !== undefined) {
      ignoreSignal(this.#signal, this);
      this.#signal = undefined;
    }
  }
}

/** Returns a promise of a result that is known already. */
export function settled<R>(result: R, cooperative: boolean): Promise<R> {
  return charge(cooperative) ? afterYield(result) : Promise.resolve(result);
}

/** The options that may end a wait. */
export const WAIT_OPTIONS: OptionTable = { signal: abortSignal, timeout: milliseconds };
/** The options of a wait that has no timeout; the types let one pass all the same. */
export const SIGNAL_OPTIONS: OptionTable = { signal: abortSignal, timeout: ignored };

/**
 * Returns the rejection of an operation that must not begin, because its options are misuse or its signal is aborted already;
 * undefined when it may begin.
 */
export function refuse(
  options: WaitOptions | undefined,
  table: OptionTable = WAIT_OPTIONS,
): Promise<never> | undefined {
  if (options === undefined) return undefined;
  const misuse = isPlainWait(options) ? undefined : misuseOf(options, table);
  if (misuse !== undefined) return Promise.reject(misuse);
  return options.signal?.aborted === true ? Promise.reject(options.signal.reason) : undefined;
}

/** Returns true for options that are without doubt those of a wait, as nearly all are. This is faster than the table. */
function isPlainWait(options: WaitOptions): boolean {
  if (typeof options !== "object" || options === null) return false;
  for (const name in options) if (name !== "signal" && name !== "timeout") return false;
  const { signal, timeout } = options;
  return (
    (signal === undefined || signal instanceof AbortSignal) &&
    (timeout === undefined || (typeof timeout === "number" && timeout >= 0))
  );
}

/** Returns {@link WaitOptions} for the operations that take the timeout as an argument of its own. */
export function timeoutOf(ms: number): WaitOptions {
  return { timeout: ms === undefined ? Number.NaN : ms };
}

/** Returns {@link WaitOptions} for the operations that have no timeout. */
export function signalOf(options: { readonly signal?: AbortSignal | undefined } | undefined): WaitOptions | undefined {
  return options && { signal: options.signal };
}
