/**
 * Runs the steps of a system one after the other: turns, replies, room, timers. {@link Choices} decides which one is
 * next; the next is taken when the microtasks of the last are done. Time stands still while there are steps; then it
 * moves to the next deadline, as far as a driver lets it.
 *
 *     step ─► pending ─► chosen ─► run ─► microtasks ─┐
 *                ▲                                    │ nothing pending?
 *                └── what is due ◄── time moves ◄─────┘
 */
// The real `nextTick`, even if a test has replaced that of `process`.
import { nextTick } from "node:process";
import { platformScheduler } from "../clock.ts";
import type { Scheduler } from "../scheduler.ts";
import type { AnyStep } from "./agenda.ts";
import { Agenda } from "./agenda.ts";
import type { Choices } from "./choices.ts";
import { Postponed } from "./postponed.ts";
import { RealWork } from "./real-work.ts";
import type { Trace } from "./trace.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** After so many steps, timers and I/O of the process have their turn, if the simulation waits for them. */
const STEPS_IN_A_ROW = 10_000;
/**
 * The rounds without a step after which nothing is left to do: for users' own ticks, which come after those of the
 * simulation.
 */
const QUIET_ROUNDS = 8;

/** The rules of a simulation. */
export interface Rules {
  /** True if time moves whenever nothing is left to do. */
  readonly isAutomatic: boolean;
  /** True if it waits for work that it does not control. */
  readonly waitsForRealWork: boolean;
  /** The most steps. */
  readonly maxSteps: number;
}

/** A driver, which lets time pass. */
interface Driver {
  /** The time to reach, in milliseconds of the clock. */
  readonly until: number;
  /**
   * Returns true if that was enough; called when nothing is left to do. Undefined for a driver that wants the time and
   * nothing else.
   */
  readonly isDone: (() => boolean) | undefined;
  /** Gets `false` when it is not enough and nothing will come any more. */
  readonly over: (isDone: boolean) => void;
}

/** The time of a simulation, which it wakes for every timer that is set; and the chance of code that goes by it. */
class SimulatedClock extends VirtualClock {
  readonly random: () => number;
  /** False: the event loop gets no turn before the run is over. */
  readonly cooperative: boolean = false;
  readonly #wake: () => void;

  constructor(random: () => number, wake: () => void) {
    super();
    this.random = random;
    this.#wake = wake;
  }

  override setTimeout(run: () => void, ms: number): unknown {
    this.#wake();
    return super.setTimeout(run, ms);
  }
}

export class Simulation implements Scheduler {
  readonly clock: SimulatedClock;
  readonly soon: Scheduler["soon"] = platformScheduler.soon;
  readonly later: Scheduler["later"] = platformScheduler.later;
  /** Stops the timers for which nothing waits; called before time moves to the next deadline. */
  stopIdleTimers: () => void = () => {};
  /** Called before each step. */
  beforeStep: () => void = () => {};
  /** The error that a step threw: one of the runtime, not of user code. */
  broken: { readonly error: unknown } | undefined = undefined;
  /** The number of steps that were done. */
  done = 0;
  /** The number of steps that overtook another. */
  switches = 0;
  readonly trace: Trace;
  readonly #choices: Choices;
  readonly #rules: Rules;
  readonly #realWork = new RealWork();
  readonly #pending = new Agenda();
  readonly #postponed: Postponed;
  readonly #drivers = new Set<Driver>();
  #isAwake = false;
  #quietRounds = 0;

  /** `random` is for the numbers that are no choice of the simulation: jitters, `random` routers, `select`. */
  constructor(choices: Choices, random: () => number, trace: Trace, rules: Rules) {
    this.clock = new SimulatedClock(random, () => this.#wake());
    this.#choices = choices;
    this.trace = trace;
    this.#rules = rules;
    this.#postponed = new Postponed(this.clock, (turn) => this.step(turn));
  }

  readonly step = (step: AnyStep): void => {
    if (this.#postponed.takes(step)) return;
    this.#pending.add(step);
    this.#wake();
  };

  /** Gives the actor at `path` no turn for `ms` milliseconds. */
  postpone(path: string, ms: number): void {
    this.#postponed.add(path, ms, this.#pending.takeTurnsOf(path));
  }

  /** True unless only the choices decide: then a hook that waits for anything else is found, and not given up. */
  get waitsForRealWork(): boolean {
    return this.#rules.waitsForRealWork;
  }

  /** Forgets the turns that are postponed. */
  dropPostponed(): void {
    this.#postponed.clear();
  }

  /** Moves the time by `ms` milliseconds at once; timers that were due meanwhile come late. */
  jump(ms: number): void {
    this.#due(this.clock.now() + ms);
  }

  /**
   * Lets time pass to `until`, or until nothing is left to do and `isDone` returns true. Resolves to true if `isDone` did, and
   * to false if neither a step nor a timer is left that could bring it about.
   */
  drive(until: number, isDone?: () => boolean): Promise<boolean> {
    return new Promise((over) => {
      if (this.isExhausted) over(false);
      else this.#drivers.add({ until, isDone, over });
      this.#wake();
    });
  }

  /** The time of the next deadline, in milliseconds of the clock; `Infinity` when there is none. */
  get nextDeadline(): number {
    this.stopIdleTimers();
    return this.clock.nextDeadline;
  }

  /** True if no step may be done any more. */
  get isExhausted(): boolean {
    return this.broken !== undefined || this.done >= this.#rules.maxSteps;
  }

  #wake(): void {
    if (this.#isAwake || this.isExhausted) return;
    this.#isAwake = true;
    this.#afterMicrotasks();
  }

  /** Node runs its ticks when the queue of microtasks is empty. */
  #afterMicrotasks(): void {
    platformScheduler.soon(this.#tick);
  }

  readonly #tick = (): void => nextTick(this.#next);

  readonly #next = (): void => {
    if (this.#pending.length === 0) {
      if (!this.#isHurried) platformScheduler.later(this.#idle);
      else if (++this.#quietRounds < QUIET_ROUNDS) this.#afterMicrotasks();
      else this.#idle();
      return;
    }
    this.#quietRounds = 0;
    this.beforeStep();
    const chosen = this.#choices.pick(this.#pending.length);
    const step = this.#pending.take(chosen);
    this.trace.begin(step, chosen > 0);
    this.done++;
    if (chosen > 0) this.switches++;
    try {
      step.run();
    } catch (error) {
      if (this.#rules.waitsForRealWork) throw error;
      this.broken ??= { error };
    } finally {
      if (this.isExhausted) this.#end();
      else if (this.#rules.waitsForRealWork && this.done % STEPS_IN_A_ROW === 0) platformScheduler.later(this.#next);
      else this.#afterMicrotasks();
    }
  };

  /** Called when all microtasks are done. */
  readonly #idle = (): void => {
    this.#quietRounds = 0;
    if (this.#pending.length > 0 || this.#release()) {
      this.#afterMicrotasks();
    } else if (!this.#rules.isAutomatic && this.#drivers.size === 0) {
      this.#isAwake = false;
    } else if (this.awaitsRealWork) {
      this.#realWork.poll(this.#next);
    } else {
      this.#pass();
    }
  };

  /** True if there is real work, and the simulation waits for it. */
  get awaitsRealWork(): boolean {
    return !this.#isHurried && this.#realWork.isPending;
  }

  /**
   * True if the simulation does not wait for real work: by its rules, or on the way to a time that a driver asked for.
   */
  get #isHurried(): boolean {
    if (!this.#rules.waitsForRealWork) return true;
    if (this.#rules.isAutomatic || this.#drivers.size === 0) return false;
    for (const { until, isDone } of this.#drivers) if (isDone !== undefined || until <= this.clock.now()) return false;
    return true;
  }

  /** Ends the drivers that have got what they wanted; returns true if there was one. */
  #release(): boolean {
    let released = false;
    for (const driver of this.#drivers) {
      const isDone = driver.isDone?.() === true;
      if (!isDone && driver.until > this.clock.now()) continue;
      this.#drivers.delete(driver);
      driver.over(isDone);
      released = true;
    }
    return released;
  }

  /** Moves the time to the next deadline or driver. */
  #pass(): void {
    let until = this.nextDeadline;
    for (const driver of this.#drivers) until = Math.min(until, driver.until);
    if (until === Number.POSITIVE_INFINITY) {
      this.#end();
      return;
    }
    this.#due(until);
    this.#afterMicrotasks();
  }

  /** Ends all drivers: nothing more will come. */
  #end(): void {
    for (const { over } of this.#drivers) over(false);
    this.#drivers.clear();
    this.#isAwake = false;
  }

  #due(until: number): void {
    for (const run of this.clock.takeDue(until))
      this.#pending.add({ kind: "timer", path: "", type: undefined, waiter: undefined, run });
  }
}
