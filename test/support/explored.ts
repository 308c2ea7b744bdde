/**
 * Scenarios of the runtime's own tests: each is run under many seeds, dozens by default, thousands with PNEUMATIC_LONG=1. The
 * seed decides on the order, as `explore` does, and on what the scenario itself leaves to chance. PNEUMATIC_SEED=n repeats
 * one; PNEUMATIC_RUNS=n tries n of them.
 */
import type { Address, Context, ExitReason, Ledger } from "@pneumatic/actors";
import { actor } from "@pneumatic/actors";
import type { ExploreOptions, TestSystem } from "@pneumatic/actors/testing";
import { explore } from "@pneumatic/actors/testing";
import { after } from "@pneumatic/core";
import { test } from "vitest";
import { Chance } from "./chance.ts";
import { scaled } from "./scale.ts";
import { unaccounted } from "./test-system.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const RUNS = Number(PNEUMATIC_RUNS ?? (PNEUMATIC_SEED === undefined ? scaled(60, 5000) : 1));
const FIRST = Number(PNEUMATIC_SEED ?? 1);

export type ExploredScenario = (system: TestSystem, chance: Chance) => unknown;

/** A test that runs `scenario` under many seeds. */
export function explored(title: string, scenario: ExploredScenario, options: ExploreOptions = {}): void {
  test(title, async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) await replay(scenario, seed, options);
  });
}

/** Runs `scenario` under one seed. */
export async function replay(scenario: ExploredScenario, seed: number, options: ExploreOptions = {}): Promise<void> {
  await explore((system) => scenario(system, new Chance(seed)), { ...options, seed, runs: 1 });
}

/** A part of a script; what it awaits, the next part waits for. */
export type Part = (context: Context<unknown, unknown>) => unknown;

const scriptDefinition = actor({
  name: "script",
  on: { perform: (context, { part }: { part: Part }) => part(context) },
});

/**
 * Performs scripts at the same time: each is an actor, whose turns are the parts, so that the seed decides when each comes.
 * It is made before the actors of a scenario, so that a shutdown ends those while the scripts go on.
 */
export class Scripts {
  readonly #readers: Address<{ perform(payload: { part: Part }): unknown }>[];

  constructor(system: TestSystem, count = 3) {
    this.#readers = Array.from({ length: count }, () => system.spawn(scriptDefinition));
  }

  /** Resolves when all parts are done; rejects with what one throws. */
  async perform(...scripts: readonly (readonly Part[])[]): Promise<void> {
    const all = scripts.flatMap((parts, at) => {
      const reader = this.#readers[at % this.#readers.length];
      return parts.map((part) => reader?.ask({ type: "perform", part }, { timeout: Number.POSITIVE_INFINITY }));
    });
    await Promise.all(all);
  }

  [Symbol.dispose](): void {
    for (const reader of this.#readers) reader.drop();
  }
}

/** Resolves in `ms` milliseconds of the system's time, wherever it is called. */
export async function pause(ms: number): Promise<void> {
  using timer = after(ms);
  await timer.recv();
}

/** Fails unless two values are the same as JSON, and says which. Much faster than `expect`, which counts in thousands of runs. */
export function same(what: string, found: unknown, wanted: unknown): void {
  const [is, shouldBe] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== shouldBe) throw new Error(`${what}: ${is}, but should be ${shouldBe}`);
}

/** Fails with `what` unless `holds`. */
export function must(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Error(typeof what === "string" ? what : what());
}

export function balanced(what: string, ledger: Ledger): void {
  same(`unaccounted messages of ${what}`, unaccounted(ledger), 0);
}

/** What `promise` has settled to, so far; the kind of a reason, the name of an error. */
export function outcomeOf(promise: Promise<unknown>): { value: string } {
  const outcome = { value: "pending" };
  promise.then(
    (value) => {
      outcome.value = (value as ExitReason | undefined)?.kind ?? String(value);
    },
    (error: unknown) => {
      outcome.value = error instanceof Error ? error.name : String(error);
    },
  );
  return outcome;
}
