/**
 * Three systems with a bug of a kind that people really have: `explore` finds it, shows it in the same words on every line of
 * Node, and finds nothing in the corrected twin. The words are in `samples/*.txt`; `vitest -u` writes them anew.
 */
import type { ExploreOptions, Scenario } from "@pneumatic/actors/testing";
import { ExplorationError, explore } from "@pneumatic/actors/testing";
import { describe, expect, it } from "vitest";
import { busyDisk, hurriedCollector, measurements, patientCollector } from "./samples/collector.ts";
import { forgetfulDesk, mindfulDesk, morningAt, nerves } from "./samples/quotes.ts";
import { carefulCheckout, hastyCheckout, sale } from "./samples/stock.ts";

const RUNS = 1000;

interface Sample {
  readonly bug: string;
  readonly name: string;
  readonly broken: Scenario;
  readonly corrected: Scenario;
  readonly options: ExploreOptions;
}

const samples: readonly Sample[] = [
  {
    bug: "an update that is lost across an await",
    name: "stock",
    broken: sale(hastyCheckout),
    corrected: sale(carefulCheckout),
    options: {},
  },
  {
    bug: "a reply that comes after a restart, to somebody else",
    name: "quotes",
    broken: morningAt(forgetfulDesk),
    corrected: morningAt(mindfulDesk),
    options: { faults: nerves },
  },
  {
    bug: "a shutdown that forgets a queue",
    name: "collector",
    broken: measurements(hurriedCollector),
    corrected: measurements(patientCollector),
    options: { faults: busyDisk },
  },
];

/** What `explore` says of a scenario that fails. */
async function messageOf(exploration: Promise<unknown>): Promise<string> {
  const failure = await exploration.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ExplorationError) return failure.message;
  throw new Error("The exploration found nothing", { cause: failure });
}

describe.each(samples)("$bug", ({ name, broken, corrected, options }) => {
  it(`is found within ${RUNS} seeds, and shown again to the letter from the printed one`, async () => {
    const message = await messageOf(explore(broken, { ...options, runs: RUNS }));
    const seed = Number(/seed: (\d+), runs: 1 \}\) replays it/.exec(message)?.[1]);
    expect(await messageOf(explore(broken, { ...options, seed, runs: 1 }))).toBe(message);
    await expect(message).toMatchFileSnapshot(`./samples/${name}.txt`);
  });

  it(`is not found in ${RUNS} runs of the corrected twin`, async () => {
    expect((await explore(corrected, { ...options, runs: RUNS })).runs).toBe(RUNS);
  });
});
