/**
 * Runs a scenario under many seeds until one of them fails. Before the failing run is shown it is made as plain as possible:
 * with the fewest steps that overtake another. `shrink.ts` searches for that run, `simulation.ts` carries one out.
 */
import { currentClock } from "@pneumatic/core/internal";
import { platformScheduler } from "../clock.ts";
import { ActorPanickedError, AskTimeoutError, InvalidDefinitionError } from "../errors.ts";
import { runtimeOf } from "../system/runtime.ts";
import { checkExplore } from "./check-options.ts";
import type { Decisions } from "./choices.ts";
import { Choices } from "./choices.ts";
import { ExplorationError, StepLimitError, UncontrolledWaitError } from "./errors.ts";
import { atWork } from "./invariants.ts";
import { randomFrom } from "./random.ts";
import { shrink } from "./shrink.ts";
import { inForce, simulatedSystem, simulationOf } from "./simulated-system.ts";
import type { TestSystemOptions } from "./test-system.ts";
import { TestSystem } from "./test-system.ts";
import type { Trace } from "./trace.ts";

/** The scenario of an exploration: it spawns actors, sends messages, and throws if something is wrong. */
export type Scenario = (system: TestSystem) => unknown;

/** The options of an exploration. */
export interface ExploreOptions extends Omit<TestSystemOptions, "seed" | "clock" | "autoAdvance"> {
  /** The number of seeds to try; 100 when left out. */
  readonly runs?: number;
  /** The first seed; 1 by default. The others follow it. */
  readonly seed?: number;
  /** The number of steps that a run may take; 100,000 when left out. */
  readonly maxSteps?: number;
  /** The number of runs that may be spent on making a failing one plainer; 500 when left out. */
  readonly shrinkRuns?: number;
}

/** The extent of an exploration that found nothing. */
export interface Exploration {
  readonly runs: number;
  /** The steps of all runs together. */
  readonly steps: number;
}

interface RunFailure {
  readonly error: unknown;
}

/** One run of a scenario. */
interface RunOutcome {
  readonly failure: RunFailure | undefined;
  /** The other error: of its end, or before that. */
  readonly also: unknown;
  readonly decisions: Decisions;
  readonly steps: number;
  readonly switches: number;
  readonly trace: string;
}

const DEFAULT_RUNS = 100;
const DEFAULT_MAX_STEPS = 100_000;
const DEFAULT_SHRINK_RUNS = 500;
/** The most steps of all repetitions together, so that long runs are repeated less often: a few seconds in all. */
const MOST_SHRINK_STEPS = 1_000_000;
/** The most lines of a trace in the message of the error. */
const MOST_LINES = 500;

/**
 * Runs `scenario` under `runs` seeds, each time with a system of its own, whose time moves by itself. Rejects with an
 * {@link ExplorationError} for the first seed under which it throws, rejects or leaves something behind: its message
 * has the seed, which replays the run exactly, and the plainest failing run as a readable sequence.
 *
 * A scenario must follow from its messages and from the time of the system alone: a handler that awaits anything else
 * fails the run with an {@link UncontrolledWaitError}. (After FoundationDB's simulation, and loom and shuttle of
 * Rust.)
 *
 * @example
 * ```ts
 * import { actor } from "@pneumatic/actors";
 * import { explore } from "@pneumatic/actors/testing";
 *
 * const counter = actor({
 *   state: () => ({ count: 0 }),
 *   on: {
 *     add: ({ state }) => void state.count++,
 *     get: ({ state }) => state.count,
 *   },
 * });
 * const { runs } = await explore(async (system) => {
 *   using address = system.spawn(counter);
 *   address.tell({ type: "add" });
 *   address.tell({ type: "add" });
 *   if ((await address.ask({ type: "get" })) !== 2) throw new Error("an add was lost");
 * });
 * console.log(runs); // 100
 * ```
 */
export async function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Exploration> {
  checkExplore(options);
  const { runs = DEFAULT_RUNS, seed: first = 1, shrinkRuns = DEFAULT_SHRINK_RUNS } = options;
  if (typeof scenario !== "function")
    throw new InvalidDefinitionError("explore(scenario) takes a function of the system");
  checkExplore({ seed: first + runs });
  inForce(currentClock())[Symbol.dispose](); // throws now: the first run might wait for a system whose end waits for it
  let steps = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const outcome = await run(scenario, options, seed, new Choices(randomFrom(seed)));
    steps += outcome.steps;
    if (outcome.failure !== undefined) throw await explorationError(scenario, options, seed, shrinkRuns, outcome);
  }
  return { runs, steps };
}

/** Returns the failure of `seed`, with the trace of the plainest run that fails like it. */
async function explorationError(
  scenario: Scenario,
  options: ExploreOptions,
  seed: number,
  shrinkRuns: number,
  { decisions, failure }: RunOutcome,
): Promise<ExplorationError> {
  const isSame = (other: RunOutcome): boolean =>
    other.failure !== undefined && errorName(other) === errorName({ failure });
  const given = (candidate: Decisions): Choices => new Choices(undefined, candidate);
  let stepsLeft = MOST_SHRINK_STEPS;
  const plainest = await shrink(decisions, shrinkRuns, async (candidate) => {
    if (stepsLeft <= 0) return undefined;
    const outcome = await run(scenario, options, seed, given(candidate));
    stepsLeft -= outcome.steps;
    return isSame(outcome) ? outcome.decisions : undefined;
  });
  const shown = await run(scenario, options, seed, given(plainest), true);
  const { error } = shown.failure ?? failure ?? {};
  const { trace, also } = shown;
  const besides = also === undefined || errorText(also) === errorText(error) ? "" : `\nBesides: ${errorText(also)}`;
  const story = isSame(shown)
    ? `The plainest run that fails like it ${runText(shown)}`
    : "The same choices do not fail again: something outside of the runtime decides as well. One of these runs";
  const summary = `Seed ${seed} fails: ${errorText(error)}${besides}\n${replay(options, seed)} replays it. ${story}:`;
  return new ExplorationError(seed, trace, `${summary}\n\n${shortened(trace)}\n`, error);
}

/** Returns the call that repeats the run of `seed`; other options are shown as `...options`. */
function replay({ runs: _, seed: __, ...others }: ExploreOptions, seed: number): string {
  const same = Object.keys(others).length === 0 ? "" : "...options, ";
  return `explore(scenario, { ${same}seed: ${seed}, runs: 1 })`;
}

function runText({ steps, switches, decisions: { strikes } }: RunOutcome): string {
  const order =
    switches === 0
      ? "in the order in which they came"
      : `of which ${switches} ${switches === 1 ? "overtakes" : "overtake"} another (*)`;
  const faults = strikes.length === 0 ? "" : `, and ${strikes.length} of the faults that the seed chooses (!)`;
  return `has ${steps} steps, ${order}${faults}`;
}

async function run(
  scenario: Scenario,
  options: ExploreOptions,
  seed: number,
  choices: Choices,
  isTraced = false,
): Promise<RunOutcome> {
  const { maxSteps = DEFAULT_MAX_STEPS, runs: _, shrinkRuns: __, ...others } = options;
  await turnOfEventLoop();
  const rules = { isAutomatic: true, waitsForRealWork: false, maxSteps };
  const given = { ...others, seed };
  const system = simulatedSystem(given, { choices, rules, isTraced }, (parts) => new TestSystem(given, parts));
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
async function play(scenario: Scenario, system: TestSystem): Promise<unknown> {
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

/** Returns `trace`, or only its end if it is long. */
function shortened(trace: string): string {
  const [head = "", ...lines] = trace.split("\n");
  if (lines.length <= MOST_LINES) return trace;
  return [
    head,
    `  (the last ${MOST_LINES} of ${lines.length} lines; \`trace\` has them all)`,
    ...lines.slice(-MOST_LINES),
  ].join("\n");
}

function errorName({ failure }: Pick<RunOutcome, "failure">): string {
  const error = failure?.error as { readonly name?: unknown; readonly code?: unknown } | null | undefined;
  return `${String(error?.name)} ${String(error?.code)}`;
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
