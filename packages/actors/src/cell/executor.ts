/**
 * Runs the code of an actor. A cell starts and ends each incarnation through its executor and does not know the place:
 * {@link LocalExecutor} runs code of this thread, threads/parent/thread-executor.ts code of another one.
 *
 *     ActorCode ── executor(incarnation) ──► Executor:  state, started ─► on … ─► halt, catchUp ─► stopped
 *     one for each actor                     one for each incarnation
 *
 * The turn reads `on` and calls the handler itself, so that a local message costs no call more.
 */
import type { Behavior, Handler } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import type { Incarnation } from "./incarnation.ts";

/** The code of one actor, for all its incarnations. */
export interface ActorCode {
  readonly name: string;
  /** True if the handlers are on another thread. They get copies; the runtime drops the addresses in the originals. */
  readonly isRemote: boolean;
  /** Returns the executor of `incarnation`, which asks once. Never throws. */
  executor(incarnation: Incarnation): Executor;
}

/** Runs one incarnation: calls its hooks and handlers, and knows how far it has come with its messages. */
export interface Executor extends Omit<Behavior, "name"> {
  readonly others: Handler | undefined;
  /** Starts no further message. Returns true if messages were started whose turn has not come. */
  halt(): boolean;
  /** Accounts for every message that was started. Afterwards the only one in flight, if any, is one that was not handled. */
  catchUp(cell: Cell): void;
  /** True if its thread does not turn its event loop at present, which is looked after elsewhere. */
  readonly isSilent: boolean;
  /** Is told, while the incarnation starts, that it has to end. */
  cutShort(): void;
  /** Aborts `ctx.stopping` where the handlers are, if that is elsewhere. */
  abortStopping(): void;
}

/** A definition that runs on this thread. It has no state, so one serves all incarnations of all its actors. */
export class LocalExecutor implements Behavior, ActorCode, Executor {
  readonly name: string;
  readonly isRemote: boolean = false;
  readonly isSilent: boolean = false;
  readonly state: Behavior["state"];
  readonly on: Behavior["on"];
  readonly others: Handler | undefined;
  readonly started: Behavior["started"];
  readonly stopped: Behavior["stopped"];

  constructor(behavior: Behavior) {
    this.name = behavior.name;
    this.state = behavior.state;
    this.on = behavior.on;
    this.others = behavior.others;
    this.started = behavior.started;
    this.stopped = behavior.stopped;
  }

  executor(): Executor {
    return this;
  }

  /** Returns false: a local message is started when its turn comes. */
  halt(): boolean {
    return false;
  }

  catchUp(): void {}

  cutShort(): void {}

  abortStopping(): void {}
}
