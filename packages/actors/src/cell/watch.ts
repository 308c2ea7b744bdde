/** One actor's wish to be told of another's end. Neither keeps the other alive. */
import type { ExitReason } from "./exit-reason.ts";

export class Watch implements Disposable {
  readonly #watched: Set<Watch>;
  readonly #watching: Set<Watch>;
  readonly #tell: (reason: ExitReason) => void;

  /** `watched` are the watches on the one, `watching` those of the other. */
  constructor(watched: Set<Watch>, watching: Set<Watch>, tell: (reason: ExitReason) => void) {
    this.#watched = watched;
    this.#watching = watching;
    this.#tell = tell;
    watched.add(this);
    watching.add(this);
  }

  /** It has ended. */
  ended(reason: ExitReason): void {
    this[Symbol.dispose]();
    this.#tell(reason);
  }

  [Symbol.dispose](): void {
    this.#watched.delete(this);
    this.#watching.delete(this);
  }
}
