/**
 * The base of both ends of a channel. An end has a reference to its channel until it is dropped, so an end that nobody needs
 * keeps no queued value. The backstop drops an end that becomes garbage before.
 */
import { UseAfterDropError } from "../errors.ts";
import type { Forgettable } from "./backstop.ts";
import { unwatch, watch } from "./backstop.ts";

export abstract class End<C extends object> implements Disposable, Forgettable {
  /** Undefined once dropped. */
  #channel: C | undefined;
  #isWatched = false;

  /** Takes over one count of the channel. An end for whose drop nobody waits needs no backstop. */
  constructor(channel: C, isWatched = true) {
    this.#channel = channel;
    if (isWatched) watch(this);
  }

  /** The name of this end in the report of its loss; undefined if nobody needs a report. */
  get reportedAs(): string | undefined {
    return this[Symbol.toStringTag];
  }

  /** The kind of this end, in messages and when printed. */
  abstract get [Symbol.toStringTag](): string;

  drop(): void {
    const channel = this.#channel;
    if (channel !== undefined) this.releaseCount(this.leave(channel));
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }
  set isWatched(isWatched: boolean) {
    this.#isWatched = isWatched;
  }

  /** The channel; undefined once this end was dropped. */
  get channel(): C | undefined {
    return this.#channel;
  }

  /** Returns the channel; throws if this end was dropped. */
  protected use(operation: string): C {
    if (this.#channel === undefined) throw this.misuse(operation);
    return this.#channel;
  }

  /** Takes the count of this end from its channel. Does not use the end, which may be garbage. */
  abstract releaseCount(channel: C): void;

  /** Clears the reference to the channel. Its count is the caller's now. */
  protected leave(channel: C): C {
    this.#channel = undefined;
    unwatch(this);
    return channel;
  }

  protected misuse(operation: string, fate?: string): UseAfterDropError {
    return new UseAfterDropError(this[Symbol.toStringTag], operation, fate);
  }
}
