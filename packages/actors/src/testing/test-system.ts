/**
 * The system whose time and order a test decides: its options and its public class. `simulated-system.ts` puts its parts together.
 */
import type { Logger } from "pino";
import { pino } from "pino";
import { TEST_HOOKS } from "../cell/test-hooks.ts";
import { runtimeOf } from "../system/runtime.ts";
import { ActorSystem } from "../system/system.ts";
import type { ActorSystemOptions } from "../system/system-options.ts";
import { checkAdvance, checkTestSystem } from "./check-options.ts";
import { Choices } from "./choices.ts";
import { InvariantError, UncontrolledWaitError } from "./errors.ts";
import type { Fault } from "./fault.ts";
import { atWork, violationsAtEnd, violationsAtRest } from "./invariants.ts";
import { randomFrom } from "./random.ts";
import type { SystemParts } from "./simulated-system.ts";
import { simulatedSystem } from "./simulated-system.ts";

/** The options of a {@link TestSystem}. */
export interface TestSystemOptions
  extends Omit<ActorSystemOptions, "clock" | "scheduler" | "random" | "keepAlive" | "failureExitCode" | "shutdownOn"> {
  /** Virtual time, which stands still until the test moves it. */
  readonly clock?: "virtual";
  /**
   * Moves the time to the next deadline whenever every mailbox is idle and no real I/O is pending; false when left
   * out. Timers of the platform count as real I/O, so time stands still while an interval is set. Work that Node does
   * not list is not seen: that of `node:zlib`, `node:crypto` and WebCrypto, and in Node 26 `readFile` and `writeFile`
   * of small files.
   */
  readonly autoAdvance?: boolean;
  /** The whole number that decides on the order of steps, and on faults; without it steps come in the order of arrival. */
  readonly seed?: number;
  /** The faults to inject. */
  readonly faults?: readonly Fault[];
  /** The number of faults chosen by the seed that may strike; 3 when left out. */
  readonly faultBudget?: number;
}

let silence: Logger | undefined;

/**
 * An {@link ActorSystem} for tests. Nothing is logged unless `logger` or `logLevel` is given.
 *
 * Timeouts of asks and sends, `ctx.timers`, `ctx.sleep`, backoffs, intensity windows and deadlocks go by its clock,
 * as does every timeout, `after` and `tick` of channels on this thread while it is there: so there can be only one at
 * a time. It does not reach timers of the platform, nor vitest's fake timers, beside which it works.
 *
 * Its end (`await using`) shuts it down, lets the time pass that this takes, and throws {@link InvariantError} if a
 * message is not accounted for, an ask is pending, a timer is left, or an actor lives without an address.
 */
export class TestSystem extends ActorSystem {
  readonly #parts: SystemParts;

  /** Called by {@link testSystem}, and by {@link explore} for its scenario. */
  constructor(options: TestSystemOptions, parts: unknown) {
    const { simulation, hooks } = parts as SystemParts;
    const { autoAdvance: _, seed: __, faults: ___, faultBudget: ____, ...others } = options;
    silence ??= pino({ level: "silent" }, { write: () => {} });
    super({
      ...(options.logLevel === undefined && { logger: silence }),
      ...others,
      clock: simulation.clock,
      scheduler: Object.assign(simulation, { [TEST_HOOKS]: hooks }),
      random: simulation.clock.random,
      keepAlive: false,
      failureExitCode: undefined,
    });
    this.#parts = parts as SystemParts;
    simulation.stopIdleTimers = () => runtimeOf(this).stopIdleTimers();
  }

  /** The time of this system, in milliseconds since it was made. */
  get now(): number {
    return this.#parts.simulation.clock.now();
  }

  /** The steps so far: a line for each, with time, actor, message and effects. Of a long run, the last 10,000 steps. */
  get trace(): string {
    return this.#parts.trace.toString();
  }

  /** Resolves when nothing is left to do at the present time: every mailbox is empty, or its actor waits. */
  async settle(): Promise<void> {
    await this.#parts.simulation.drive(this.now);
  }

  /** Moves the time by `ms` milliseconds, deadline by deadline. At each, it runs everything until nothing is left to do. */
  async advance(ms: number): Promise<void> {
    checkAdvance(ms);
    await this.settle();
    await this.#parts.simulation.drive(this.now + ms);
  }

  /** Moves the time to the next deadline, and runs everything that is due. Resolves to the milliseconds moved; 0 if no timer is set. */
  async advanceToNext(): Promise<number> {
    await this.settle();
    const { now } = this;
    const { nextDeadline } = this.#parts.simulation;
    if (nextDeadline === Number.POSITIVE_INFINITY) return 0;
    await this.#parts.simulation.drive(nextDeadline);
    return nextDeadline - now;
  }

  /** Shuts down, and checks the invariants. */
  override async [Symbol.asyncDispose](): Promise<void> {
    const runtime = runtimeOf(this);
    const simulation = this.#parts.simulation;
    try {
      await this.settle();
      if (simulation.isExhausted) return;
      const found = violationsAtRest(runtime);
      const stuck = await this.#end();
      await simulation.drive(this.now);
      simulation.dropPostponed();
      if (stuck.length > 0) throw new UncontrolledWaitError(stuck);
      found.push(...this.#parts.hooks.checks.violations, ...violationsAtEnd(runtime, simulation.clock));
      if (found.length > 0) throw new InvariantError(found);
    } finally {
      this.#parts.clockInForce[Symbol.dispose]();
    }
  }

  /** Shuts down. Resolves to the handlers and hooks that only the deadline could end. */
  async #end(): Promise<string[]> {
    const runtime = runtimeOf(this);
    const { simulation, canBeStuck } = this.#parts;
    let stuck: string[] = [];
    let isOver = false;
    const over = this.shutdown().finally(() => {
      isOver = true;
    });
    await simulation.drive(Number.POSITIVE_INFINITY, () => {
      if (isOver || !canBeStuck || stuck.length > 0 || simulation.awaitsRealWork) return isOver;
      simulation.stopIdleTimers();
      if (simulation.clock.pending <= 1) stuck = atWork(runtime); // the timer is that of the shutdown
      return false;
    });
    await over;
    return stuck;
  }
}

/**
 * Makes a system whose time stands still until the test moves it. With a `seed`, the seed decides at every point
 * which step is next: the turn of an actor that has something to do, a reply, room, or a timer. The same seed gives
 * the same run. Throws `InvalidDefinitionError` for options that cannot be, and while another test system is in force
 * on this thread.
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
  checkTestSystem(options);
  const { seed, autoAdvance = false } = options;
  const random = seed === undefined ? undefined : randomFrom(seed);
  const rules = { isAutomatic: autoAdvance, waitsForRealWork: true, maxSteps: Number.POSITIVE_INFINITY };
  const run = { choices: new Choices(random), rules, isTraced: true };
  return simulatedSystem(options, run, (parts) => new TestSystem(options, parts));
}
