/** A system whose time and order are decided by a test. */
import { suspendBudget } from "@pneumatic/core/internal";
import { useClock } from "@pneumatic/core/testing";
import type { Logger } from "pino";
import { pino } from "pino";
import { INSTRUMENT } from "../cell/instrument.ts";
import { InvalidDefinitionError } from "../errors.ts";
import type { ActorSystemOptions } from "../system/system.ts";
import { ActorSystem, runtimeOf } from "../system/system.ts";
import { Choices } from "./choices.ts";
import { InvariantError, UncontrolledWaitError } from "./errors.ts";
import type { Fault } from "./faults.ts";
import { Faults } from "./faults.ts";
import { atWork, violationsAtEnd, violationsAtRest } from "./invariants.ts";
import { randomFrom } from "./random.ts";
import type { Rules } from "./simulation.ts";
import { Simulation } from "./simulation.ts";
import { Stage } from "./stage.ts";
import { Trace } from "./trace.ts";

/** How a {@link TestSystem} is made. */
export interface TestSystemOptions extends Omit<ActorSystemOptions, "clock" | "scheduler" | "random" | "keepAlive"> {
  /** Time is virtual: it stands still until the test moves it. */
  readonly clock?: "virtual";
  /** Time moves to the next deadline by itself whenever every mailbox is idle and no real I/O is pending; false when left out. */
  readonly autoAdvance?: boolean;
  /** Decides on the order of steps, and on faults; without it they come in the order of arrival. A whole number. */
  readonly seed?: number;
  /** What goes wrong on purpose. */
  readonly faults?: readonly Fault[];
  /** How many of the faults that the seed chooses may strike; 3 when left out. */
  readonly faultBudget?: number;
}

/** What decides a run, beside its options. */
export interface Run {
  readonly choices: Choices;
  readonly rules: Rules;
  readonly isTraced: boolean;
}

/** What a system runs on. */
interface Parts {
  readonly trace: Trace;
  readonly simulation: Simulation;
  readonly stage: Stage;
  readonly clockInForce: Disposable;
  readonly canBeStuck: boolean;
}

/** What drives a test system. */
export let simulationOf: (system: TestSystem) => Simulation;

let silence: Logger | undefined;

/**
 * An {@link ActorSystem} for tests. Nothing is logged unless `logger` or `logLevel` is given.
 *
 * Timeouts of asks and sends, `ctx.timers`, `ctx.sleep`, backoffs, intensity windows and deadlocks go by its clock, as does
 * every timeout, `after` and `tick` of channels on this thread while it is there: so there can be only one at a time. Timers
 * of the platform are not reached, nor are vitest's fake timers, beside which it works.
 *
 * Its end (`await using`) shuts it down, lets the time pass that this takes, and throws {@link InvariantError} when a message
 * is not accounted for, an ask is pending, a timer is left, or an actor lives without an address.
 */
export class TestSystem extends ActorSystem {
  static {
    simulationOf = (system) => system.#simulation;
  }
  readonly #simulation: Simulation;
  readonly #parts: Parts;

  /** Made by {@link testSystem}, and by {@link explore} for its scenario. */
  constructor(options: TestSystemOptions, parts: unknown) {
    const { simulation, stage } = parts as Parts;
    const { seed = 0, faults: _, faultBudget: __, clock: ___, autoAdvance: ____, ...others } = options;
    silence ??= pino({ level: "silent" }, { write: () => {} });
    super({
      ...(others.logLevel === undefined && { logger: silence }),
      ...others,
      clock: simulation.clock,
      scheduler: Object.assign(simulation, { [INSTRUMENT]: stage }),
      random: randomFrom(seed ^ 0x5eed),
      keepAlive: false,
    });
    this.#simulation = simulation;
    this.#parts = parts as Parts;
  }

  /** The time of this system, in milliseconds since it was made. */
  get now(): number {
    return this.#simulation.clock.now();
  }

  /** What has happened: a line for each step, with time, actor, message and effects. Of a long run, the last 10,000 steps. */
  get trace(): string {
    return this.#parts.trace.toString();
  }

  /** Resolves when nothing is left to do at the present moment: every mailbox is empty, or its actor waits. */
  async settle(): Promise<void> {
    await this.#simulation.drive(this.now);
  }

  /** Moves the time by `ms` milliseconds, deadline by deadline; at each, everything runs until nothing is left to do. */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new InvalidDefinitionError(`Time is advanced by milliseconds from 0, not ${ms}`);
    }
    await this.settle();
    await this.#simulation.drive(this.now + ms);
  }

  /** Moves the time to the next deadline, and runs what is due. Resolves to the milliseconds; 0 when no timer is set. */
  async advanceToNext(): Promise<number> {
    await this.settle();
    const { now } = this;
    const { nextDeadline } = this.#simulation.clock;
    if (nextDeadline === Number.POSITIVE_INFINITY) return 0;
    await this.#simulation.drive(nextDeadline);
    return nextDeadline - now;
  }

  /** Shuts down, and checks what must hold. */
  override async [Symbol.asyncDispose](): Promise<void> {
    const runtime = runtimeOf(this);
    const simulation = this.#simulation;
    try {
      await this.settle();
      if (simulation.isExhausted) return;
      const found = violationsAtRest(runtime);
      const stuck = await this.#end();
      await simulation.drive(this.now);
      if (stuck.length > 0) throw new UncontrolledWaitError(stuck);
      found.push(...this.#parts.stage.checks.violations, ...violationsAtEnd(runtime, simulation.clock));
      if (found.length > 0) throw new InvariantError(found);
    } finally {
      this.#parts.clockInForce[Symbol.dispose]();
    }
  }

  /** Shuts down; resolves to the handlers and hooks for which nothing came any more but the deadline. */
  async #end(): Promise<string[]> {
    const runtime = runtimeOf(this);
    const { clock } = this.#simulation;
    let stuck: string[] = [];
    let isOver = false;
    const over = this.shutdown().finally(() => {
      isOver = true;
    });
    const isStuck = (): boolean => {
      if (isOver || !this.#parts.canBeStuck || stuck.length > 0) return false;
      runtime.restTimers();
      if (clock.pending <= 1) stuck = atWork(runtime); // the timer is that of the shutdown
      return false;
    };
    await this.#simulation.drive(Number.POSITIVE_INFINITY, () => isOver || isStuck());
    await over;
    return stuck;
  }
}

/**
 * Makes a system whose time stands still until the test moves it and, with a `seed`, in which the seed decides at every point
 * which of the actors that have something to do is next, and which reply, room or timer. The same seed gives the same run.
 *
 * @example
 * ```ts
 * import { implement } from "@pneumatic/actors";
 * import { testSystem } from "@pneumatic/actors/testing";
 *
 * interface Reminder {
 *   remind(payload: { inMs: number }): void;
 *   ring(): void;
 *   rung(): number;
 * }
 * const reminder = implement<Reminder>()({
 *   state: () => ({ rung: 0 }),
 *   on: {
 *     remind: ({ timers }, { inMs }) => timers.after("ring", inMs, { type: "ring" }),
 *     ring: ({ state }) => void state.rung++,
 *     rung: ({ state }) => state.rung,
 *   },
 * });
 * await using system = testSystem();
 * using address = system.spawn(reminder);
 * address.tell({ type: "remind", inMs: 3_600_000 });
 * await system.advance(3_600_000);
 * console.log(await address.ask({ type: "rung" })); // 1
 * ```
 */
export function testSystem(options: TestSystemOptions = {}): TestSystem {
  const { clock = "virtual", seed, autoAdvance = false } = options;
  if (clock !== "virtual") {
    throw new InvalidDefinitionError(`The option \`clock\` of a test system is "virtual", not ${String(clock)}`);
  }
  const random = seed === undefined ? undefined : randomFrom(checkedSeed(seed));
  return stagedSystem(options, {
    choices: new Choices(random),
    rules: { isAutomatic: autoAdvance, waitsForRealWork: true, maxSteps: Number.POSITIVE_INFINITY },
    isTraced: true,
  });
}

/** A system for one run. */
export function stagedSystem(options: TestSystemOptions, { choices, rules, isTraced }: Run): TestSystem {
  const trace: Trace = new Trace(() => simulation.clock.now(), isTraced);
  const simulation = new Simulation(choices, trace, rules);
  const stage = new Stage(simulation, new Faults(options.faults ?? [], options.faultBudget, choices), trace);
  const clockInForce = inForce(simulation);
  try {
    return new TestSystem(options, { trace, simulation, stage, clockInForce, canBeStuck: !rules.waitsForRealWork });
  } catch (misuse) {
    clockInForce[Symbol.dispose]();
    throw misuse;
  }
}

/** Gives the channels of this thread its time, and lets none of them rest. */
function inForce({ clock }: Simulation): Disposable {
  const clockInForce = useClock(clock);
  const suspended = suspendBudget();
  return {
    [Symbol.dispose]: () => {
      suspended[Symbol.dispose]();
      clockInForce[Symbol.dispose]();
    },
  };
}

/** `seed`, if it is one. */
export function checkedSeed(seed: number): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw new InvalidDefinitionError(`A seed is a whole number, not ${String(seed)}`);
}
