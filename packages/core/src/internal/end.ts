/**
 * One end of a channel: it knows its channel until it is dropped; a dropped one has let go of it, so nothing queued is
 * retained by an end that nobody needs. One that becomes garbage without having been dropped is dropped by the backstop.
 */
import { UseAfterDropError } from "../errors.ts";
import type { Forgettable } from "./backstop.ts";
import { unwatch, watch } from "./backstop.ts";

export abstract class End<C extends object> implements Disposable, Forgettable {
  /** Undefined once dropped. */
  #channel: C | undefined;
  #isWatched = false;

  /** Takes over one count of the channel. Where nobody waits for this end to go, it needs no backstop. */
  constructor(channel: C, isWatched = true) {
    this.#channel = channel;
    if (isWatched) watch(this);
  }

  /** What it is called should it be lost; undefined if nobody needs to hear of it. */
  get reportedAs(): string | undefined {
    return this[Symbol.toStringTag];
  }

  /** What kind of end this is, in messages and when printed. */
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

  /** The channel, or undefined when this end was dropped. */
  get channel(): C | undefined {
    return this.#channel;
  }

  /** The channel; throws when this end was dropped. */
  protected use(operation: string): C {
    if (this.#channel === undefined) throw this.misuse(operation);
    return this.#channel;
  }

  /** Takes the count of an end from its channel. Does not need the end, which may be garbage. */
  abstract releaseCount(channel: C): void;

  /** Lets go of the channel, whose count is the caller's now. */
  protected leave(channel: C): C {
    this.#channel = undefined;
    unwatch(this);
    return channel;
  }

  protected misuse(operation: string, fate?: string): UseAfterDropError {
    return new UseAfterDropError(this[Symbol.toStringTag], operation, fate);
  }
}
