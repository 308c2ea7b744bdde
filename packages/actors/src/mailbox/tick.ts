/**
 * The tick of a timer, as it is queued: a message that knows its timer, and so whether it is stale when its turn comes. Then
 * its timer has been cancelled or set anew, or belongs to an incarnation that has ended, and the tick has expired. A tick
 * whose handler has started is a message like any other: stashed or retried, it is queued without its timer.
 */
import { isWrapped, Wrapped } from "../reply/ask.ts";

/** A timer, as its ticks see it. */
export interface TickSource {
  /** True once its ticks are stale. */
  readonly isOver: boolean;
  /** Its number among the timers of an actor on a thread; 0 for others. */
  readonly number: number;
  /** True if it ticks more than once. */
  readonly repeats: boolean;
  /** Notes that a tick of it has left the queue. */
  arrived(): void;
}

/** The timers of an incarnation on a thread, as the parent's side knows them. */
export class RemoteTimer implements TickSource {
  readonly number: number;
  readonly repeats = true;
  readonly #incarnation: { readonly isOver: boolean };

  constructor(number: number, incarnation: { readonly isOver: boolean }) {
    this.number = number;
    this.#incarnation = incarnation;
  }

  get isOver(): boolean {
    return this.#incarnation.isOver;
  }

  arrived(): void {}
}

export class Tick extends Wrapped {
  readonly timer: TickSource;

  constructor(message: { readonly type: string }, timer: TickSource) {
    super(message);
    this.timer = timer;
  }

  begin(): boolean {
    const { isOver } = this.timer;
    this.timer.arrived();
    return !isOver;
  }
}

/** Returns true for a tick; false for any message, also one that cannot be looked at. */
export function isTick(item: unknown): item is Tick {
  return isWrapped(item) && item instanceof Tick;
}

/** Returns what is queued of an item whose handler has started, and that is to be handled once more. */
export function withoutTimer(item: unknown): unknown {
  return isTick(item) ? item.message : item;
}
