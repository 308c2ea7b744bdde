/**
 * The caller of the ask in hand, as its handler on a thread sees it: a signal. That the caller has given up stands in shared
 * memory at once, so that a loop which polls the signal sees it; its event comes when the event loop turns.
 */
import { isGivingUp } from "../../cell/giving-up.ts";
import { isGivenUp } from "../wire/shared-words.ts";

export class Caller {
  readonly #controller = new AbortController();
  /** Undefined once the ask is settled: the bit may be another one's by then. */
  #words: Int32Array | undefined;
  readonly #seq: number;
  #reason: unknown = undefined;

  /** `words` are those of the incarnation, `seq` is the number of the ask. */
  constructor(words: Int32Array, seq: number) {
    this.#words = words;
    this.#seq = seq;
    const { signal } = this.#controller;
    const properties = {
      aborted: { get: () => this.hasGivenUp },
      reason: { get: () => this.reason },
      throwIfAborted: {
        value: () => {
          if (this.hasGivenUp) throw this.reason;
        },
      },
    };
    Object.defineProperties(signal, properties);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasGivenUp(): boolean {
    if (this.#reason !== undefined) return true;
    if (this.#words === undefined || !isGivenUp(this.#words, this.#seq)) return false;
    this.#reason = new DOMException("This operation was aborted", "AbortError");
    return true;
  }

  /** The reason of the signal; undefined unless it is aborted. */
  get reason(): unknown {
    return this.hasGivenUp ? this.#reason : undefined;
  }

  /** Returns true if a handler that threw `error` has only given up along with it. */
  isCauseOf(error: unknown): boolean {
    return this.hasGivenUp && isGivingUp(error, this.#reason);
  }

  abort(): void {
    this.#reason ??= new DOMException("This operation was aborted", "AbortError");
    this.#controller.abort(this.#reason);
  }

  /** Notes that its ask has settled. */
  settled(): void {
    this.#words = undefined;
  }
}
