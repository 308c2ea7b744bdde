/**
 * Whatever happens to actors, every message has exactly one fate, and the ledger tells which, at every instant.
 *
 * A failure prints what to set PNEUMATIC_SEED to, so that the same run is repeated; PNEUMATIC_LONG=1 makes many more runs.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation, Step } from "../../support/ledger-world.ts";
import { ENDS, LedgerWorld, MAILBOXES, SENDS, TYPES } from "../../support/ledger-world.ts";
import { scaled } from "../../support/scale.ts";
import { installClock } from "../../support/virtual-clock.ts";

const { PNEUMATIC_SEED } = process.env;
const RUNS = scaled(150, 10_000);
/** "seed" or "seed@path". */
const [SEED = Date.now(), PATH = ""] = PNEUMATIC_SEED?.split("@") ?? [];

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom<Operation>("tell", "ask", "send", "trySend") },
    { weight: 2, arbitrary: fc.constantFrom<Operation>(...SENDS) },
    { weight: 3, arbitrary: fc.constantFrom<Operation>(...ENDS) },
    { weight: 3, arbitrary: fc.constantFrom<Operation>("kill", "spawn", "abort") },
    { weight: 1, arbitrary: fc.constantFrom<Operation>("breakStarts", "mendStarts") },
    { weight: 14, arbitrary: fc.constantFrom<Operation>("turn", "turn", "open", "advance", "quiet") },
  ),
  at: fc.nat(2 * MAILBOXES.length - 1),
  type: fc.constantFrom(...TYPES),
  timeout: fc.constantFrom(undefined, 0, 10, 100, 1000),
  signal: fc.constantFrom(undefined, undefined, 0, 1),
});
const end = fc.constantFrom("drop" as const, "shutdown" as const, "kill" as const);

async function live(steps: readonly Step[], how: "drop" | "shutdown" | "kill"): Promise<void> {
  using clock = installClock();
  const world = new LedgerWorld(clock);
  for (const each of steps) await world.run(each);
  await world.end(how);
}

test("every message of any life has one fate, and the ledger is balanced after every step", async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 100, size: "max" }), end, live);
  const details = await fc.check(property, { numRuns: RUNS, seed: Number(SEED), path: PATH, endOnFailure: true });
  const again = `PNEUMATIC_SEED=${details.seed}@${details.counterexamplePath}`;
  const steps = details.counterexample === null ? "" : JSON.stringify(details.counterexample);
  expect(details.failed ? `${again}\n${String(details.errorInstance)}\n${steps}` : "").toBe("");
});
