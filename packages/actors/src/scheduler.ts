/** The order of a system, which a test may decide: the scheduler gives its actors their turns. */

/** A step that a system is about to take. */
export interface Step {
  /**
   * The turn of an actor, for one message or a start; an ask that settles; or a `send` that has waited for room and
   * settles.
   */
  readonly kind: "turn" | "reply" | "room";
  /** The path of the actor that has its turn, was asked, or has room. */
  readonly path: string;
  /** The type of the message that was asked or sent; undefined for a turn. */
  readonly type: string | undefined;
  /** The path of the actor that goes on with the reply or the room, if that is known. */
  readonly waiter: string | undefined;
  /** Takes the step. Called once, with nothing of the system on the stack. */
  run(): void;
}

/** The source of the turns of a system. */
export interface Scheduler {
  /** Runs `task` when the current work is done, before timers and I/O. */
  soon(task: () => void): void;
  /** Runs `task` after timers and I/O have had their turn. */
  later(task: () => void): void;
  /**
   * Takes every step, if there is such a method, instead of these two. It runs the steps one after the other in any
   * order, each when the microtasks of the one before are done. That is how `@pneumatic/actors/testing` decides on
   * order.
   */
  readonly step?: (step: Step) => void;
}
