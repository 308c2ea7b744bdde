/**
 * The caller of the ask in hand, as its handler on a thread sees it: a signal. That the caller has given up stands in shared
 * memory at once.
 */
import { isGivingUp } from "../../cell/giving-up.ts";
import { isGivenUp } from "../wire/shared-words.ts";
import { PolledAbortController } from "./polled-signal.ts";

export class Caller {
  readonly #controller: AbortController;
  /** Undefined once the ask is settled: the bit may be another one's by then. */
  #words: Int32Array | undefined;

  /** `words` are those of the incarnation, `seq` is the number of the ask. */
  constructor(words: Int32Array, seq: number) {
    this.#words = words;
    this.#controller = new PolledAbortController(() => this.#words !== undefined && isGivenUp(this.#words, seq));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Returns true if a handler that threw `error` has only given up along with it. */
  isCauseOf(error: unknown): boolean {
    return this.signal.aborted && isGivingUp(error, this.signal.reason);
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Notes that its ask has settled. */
  settled(): void {
    this.#words = undefined;
  }
}
