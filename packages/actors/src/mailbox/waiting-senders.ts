/** Messages that wait for room in a bounded mailbox. They are accepted, and count, from the moment they get it. */
import type { Result, TrySendError } from "@pneumatic/core";
import { SendError, SendTimeoutError } from "@pneumatic/core";
import type { Channel, WaitingSender, WaitNode } from "@pneumatic/core/internal";
import { ignore, Wait } from "@pneumatic/core/internal";
import type { Envelope } from "../reply/ask.ts";
import type { DeadlockVictim, Edge, Waiter } from "../reply/wait-for-graph.ts";
import type { Scheduler, Step } from "../scheduler.ts";

/** The result of a send that succeeded. */
export const SENT: Result<void, never> = Object.freeze({ ok: true, value: undefined });

/** The result of the `send` of an address. */
export type Sent<V> = Result<void, SendError<V> | SendTimeoutError<V> | TrySendError<V>>;

/** The mailbox, as the waiting senders see it. */
interface FullMailbox {
  readonly channel: Channel<unknown>;
  readonly stoppedError: Error;
  readonly lastTicket: number;
  /** Decides when a waiting `send` settles; undefined for at once. */
  readonly step: Scheduler["step"];
  readonly path: string;
  countAccepted(): void;
}

/** A `send` that waits. */
export class WaitingSend<V> extends Wait<Sent<V>> implements WaitingSender<unknown>, DeadlockVictim {
  readonly value: unknown;
  readonly #message: V;
  readonly #mailbox: FullMailbox;
  /** The edge of the actor that waits for the room, if it is one with a handler under way. */
  #edge: Edge | undefined = undefined;

  /** `item` is queued for `message`. */
  constructor(mailbox: FullMailbox, message: V, item: unknown) {
    super();
    this.value = item;
    this.#message = message;
    this.#mailbox = mailbox;
  }

  /** Notes who waits for room at `target`, until `sent` settles: the actor whose turn it is, or the `owner` of the address. */
  awaitedBy(owner: Waiter | undefined, target: Waiter, sent: Promise<unknown>): void {
    this.#edge = target.waitForGraph.add(owner, target, this, sent);
  }

  /** Rejects the send. As with an ask, an unobserved rejection ends no process. */
  deadlocked(error: Error): void {
    this.#edge?.promise.catch(ignore);
    this.aborted(error);
  }

  protected override settle(result: Sent<V>): void {
    this.#endWait();
    const { step } = this.#mailbox;
    super.settle(step === undefined ? result : this.#settledBy(step, result));
  }

  /** Returns a promise in the place of `result`, which settles in the step. */
  #settledBy(step: (step: Step) => void, result: Sent<V>): Sent<V> {
    const { type } = this.#message as { readonly type: string };
    const { path } = this.#mailbox;
    const waiter = this.#edge?.waiter.path;
    const settled = new Promise<Sent<V>>((resolve) => {
      step({ kind: "room", path, type, waiter, run: () => resolve(result) });
    });
    return settled as unknown as Sent<V>; // a promise resolved with a promise follows it
  }

  protected override reject(reason: unknown): void {
    this.#endWait();
    super.reject(reason);
  }

  /** Ends the wait now, not when the promise settles. */
  #endWait(): void {
    if (this.#edge !== undefined) this.#edge.waiter.waitForGraph.remove(this.#edge);
  }

  get cooperative(): boolean {
    return this.#mailbox.channel.cooperative;
  }

  get timedOut(): Sent<V> {
    return { ok: false, error: new SendTimeoutError(this.#message) };
  }

  enter(): void {
    this.#mailbox.channel.waitForRoom(this);
  }

  get slots(): number {
    return 1;
  }

  accepted(): void {
    this.#mailbox.countAccepted();
    this.settle({ ok: true, value: undefined });
  }

  disconnected(): void {
    this.settle({ ok: false, error: new SendError(this.#message) });
  }

  leave(): void {
    this.#mailbox.channel.cancelWait(this);
  }
}

/** An `ask` that waits. */
export class WaitingAsk implements WaitingSender<unknown> {
  readonly value: unknown;
  readonly #ask: Envelope;
  readonly #mailbox: FullMailbox;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;

  /** `item` is queued for `ask`. */
  constructor(mailbox: FullMailbox, ask: Envelope, item: unknown) {
    this.value = item;
    this.#ask = ask;
    this.#mailbox = mailbox;
    ask.waiting(this);
    mailbox.channel.waitForRoom(this);
  }

  get slots(): number {
    return 1;
  }

  accepted(): void {
    this.#mailbox.countAccepted();
    this.#ask.waiting(this.#mailbox.lastTicket);
  }

  disconnected(): void {
    this.#ask.reject(this.#mailbox.stoppedError);
  }
}
