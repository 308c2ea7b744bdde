/**
 * Runs a scenario under many seeds until one of them fails. Before the failing run is shown it is made as plain as possible:
 * with the fewest steps that overtake another. `shrink.ts` searches for that run, `one-run.ts` carries
 * out each of them.
 */
import { currentClock } from "@pneumatic/core/internal";
import { InvalidDefinitionError } from "../errors.ts";
import { checkExplore } from "./check-options.ts";
import type { Decisions } from "./choices.ts";
import { Choices } from "./choices.ts";
import { ExplorationError } from "./errors.ts";
import type { RunOutcome } from "./one-run.ts";
import { errorText, runOnce } from "./one-run.ts";
import { randomFrom } from "./random.ts";
import { shrink } from "./shrink.ts";
import { inForce } from "./simulated-system.ts";
import type { TestSystem, TestSystemOptions } from "./test-system.ts";

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

function run(
  scenario: Scenario,
  { maxSteps = DEFAULT_MAX_STEPS, runs: _, shrinkRuns: __, ...others }: ExploreOptions,
  seed: number,
  choices: Choices,
  isTraced?: boolean,
): Promise<RunOutcome> {
  return runOnce(scenario, { ...others, seed }, maxSteps, choices, isTraced);
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
