/**
 * A counted, strong handle on a channel: what every sender is, whatever it sends into. It knows its channel until it is
 * dropped; a dropped one has let go of it, so nothing queued is retained by a handle that nobody needs.
 */
import { UseAfterDropError } from "../errors.ts";
import { unwatch, watch } from "./backstop.ts";
import type { Channel, ClosedWatch } from "./channel.ts";
import { OPEN } from "./source.ts";
import { refuse, Wait } from "./wait.ts";
import type { WaitNode } from "./wait-list.ts";

export abstract class Handle<T> implements Disposable {
  /** Undefined once dropped. */
  #channel: Channel<T> | undefined;

  /** What kind of end this is, in messages and when printed. */
  abstract get [Symbol.toStringTag](): string;

  /** Takes over one count of the channel. */
  constructor(channel: Channel<T>) {
    this.#channel = channel;
    watch(this, channel, this.giveUp, this[Symbol.toStringTag]);
  }

  drop(): void {
    const channel = this.leave();
    if (channel !== undefined) this.giveUp(channel);
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return Promise.reject(this.misuse("wait for the receiver"));
    const refusal = options === undefined ? undefined : refuse(options);
    if (refusal !== undefined) return refusal;
    if (channel.state !== OPEN) return Promise.resolve();
    return new PendingClosed(channel).start(options, () => undefined).promise;
  }

  sameChannel(other: unknown): boolean {
    return other instanceof Handle && other.#channel === this.use("compare");
  }

  get isDisconnected(): boolean {
    return this.use("inspect").state !== OPEN;
  }

  get length(): number {
    return this.use("inspect").length;
  }

  /** The channel, with one count more for the handle that is about to be made. */
  protected share(): Channel<T> {
    const channel = this.use("clone");
    channel.addSender();
    return channel;
  }

  /** The channel; throws when this handle was dropped. */
  protected use(operation: string): Channel<T> {
    if (this.#channel === undefined) throw this.misuse(operation);
    return this.#channel;
  }

  /** The channel, or undefined when this handle was dropped. */
  protected get channel(): Channel<T> | undefined {
    return this.#channel;
  }

  /** Takes the count of a handle from its channel. Does not need the handle, which may be garbage. */
  protected giveUp(channel: Pick<Channel<T>, "removeSender" | "release">): void {
    channel.removeSender();
  }

  /** Lets go of the channel, whose count is the caller's now. */
  protected leave(): Channel<T> | undefined {
    const channel = this.#channel;
    if (channel === undefined) return undefined;
    this.#channel = undefined;
    unwatch(this);
    return channel;
  }

  protected misuse(operation: string): UseAfterDropError {
    return new UseAfterDropError(this[Symbol.toStringTag], operation);
  }
}

/** The implementation of a weak sender: `strong` makes the handle. */
export class WeakHandle<T, S> {
  readonly #channel: Channel<T>;
  readonly #strong: (channel: Channel<T>) => S;

  constructor(channel: Channel<T>, strong: (channel: Channel<T>) => S) {
    this.#channel = channel;
    this.#strong = strong;
  }

  upgrade(): S | undefined {
    return this.#channel.reviveSender() ? this.#strong(this.#channel) : undefined;
  }
}

class PendingClosed extends Wait<void> implements ClosedWatch {
  readonly #channel: Pick<Channel<never>, "watchClosed" | "unwatchClosed">;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  constructor(channel: Pick<Channel<never>, "watchClosed" | "unwatchClosed">) {
    super();
    this.#channel = channel;
    channel.watchClosed(this);
  }

  closed(): void {
    this.settle();
  }

  protected override leave(): void {
    this.#channel.unwatchClosed(this);
  }
}
