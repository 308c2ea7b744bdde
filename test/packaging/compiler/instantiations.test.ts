/**
 * What the types cost whoever uses them: a program of two hundred actors type-checks within a fixed number of instantiations,
 * which is the compiler's own measure of the work and the same on every machine.
 */
import { describe, expect, it } from "vitest";
import { manyActors } from "../../support/many-actors.ts";
import { typeCheck } from "../../support/type-check.ts";

const ACTORS = 200;
/** The 290,299 that were measured, about 1,450 for each actor, and 15 % more. */
const BUDGET = 334_000;

describe("a program of two hundred actors", () => {
  it("type-checks, within the budget of instantiations", async () => {
    const flags = ["--checkers", "1", "--extendedDiagnostics"];
    const printed = await typeCheck("many-actors", manyActors(ACTORS), flags);
    expect(printed.match(/^.*error TS.*$/gm)).toBeNull();
    const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(printed)?.[1]);
    expect(instantiations / ACTORS).toBeGreaterThan(100);
    expect(instantiations).toBeLessThan(BUDGET);
  });
});
