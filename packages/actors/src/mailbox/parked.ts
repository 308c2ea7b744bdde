/** Messages that wait for room in a bounded mailbox. They are accepted, and count, from the moment they are admitted. */
import type { Result, TrySendError } from "@pneumatic/core";
import { SendError, SendTimeoutError } from "@pneumatic/core";
import type { Channel, ParkedSend, WaitNode } from "@pneumatic/core/internal";
import { Wait } from "@pneumatic/core/internal";
import type { Ask } from "../reply/ask.ts";
import type { Waiting } from "../reply/deadlocks.ts";

/** What the `send` of an address resolves to. */
export type Sent<V> = Result<void, SendError<V> | SendTimeoutError<V> | TrySendError<V>>;

/** The mailbox, as those who wait for it see it. */
interface Home {
  readonly channel: Channel<unknown>;
  readonly stoppedError: Error;
  readonly lastTicket: number;
  admitted(): void;
}

/** A `send` that waits. */
export class ParkedTell<V> extends Wait<Sent<V>> implements ParkedSend<unknown>, Waiting {
  readonly value: unknown;
  readonly #message: V;
  readonly #home: Home;

  /** `item` is what is queued of `message`. */
  constructor(home: Home, message: V, item: unknown) {
    super();
    this.value = item;
    this.#message = message;
    this.#home = home;
  }

  deadlocked(error: Error): void {
    this.aborted(error);
  }

  get cooperative(): boolean {
    return this.#home.channel.cooperative;
  }

  get timedOut(): Sent<V> {
    return { ok: false, error: new SendTimeoutError(this.#message) };
  }

  enter(): void {
    this.#home.channel.park(this);
  }

  get slots(): number {
    return 1;
  }

  admitted(): void {
    this.#home.admitted();
    this.settle({ ok: true, value: undefined });
  }

  disconnected(): void {
    this.settle({ ok: false, error: new SendError(this.#message) });
  }

  leave(): void {
    this.#home.channel.unpark(this);
  }
}

/** An `ask` that waits. */
export class ParkedAsk implements ParkedSend<unknown> {
  readonly value: unknown;
  readonly #ask: Ask;
  readonly #home: Home;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  /** `item` is what is queued of `ask`. */
  constructor(home: Home, ask: Ask, item: unknown) {
    this.value = item;
    this.#ask = ask;
    this.#home = home;
    ask.waiting(this);
    home.channel.park(this);
  }

  get slots(): number {
    return 1;
  }

  admitted(): void {
    this.#home.admitted();
    this.#ask.waiting(this.#home.lastTicket);
  }

  disconnected(): void {
    this.#ask.reject(this.#home.stoppedError);
  }
}
