/**
 * One run of a scenario in a simulation: the scenario is played, then the system ends and its invariants are checked. Upstream is
 * `explore.ts`, which decides on the choices and compares the outcomes.
 */
import { platformScheduler } from "../clock.ts";
import { ActorPanickedError, AskTimeoutError } from "../errors.ts";
import { runtimeOf } from "../system/runtime.ts";
import type { Choices, Decisions } from "./choices.ts";
import { StepLimitError, UncontrolledWaitError } from "./errors.ts";
import { atWork } from "./invariants.ts";
import { simulatedSystem, simulationOf } from "./simulated-system.ts";
import type { TestSystemOptions } from "./test-system.ts";
import { TestSystem } from "./test-system.ts";
import type { Trace } from "./trace.ts";

export interface RunFailure {
  readonly error: unknown;
}

/** One run of a scenario. */
export interface RunOutcome {
  readonly failure: RunFailure | undefined;
  /** The other error: of its end, or before that. */
  readonly also: unknown;
  readonly decisions: Decisions;
  readonly steps: number;
  readonly switches: number;
  readonly trace: string;
}

/** Runs `scenario` once, in a system of its own, by the given choices. `isTraced` keeps the trace, which takes time. */
export async function runOnce(
  scenario: (system: TestSystem) => unknown,
  options: TestSystemOptions,
  maxSteps: number,
  choices: Choices,
  isTraced = false,
): Promise<RunOutcome> {
  await turnOfEventLoop();
  const rules = { isAutomatic: true, waitsForRealWork: false, maxSteps };
  const system = simulatedSystem(options, { choices, rules, isTraced }, (parts) => new TestSystem(options, parts));
  const { trace } = simulationOf(system);
  const inPlay = await failureIn(play(scenario, system), trace);
  const atEnd = await failureIn(system[Symbol.asyncDispose](), trace);
  const failure = inPlay === undefined || (isUncontrolled(atEnd?.error) && isTimeout(inPlay.error)) ? atEnd : inPlay;
  const also = failure === inPlay ? atEnd?.error : inPlay?.error;
  const { done: steps, switches, broken } = simulationOf(system);
  const text = isTraced ? system.trace : "";
  return { failure: failure ?? broken, also, decisions: choices, steps, switches, trace: text };
}

async function failureIn(part: Promise<unknown>, trace: Trace): Promise<RunFailure | undefined> {
  try {
    await part;
    return undefined;
  } catch (error) {
    trace.fails(() => errorText(error));
    return { error };
  }
}

/** Runs the scenario to its end in one turn of the event loop, so that no other run comes between. */
async function play(scenario: (system: TestSystem) => unknown, system: TestSystem): Promise<unknown> {
  let isOver = false;
  const playing = (async () => scenario(system))().finally(() => {
    isOver = true;
  });
  const simulation = simulationOf(system);
  playing.catch((error) => simulation.trace.fails(() => errorText(error))); // it is awaited below, or given up
  const came = await simulation.drive(Number.POSITIVE_INFINITY, () => isOver);
  if (came) return playing;
  if (simulation.broken !== undefined) throw simulation.broken.error;
  const waiting = atWork(runtimeOf(system));
  throw simulation.isExhausted ? new StepLimitError(simulation.done, waiting) : new UncontrolledWaitError(waiting);
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => platformScheduler.later(resolve));
}

function isUncontrolled(error: unknown): boolean {
  return error instanceof UncontrolledWaitError;
}

/** True if an ask has timed out, which is what comes of a handler that waits for ever; also in a handler that asked. */
function isTimeout(error: unknown): boolean {
  return error instanceof AskTimeoutError || (error instanceof ActorPanickedError && isTimeout(error.cause));
}

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
