/** One actor's watch on the end of another. Neither keeps the other alive. */
import type { ExitReason } from "../exit-reason.ts";

export class Watch implements Disposable {
  readonly #watched: Set<Watch>;
  readonly #watching: Set<Watch>;
  readonly #notify: (reason: ExitReason) => void;

  /** Enters itself into `watched`, the watches on the one actor, and `watching`, those of the other. */
  constructor(watched: Set<Watch>, watching: Set<Watch>, notify: (reason: ExitReason) => void) {
    this.#watched = watched;
    this.#watching = watching;
    this.#notify = notify;
    watched.add(this);
    watching.add(this);
  }

  /** Notifies the watcher: the watched actor has ended. */
  ended(reason: ExitReason): void {
    this[Symbol.dispose]();
    this.#notify(reason);
  }

  [Symbol.dispose](): void {
    this.#watched.delete(this);
    this.#watching.delete(this);
  }
}

/**
 * Watches `target`, and notifies at once if it has ended. `watching` is undefined for a watcher that has ended itself:
 * it is notified of an end in the past only.
 */
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
