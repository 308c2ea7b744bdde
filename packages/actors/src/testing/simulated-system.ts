/**
 * The parts that a test system runs on, and where they are found: its time and order, its faults, and its trace. The class
 * itself is handed in, since it is public and these are not.
 */
import type { Clock } from "@pneumatic/core/testing";
import { useClock } from "@pneumatic/core/testing";
import { InvalidDefinitionError } from "../errors.ts";
import type { Choices } from "./choices.ts";
import type { Fault } from "./fault.ts";
import { Faults } from "./faults.ts";
import { randomFrom } from "./random.ts";
import type { Rules } from "./simulation.ts";
import { Simulation } from "./simulation.ts";
import { SimulationHooks } from "./simulation-hooks.ts";
import { Trace } from "./trace.ts";

/** The decisions of a run, beside its options. */
export interface Run {
  readonly choices: Choices;
  readonly rules: Rules;
  readonly isTraced: boolean;
}

/** The options that a run depends on. */
interface RunOptions {
  readonly seed?: number;
  readonly faults?: readonly Fault[];
  readonly faultBudget?: number;
}

/** The parts of a test system. */
export interface SystemParts {
  readonly trace: Trace;
  readonly simulation: Simulation;
  readonly hooks: SimulationHooks;
  readonly faults: Faults;
  readonly clockInForce: Disposable;
  readonly canBeStuck: boolean;
}

/** Puts `clock` in force on this thread; throws while a test system has its own there. */
export function inForce(clock: Clock): Disposable {
  try {
    return useClock(clock);
  } catch {
    throw new InvalidDefinitionError(
      "A test system decides on the time of its thread, and another one is in force: dispose of that first, as `await using` " +
        "does (a test that has timed out never got there)",
    );
  }
}

const systemPartsOf = new WeakMap<object, SystemParts>();

/** Returns what drives a test system. */
export function simulationOf(system: object): Simulation {
  return (systemPartsOf.get(system) as SystemParts).simulation;
}

/** Returns what goes wrong in a test system. */
export function faultsOf(system: object): Faults {
  return (systemPartsOf.get(system) as SystemParts).faults;
}

/** Returns the system that `make` makes of the parts for one run. */
export function simulatedSystem<S extends object>(
  options: RunOptions,
  { choices, rules, isTraced }: Run,
  make: (parts: SystemParts) => S,
): S {
  const trace: Trace = new Trace(() => simulation.clock.now(), isTraced);
  const simulation = new Simulation(choices, randomFrom((options.seed ?? 0) ^ 0x5eed), trace, rules);
  const faults = new Faults(options.faults ?? [], options.faultBudget, choices);
  const hooks = new SimulationHooks(simulation, faults, trace);
  const clockInForce = inForce(simulation.clock);
  const canBeStuck = options.seed !== undefined;
  try {
    const parts = { trace, simulation, hooks, faults, clockInForce, canBeStuck };
    const system = make(parts);
    systemPartsOf.set(system, parts);
    return system;
  } catch (misuse) {
    clockInForce[Symbol.dispose]();
    throw misuse;
  }
}
