/**
 * A message whose sender awaits the reply. It settles exactly once: the turn replies; or a panic, the end of the actor, the
 * deadline or the signal rejects it. Then neither a deadline nor a listener is left. Upstream is the address that asks,
 * downstream the mailbox that queues the ask and the turn that replies.
 *
 *     CREATED ─► PENDING (waits for room, then queued) ─► IN_FLIGHT ─► SETTLED       every phase may go to SETTLED at once
 *
 * Above the limits: an ask is one object, with its links in two lists and its deadline, so that an ask costs one
 * allocation.
 */
import type { WaitingSender, WaitNode } from "@pneumatic/core/internal";
import { followSignal, ignore, ignoreSignal } from "@pneumatic/core/internal";
import { inNeutralContext } from "../async-context.ts";
import type { DeadlockError } from "../errors.ts";
import { AskTimeoutError } from "../errors.ts";
import type { AskOptions } from "../protocol.ts";
import type { Step } from "../scheduler.ts";
import { typeOf } from "../wording.ts";
import type { Deadlines, Expiring } from "./deadlines.ts";
import type { DeadlockVictim, Edge, Waiter } from "./wait-for-graph.ts";

const CREATED = 0;
const PENDING = 1;
const IN_FLIGHT = 2;
const SETTLED = 3;
type AskPhase = typeof CREATED | typeof PENDING | typeof IN_FLIGHT | typeof SETTLED;

/** The queue of an ask: its mailbox. */
export interface AskQueue {
  readonly path: string;
  /** Takes an ask out of its position, because its caller has given up. */
  withdraw(position: AskPosition, message: unknown): void;
  /** Drops the addresses in a message that nobody will see. */
  release(message: unknown): void;
}

/** A position outside of the channel where an ask waits. */
export interface Removable {
  remove(): void;
}

/** The position of an ask: a ticket of the queue, a position before the queue, or the waiting sender of the ask. */
export type AskPosition = number | Removable | WaitingSender<unknown>;

const DEFAULT_TIMEOUT_MS = 5000;

/** The outcome of a message that no handler saw, because its caller gave up, or its actor has to end first. */
export const NEVER_STARTED: unique symbol = Symbol("never started");

/** An item that is queued in the place of its message: an ask, or the tick of a timer. */
export abstract class Wrapped {
  readonly message: { readonly type: string };

  constructor(message: { readonly type: string }) {
    this.message = message;
  }

  /** Notes that its handler starts; false if it must not. */
  abstract begin(): boolean;
}

/** Returns the message of a queued item, which most items are themselves. */
export function messageOf(item: unknown): unknown {
  return isWrapped(item) ? item.message : item;
}

/** Returns true for an item that is no message itself; false for any message, also one that cannot be looked at. */
export function isWrapped(item: unknown): item is Wrapped {
  try {
    return item instanceof Wrapped;
  } catch {
    return false;
  }
}

export class Envelope extends Wrapped implements Expiring, DeadlockVictim {
  readonly promise: Promise<unknown>;
  #phase: AskPhase = CREATED;
  #position: AskPosition | undefined = undefined;
  deadline: number = Number.POSITIVE_INFINITY;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  readonly timeoutMs: number;
  readonly #queue: AskQueue;
  readonly #deadlines: Deadlines;
  readonly #signal: AbortSignal | undefined;
  #controller: AbortController | undefined = undefined;
  /** The edge of the actor that waits for the reply, if it is one with a handler under way. */
  #edge: Edge | undefined = undefined;
  #givenUp: unknown = undefined;
  #resolve!: (reply: unknown) => void;
  #reject!: (reason: unknown) => void;

  constructor(
    message: { readonly type: string },
    queue: AskQueue,
    deadlines: Deadlines,
    options: AskOptions | undefined,
  ) {
    super(message);
    this.#queue = queue;
    this.#deadlines = deadlines;
    this.timeoutMs = options?.timeout ?? DEFAULT_TIMEOUT_MS;
    this.#signal = options?.signal;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    deadlines.open++;
    deadlines.add(this);
    if (this.#signal !== undefined) followSignal(this.#signal, this);
  }

  /** Notes who waits for the reply of `target`: the actor whose turn it is, or the `owner` of the address. */
  awaitedBy(owner: Waiter | undefined, target: Waiter): void {
    const now = this.deadline === Number.POSITIVE_INFINITY ? undefined : this.deadline - this.timeoutMs;
    this.#edge = target.waitForGraph.add(owner, target, this, this.promise, now);
  }

  deadlocked(error: DeadlockError): void {
    this.#giveUp(this.wasAccepted ? error : noteAccepted(error, false));
  }

  /** Notes that it waits at `position` now. */
  waiting(position: AskPosition): void {
    this.#position = position;
    if (this.#phase !== SETTLED) this.#phase = PENDING;
  }

  /** True if the mailbox has accepted it: the addresses in its message are no longer the caller's. */
  get wasAccepted(): boolean {
    const position = this.#position;
    return typeof position === "number" || (position !== undefined && !("slots" in position));
  }

  get isSettled(): boolean {
    return this.#phase === SETTLED;
  }

  begin(): boolean {
    if (this.#phase !== SETTLED) this.#phase = IN_FLIGHT;
    return true;
  }

  /** Resolves the ask. Returns true if a caller still waited for it. */
  reply(value: unknown): boolean {
    if (this.#phase === SETTLED) return false;
    this.#settled();
    const { step } = this.#deadlines;
    if (step === undefined) this.#resolve(value);
    else this.#settleBy(step, this.#resolve, value);
    return true;
  }

  /**
   * Rejects the caller. An unobserved rejection ends no process: the ledger and the log tell the fate of the message.
   */
  reject(reason: unknown): void {
    if (this.#phase === SETTLED) return;
    this.#settled();
    this.#deadlines.rejected++;
    this.promise.catch(ignore);
    const { step } = this.#deadlines;
    if (step === undefined) this.#reject(reason);
    else this.#settleBy(step, this.#reject, reason);
  }

  /** Settles in a step. It is a function of its own, so that the closure costs nothing without a step. */
  #settleBy(step: (step: Step) => void, settle: (outcome: unknown) => void, outcome: unknown): void {
    const run = (): void => settle(outcome);
    step({ kind: "reply", path: this.#queue.path, type: typeOf(this.message), waiter: this.#edge?.waiter.path, run });
  }

  expired(): void {
    this.#giveUp(new AskTimeoutError(this.#queue.path, typeOf(this.message), this.timeoutMs, this.wasAccepted));
  }

  /** The reason is the caller's own and cannot tell whose the addresses are: they are nobody's. */
  aborted(reason: unknown): void {
    this.#giveUp(reason);
    if (!this.wasAccepted) this.#queue.release(this.message);
  }

  /** The signal for the handler. It is aborted when the caller gives up, or by {@link abortHandler}. */
  get handlerSignal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#phase === SETTLED) this.#controller.abort(this.#givenUp);
    return this.#controller.signal;
  }

  /**
   * Aborts the signal of the present handler, whose incarnation has ended. The next handler has a signal of its own.
   */
  abortHandler(reason: unknown): void {
    const controller = this.#controller;
    if (this.#phase !== SETTLED) this.#controller = undefined;
    if (controller !== undefined) inNeutralContext(() => controller.abort(reason));
  }

  #giveUp(reason: unknown): void {
    this.#givenUp = reason;
    if (this.#phase === PENDING) this.#queue.withdraw(this.#position as AskPosition, this.message);
    this.reject(reason);
    this.abortHandler(reason);
  }

  #settled(): void {
    this.#phase = SETTLED;
    this.#deadlines.open--;
    this.#deadlines.remove(this);
    if (this.#edge !== undefined) this.#edge.waiter.waitForGraph.remove(this.#edge);
    if (this.#signal !== undefined) ignoreSignal(this.#signal, this);
  }
}

/** Returns true for an ask; false for any message, also one that cannot be looked at. */
export function isEnvelope(item: unknown): item is Envelope {
  try {
    return item instanceof Envelope;
  } catch {
    return false;
  }
}

/** Notes on an error of an ask whose the addresses in its message are: still the caller's unless `accepted`. */
export function noteAccepted<E>(error: E, accepted: boolean): E {
  if (error instanceof Error && Object.hasOwn(error, "accepted")) (error as { accepted?: boolean }).accepted = accepted;
  return error;
}
