/**
 * Runs the actors of a system that have something to do, one turn each, round and round. Work begins in a microtask; when
 * it has gone on for the time budget, it continues after timers and I/O have had their turn, so no flood of messages
 * starves them.
 *
 * Reading the clock costs several messages, so it is read after a number of messages that adapts to how long they take.
 *
 * Above the limits: the fields are the state of one loop, which reads all of them in each round.
 */
import type { Clock } from "@pneumatic/core/internal";
import { Queue } from "@pneumatic/core/internal";
import { inNeutralContext } from "./async-context.ts";
import type { Scheduler, Step } from "./scheduler.ts";

/** An actor, as the dispatcher sees it. */
export interface Runnable {
  readonly path: string;
  /** Handles at most `limit` messages, and returns their number. */
  run(limit: number): number;
  /** Set here: the number of the turn that it waits for. */
  turn: number;
}

const BUDGET_MS = 1;
/** Also how many messages may be handled too many, should they suddenly become slow. */
const MOST_BETWEEN_READS = 32;
/** The most messages of one slice, for a clock that does not move by itself. */
const MOST_IN_A_SLICE = 50_000;

const turnOf = (runnable: Runnable, limit: number): number => runnable.run(limit);

export class Dispatcher {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #ready = new Queue<Runnable>();
  /** Whose turn is on the stack. */
  running: Runnable | undefined = undefined;
  #scheduled = false;
  /** Set when the budget is used up: the next round waits for timers and I/O. */
  #overdrawn = false;
  #sliceStart = 0;
  #inSlice = 0;
  #lastRead = 0;
  #betweenReads = 1;
  #untilRead = 1;
  /** The number of the last turn that was asked for. */
  #turns = 0;
  /** An actor that waits for a turn up to this one has waited since `#markedAt`, or longer. */
  #marked = 0;
  #markedAt = 0;

  constructor(clock: Clock, scheduler: Scheduler) {
    this.#clock = clock;
    this.#scheduler = scheduler;
  }

  enqueue(runnable: Runnable): void {
    runnable.turn = ++this.#turns;
    if (this.#scheduler.step !== undefined) {
      this.#scheduler.step(this.#turnOf(runnable));
      return;
    }
    this.#ready.push(runnable);
    if (!this.#scheduled) this.#schedule();
  }

  /** Makes a turn of one message, for a scheduler that decides on the order. */
  #turnOf(runnable: Runnable): Step {
    const run = (): void => {
      this.running = runnable;
      try {
        inNeutralContext(turnOf, runnable, 1);
      } finally {
        this.running = undefined;
      }
    };
    return { kind: "turn", path: runnable.path, type: undefined, waiter: undefined, run };
  }

  /**
   * Returns the time since which something has waited at least for the turn of this number; undefined if it is not
   * known.
   */
  waitingSince(turn: number): number | undefined {
    return turn <= this.#marked ? this.#markedAt : undefined;
  }

  #schedule(): void {
    this.#scheduled = true;
    if (this.#overdrawn) this.#scheduler.later(this.#runLater);
    else this.#scheduler.soon(this.#run);
  }

  readonly #runLater = (): void => {
    this.#overdrawn = false;
    this.#sliceStart = this.#lastRead = this.#clock.now();
    this.#inSlice = 0;
    this.#run();
  };

  /** Returns what `work` does, a hook of `runnable`, as in a turn of it. */
  inTurnOf<T>(runnable: Runnable, work: () => T): T {
    const before = this.running;
    this.running = runnable;
    try {
      return inNeutralContext(work);
    } finally {
      this.running = before;
    }
  }

  readonly #run = (): void => {
    const ready = this.#ready;
    try {
      while (ready.length > 0) {
        const next = ready.shift();
        this.running = next;
        this.#untilRead -= inNeutralContext(turnOf, next, this.#untilRead);
        if (this.#untilRead <= 0 && this.#overBudget()) break;
      }
    } finally {
      this.running = undefined;
      if (ready.length > 0) this.#schedule();
      else this.#scheduled = false;
    }
  };

  /** Returns true if the budget is used up. */
  #overBudget(): boolean {
    const now = this.#clock.now();
    const took = now - this.#lastRead;
    if (took > BUDGET_MS / 4) this.#betweenReads = Math.max(1, this.#betweenReads >> 2);
    else if (took < BUDGET_MS / 16) this.#betweenReads = Math.min(MOST_BETWEEN_READS, this.#betweenReads << 1);
    this.#inSlice += this.#betweenReads;
    this.#untilRead = this.#betweenReads;
    this.#lastRead = now;
    this.#overdrawn = now - this.#sliceStart >= BUDGET_MS || this.#inSlice >= MOST_IN_A_SLICE;
    if (this.#marked <= this.#turns - this.#ready.length) {
      this.#marked = this.#turns;
      this.#markedAt = now;
    }
    return this.#overdrawn;
  }
}
