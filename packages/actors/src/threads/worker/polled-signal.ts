/**
 * Signals whose aborts stand in shared memory, so that a loop which polls one sees it at once. Their events come when the event
 * loop turns.
 */

export class PolledAbortController extends AbortController {
  #reason: DOMException | undefined = undefined;

  /** The signal counts as aborted from when `hasHappened` first returns true, or `abort` is called. */
  constructor(hasHappened: () => boolean) {
    super();
    const isAborted = (): boolean => {
      if (this.#reason === undefined && hasHappened()) this.#happened();
      return this.#reason !== undefined;
    };
    Object.defineProperties(this.signal, {
      aborted: { get: isAborted },
      reason: { get: () => (isAborted() ? this.#reason : undefined) },
      throwIfAborted: {
        value: () => {
          if (isAborted()) throw this.#reason;
        },
      },
    });
  }

  override abort(): void {
    super.abort(this.#happened());
  }

  #happened(): DOMException {
    this.#reason ??= new DOMException("This operation was aborted", "AbortError");
    return this.#reason;
  }
}
