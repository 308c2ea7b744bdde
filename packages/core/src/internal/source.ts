/**
 * What a receiver takes from: a channel that senders fill, or a timer that fills itself. Whoever finds nothing to take can
 * wait, and is then handed the next value.
 */
import type { WaitNode } from "./wait-list.ts";

/** The states of a source. They only advance. */
export const OPEN = 0;
export const DRAINING = 1;
export const CLOSED = 2;
/** OPEN: more can come. DRAINING: nothing new comes in, something is left. CLOSED: nothing is left, nothing will come. */
export type State = typeof OPEN | typeof DRAINING | typeof CLOSED;

/** What `take` returns instead of a value; never a payload. */
export const NOTHING: unique symbol = Symbol("nothing");

/** A receive that waits for the next value. It is gone from the source before either method is called. */
export interface WaitingReceive<in T> extends WaitNode {
  received(value: T): void;
  disconnected(): void;
}

export interface Source<out T> {
  readonly state: State;
  /** How many values are queued. */
  readonly length: number;
  /** How many values can be taken now, though sends that wait may move in behind them. */
  readonly ready: number;
  /** Whether receives that are always ready make room for timers and I/O. */
  readonly cooperative: boolean;
  /** The oldest value, or NOTHING; then `state` tells whether more can come. */
  take(): T | typeof NOTHING;
  /** Queues a receive for the next value, after a `take` that found nothing, in a source that is not CLOSED. */
  wait(receive: WaitingReceive<T>): void;
  /** Takes a waiting receive back. */
  unwait(receive: WaitingReceive<T>): void;
  /** Accepts nothing new; what is queued can still be taken. */
  close(): void;
  addReceiver(): void;
  /** With the last receiver goes everything that is queued. */
  removeReceiver(): void;
}
