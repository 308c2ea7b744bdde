/** What nobody can mean is refused at the door, by a typed error that says what was wrong with it. */
import { InvalidDefinitionError } from "@pneumatic/actors";
import type { ExplorationError } from "@pneumatic/actors/testing";
import { explore, testSystem, VirtualClock } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import { rejection } from "../../../support/gate.ts";

describe("testSystem refuses", () => {
  it.each([
    ["no object", null, "options of a test system must be an object, not null"],
    ["another clock", { clock: "real" }, 'clock of a test system must be one of "virtual", not "real"'],
    ["a seed that is no whole number", { seed: 1.5 }, "seed of a test system must be a whole number, not 1.5"],
    [
      "an autoAdvance that is no boolean",
      { autoAdvance: "yes" },
      'autoAdvance of a test system must be a boolean, not "yes"',
    ],
  ])("%s", (_, options, message) => {
    const make = () => testSystem(options as object);
    expect(make).toThrow(InvalidDefinitionError);
    expect(make).toThrow(message);
  });

  it("to be the second one of its thread, and says what to do", async () => {
    await using _system = testSystem();
    expect(() => testSystem()).toThrow(InvalidDefinitionError);
    expect(() => testSystem()).toThrow("dispose of that first, as `await using` does");
  });
});

describe("explore refuses", () => {
  it.each([
    ["no options", null, "options of explore() must be an object, not null"],
    ["to run never", { runs: 0 }, "runs of explore() must be an integer of 1 or more, not 0"],
    ["to take no steps", { maxSteps: 0 }, "maxSteps of explore() must be an integer of 1 or more, not 0"],
    [
      "a negative number of runs to shrink",
      { shrinkRuns: -1 },
      "shrinkRuns of explore() must be an integer of 0 or more, not -1",
    ],
    ["a seed that is no number", { seed: "5" }, 'seed of explore() must be a whole number, not "5"'],
  ])("%s", async (_, options, message) => {
    const refused = (await rejection(explore(() => {}, options as object))) as Error;
    expect(refused).toBeInstanceOf(InvalidDefinitionError);
    expect(refused.message).toContain(message);
  });

  it("to begin while a test system is in force: beside one, and in a scenario", async () => {
    const runs: string[] = [];
    const inner = () => explore(() => void runs.push("inner"), { runs: 1 });
    {
      await using _system = testSystem();
      expect(await rejection(inner())).toBeInstanceOf(InvalidDefinitionError);
    }
    const { cause } = (await rejection(explore(inner, { runs: 1 }))) as ExplorationError;
    expect(cause).toBeInstanceOf(InvalidDefinitionError);
    expect(runs).toEqual([]);
  });

  it("what is no scenario", async () => {
    expect(await rejection(explore({} as never))).toBeInstanceOf(InvalidDefinitionError);
  });
});

it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ["5"], [undefined]])(
  "time is not advanced by %s",
  async (ms) => {
    await using system = testSystem();
    expect(await rejection(system.advance(ms as number))).toBeInstanceOf(InvalidDefinitionError);
    expect(() => new VirtualClock().advance(ms as number)).toThrow(InvalidDefinitionError);
  },
);
