/**
 * The interface of a source from which a receiver takes: a channel that senders fill, or a timer that fills itself. A receive
 * that finds nothing to take can wait; the source then hands it the next value.
 */
import type { WaitNode } from "./wait-list.ts";

/** The states of a source. They only advance. */
export const OPEN = 0;
export const DRAINING = 1;
export const CLOSED = 2;
/** OPEN: more can come. DRAINING: nothing new comes in, something is left. CLOSED: nothing is left, and nothing will come. */
export type State = typeof OPEN | typeof DRAINING | typeof CLOSED;

/** The return value of a `take` that finds no value. It is never a payload. */
export const NOTHING: unique symbol = Symbol("nothing");

/** A receive that waits for the next value. The source takes it off its list before it calls one of the methods. */
export interface WaitingReceive<in T> extends WaitNode {
  received(value: T): void;
  disconnected(): void;
}

export interface Source<out T> {
  readonly state: State;
  /** The number of queued values. */
  readonly length: number;
  /** The number of values that can be taken now, though sends that wait may move in behind them. */
  readonly ready: number;
  /** True if receives that are always ready let timers and I/O have their turn. */
  readonly cooperative: boolean;
  /** Takes the oldest value; returns NOTHING if there is none. Then `state` tells whether more can come. */
  take(): T | typeof NOTHING;
  /** Lets a receive wait for the next value, after a `take` that found nothing, unless the source is CLOSED. */
  wait(receive: WaitingReceive<T>): void;
  /** Lets a receive wait no longer. */
  unwait(receive: WaitingReceive<T>): void;
  /** Accepts nothing new. Queued values can still be taken. */
  close(): void;
  addReceiver(): void;
  /** Counts one receiver fewer. With the last one go all queued values. */
  removeReceiver(): void;
}
