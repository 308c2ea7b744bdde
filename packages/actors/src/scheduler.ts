/** The order of a system, as a test may decide it: who gives its actors their turns. */

/** One thing that a system is about to do. */
export interface Step {
  /** The turn of an actor, for one message or a start; an ask that settles; or a `send` that has waited for room and settles. */
  readonly kind: "turn" | "reply" | "room";
  /** Whose turn it is, who was asked, or where there is room. */
  readonly path: string;
  /** What is asked, or sent; undefined for a turn. */
  readonly type: string | undefined;
  /** The actor that goes on with the reply or the room, where that is known. */
  readonly waiter: string | undefined;
  /** Does it. To be called once, with nothing of the system on the stack. */
  run(): void;
}

/** How a system gets its turns. */
export interface Scheduler {
  /** Runs `task` when the current work is done, before timers and I/O. */
  soon(task: () => void): void;
  /** Runs `task` after timers and I/O have had their turn. */
  later(task: () => void): void;
  /**
   * Where given, it takes every step instead of these two, and does one after the other in the order it likes, each in a
   * turn of its own: when the microtasks of the last one are done. That is how `@pneumatic/actors/testing` decides on order.
   */
  readonly step?: (step: Step) => void;
}
