/** Messages that wait for room in a bounded mailbox. They are accepted, and count, from the moment they are admitted. */
import type { Result, TrySendError } from "@pneumatic/core";
import { SendError, SendTimeoutError } from "@pneumatic/core";
import type { Channel, WaitingSender, WaitNode } from "@pneumatic/core/internal";
import { Wait } from "@pneumatic/core/internal";
import type { Envelope } from "../reply/ask.ts";
import type { DeadlockVictim, Edge, Waiter } from "../reply/wait-for-graph.ts";
import type { Scheduler, Step } from "../scheduler.ts";

const ignore = (): void => {};

/** What the `send` of an address resolves to. */
export type Sent<V> = Result<void, SendError<V> | SendTimeoutError<V> | TrySendError<V>>;

/** The mailbox, as those who wait for it see it. */
interface FullMailbox {
  readonly channel: Channel<unknown>;
  readonly stoppedError: Error;
  readonly lastTicket: number;
  /** Decides when a `send` is told of its room; undefined for at once. */
  readonly step: Scheduler["step"];
  readonly path: string;
  countAccepted(): void;
}

/** A `send` that waits. */
export class WaitingSend<V> extends Wait<Sent<V>> implements WaitingSender<unknown>, DeadlockVictim {
  readonly value: unknown;
  readonly #message: V;
  readonly #mailbox: FullMailbox;
  /** Who waits for the room, when that is an actor with a handler under way. */
  #edge: Edge | undefined = undefined;

  /** `item` is what is queued of `message`. */
  constructor(mailbox: FullMailbox, message: V, item: unknown) {
    super();
    this.value = item;
    this.#message = message;
    this.#mailbox = mailbox;
  }

  /** `waiter` waits for room at `target`, and is told by `sent`. */
  awaitedBy(waiter: Waiter, target: Waiter, sent: Promise<unknown>): void {
    this.#edge = waiter.waitForGraph.add(waiter, target, this, sent);
  }

  /** Unobserved, it does not end the process, as with an ask. */
  deadlocked(error: Error): void {
    this.#edge?.promise.catch(ignore);
    this.aborted(error);
  }

  protected override settle(result: Sent<V>): void {
    this.#endWait();
    const { step } = this.#mailbox;
    super.settle(step === undefined ? result : this.#settledBy(step, result));
  }

  /** Stands for `result`: what settles with it waits for the step. */
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

  /** Nobody waits any more: now, not when the promise has told. */
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

  /** `item` is what is queued of `ask`. */
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
