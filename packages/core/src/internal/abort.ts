/**
 * One listener for each AbortSignal, however many operations wait on it: adding and removing listeners costs more than a
 * whole receive, and grows worse than linearly with their number. The listener goes when its last operation settles.
 */

/** An operation that an aborted signal ends. */
export interface Abortable {
  aborted(reason: unknown): void;
}

class SignalWaits {
  readonly #signal: AbortSignal;
  readonly #waits = new Set<Abortable>();
  /** Aborts each operation, but for those that settle meanwhile, since another one has made room for them. */
  readonly #onAbort = (): void => {
    for (const wait of this.#waits) wait.aborted(this.#signal.reason);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  add(wait: Abortable): void {
    this.#waits.add(wait);
  }

  delete(wait: Abortable): void {
    this.#waits.delete(wait);
    if (this.#waits.size > 0) return;
    this.#signal.removeEventListener("abort", this.#onAbort);
    bySignal.delete(this.#signal);
  }
}

const bySignal = new WeakMap<AbortSignal, SignalWaits>();

/** Calls `wait.aborted` when `signal` aborts, until {@link ignoreSignal}. The signal must not be aborted yet. */
export function followSignal(signal: AbortSignal, wait: Abortable): void {
  let waits = bySignal.get(signal);
  if (waits === undefined) {
    waits = new SignalWaits(signal);
    bySignal.set(signal, waits);
  }
  waits.add(wait);
}

/** Undoes {@link followSignal}. */
export function ignoreSignal(signal: AbortSignal, wait: Abortable): void {
  bySignal.get(signal)?.delete(wait);
}
