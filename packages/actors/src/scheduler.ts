/** The order of a system, as a test may decide it: who gives its actors their turns. */

/** One thing that a system is about to do. */
export interface Step {
  /** The turn of an actor, for one message or a start; an ask that settles; or a waiting `send` that settles. */
  readonly kind: "turn" | "reply" | "room";
  /** The path of the actor that has the turn, was asked, or has room. */
  readonly path: string;
  /** The type of the message that is asked or sent; undefined for a turn. */
  readonly type: string | undefined;
  /** The path of the actor that goes on with the reply or the room, if it is known. */
  readonly waiter: string | undefined;
  /** Does it. To be called once, with nothing of the system on the stack. */
  run(): void;
}

/** Decides when the turns of a system run. */
export interface Scheduler {
  /** Runs `task` when the current work is done, before timers and I/O. */
  soon(task: () => void): void;
  /** Runs `task` after timers and I/O have had their turn. */
  later(task: () => void): void;
  /**
   * If given, it takes every step instead of the two methods above. It runs one after the other, in the order it likes,
   * each when the microtasks of the last one are done. `@pneumatic/actors/testing` decides on the order in this way.
   */
  readonly step?: (step: Step) => void;
}
