/** One actor's wish to be told of another's end. Neither keeps the other alive. */
import type { ExitReason } from "../exit-reason.ts";

export class Watch implements Disposable {
  readonly #watched: Set<Watch>;
  readonly #watching: Set<Watch>;
  readonly #notify: (reason: ExitReason) => void;

  /** `watched` are the watches on the one, `watching` those of the other. */
  constructor(watched: Set<Watch>, watching: Set<Watch>, notify: (reason: ExitReason) => void) {
    this.#watched = watched;
    this.#watching = watching;
    this.#notify = notify;
    watched.add(this);
    watching.add(this);
  }

  /** It has ended. */
  ended(reason: ExitReason): void {
    this[Symbol.dispose]();
    this.#notify(reason);
  }

  [Symbol.dispose](): void {
    this.#watched.delete(this);
    this.#watching.delete(this);
  }
}

/** Watches `target`, at once told of an end that has been. `watching` is undefined for one that has ended itself, and is told of that alone. */
export function startWatch(
  target: { readonly watches: Set<Watch>; readonly ended: ExitReason | undefined },
  watching: Set<Watch> | undefined,
  notify: (reason: ExitReason) => void,
): Watch {
  const watch = new Watch(target.watches, watching ?? new Set(), notify);
  if (target.ended !== undefined) watch.ended(target.ended);
  else if (watching === undefined) watch[Symbol.dispose]();
  return watch;
}
