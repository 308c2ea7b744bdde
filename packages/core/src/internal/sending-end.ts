/** The base of all counted, strong handles on a channel: every sender, and every permit. Upstream is senders.ts. */
import type { Channel } from "./channel.ts";
import { End } from "./end.ts";
import { OPEN } from "./source.ts";
import { refuse, SIGNAL_OPTIONS, signalOf, Wait } from "./wait.ts";

export abstract class SendingEnd<T> extends End<Channel<T>> {
  closed(options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    const channel = this.channel;
    if (channel === undefined) return Promise.reject(this.misuse("wait for the receiver"));
    const refusal = refuse(options, SIGNAL_OPTIONS);
    if (refusal !== undefined) return refusal;
    return channel.state === OPEN ? new ClosedWait(channel).start(signalOf(options)) : Promise.resolve();
  }

  sameChannel(other: unknown): boolean {
    return other instanceof SendingEnd && other.channel === this.use("compare");
  }

  get isDisconnected(): boolean {
    return this.use("inspect").isDisconnected;
  }

  get length(): number {
    return this.use("inspect").length;
  }

  /** Counts one handle more, which is about to be made, and returns the channel. */
  protected share(): Channel<T> {
    const channel = this.use("clone");
    channel.addSender();
    return channel;
  }

  override releaseCount(channel: Channel<T>): void {
    channel.removeSender();
  }
}

/** The class behind `WeakSender`. `strong` makes the handle. */
export class WeakSendingEnd<T, S> {
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

/** An operation that waits for the receiver to go. */
class ClosedWait extends Wait<undefined> {
  readonly #channel: Pick<Channel<never>, "watches" | "cooperative">;

  constructor(channel: Pick<Channel<never>, "watches" | "cooperative">) {
    super();
    this.#channel = channel;
  }

  get cooperative(): boolean {
    return this.#channel.cooperative;
  }

  get timedOut(): undefined {
    return undefined;
  }

  enter(): void {
    this.#channel.watches.push(this);
  }

  leave(): void {
    this.#channel.watches.remove(this);
  }

  closed(): void {
    this.settle(undefined);
  }
}
