/**
 * Random interleavings of everything the ends of channels can do, compared with a naive model: every result, the order in
 * which promises settle, lengths, timers and listeners. It takes two channels, whose receivers may be shared, and timers.
 *
 * A failure prints what to set PNEUMATIC_SEED to, so that the same run is repeated; PNEUMATIC_RUNS sets the number of runs.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Step } from "../../support/channel-arbitraries.ts";
import { FLUSH, OPENING, STEPS } from "../../support/channel-arbitraries.ts";
import type { Command, Opening } from "../../support/channel-commands.ts";
import { WorldDriver } from "../../support/channel-driver.ts";
import { mustEqual } from "../../support/must-equal.ts";
import { flush } from "../../support/pending.ts";
import { scaled } from "../../support/scale.ts";
import type { VirtualClock } from "../../support/virtual-clock.ts";
import { installClock } from "../../support/virtual-clock.ts";
import { WorldModel } from "../../support/world-model.ts";

const { PNEUMATIC_RUNS, PNEUMATIC_SEED } = process.env;
const RUNS = Number(PNEUMATIC_RUNS ?? scaled(150, 10_000));
/** "seed" or "seed@path". */
const [SEED = Date.now(), PATH = ""] = PNEUMATIC_SEED?.split("@") ?? [];
/** When the rest of the runs is left out, on a machine that is too slow for all of them; that is well before the timeout. */
const ENOUGH_MS = Math.max(30_000, 8 * RUNS);
const INFINITY = Number.POSITIVE_INFINITY;

class Comparison {
  readonly #real: WorldDriver;
  readonly #model: WorldModel;
  readonly #clock: VirtualClock;
  /** What was known at once, of the real channels. */
  readonly #known: string[] = [];
  #lost = 0;
  /** How much of the log has been compared. */
  #checked = 0;
  #id = 0;

  constructor(openings: readonly Opening[], clock: VirtualClock) {
    this.#clock = clock;
    this.#real = new WorldDriver(openings, clock);
    this.#model = new WorldModel(openings);
  }

  /** A fair select must be looked at before the model can tell whether it may have chosen so; all else goes on at once. */
  run(command: Command): Promise<void> | undefined {
    const id = this.#id++;
    if (command.do === "dropReceiver") this.#lost += this.#model.atStake(command.at);
    const known = this.#real.run(id, command);
    this.#known.push(`${id}: ${known}`);
    if (command.do === "select" && !command.biased) return this.#look(id, command);
    this.#compare(id, command, known, known);
    return undefined;
  }

  /** Lets all promises settle that can, and no others may have. */
  async settle(): Promise<void> {
    await flush();
    this.#model.flushed();
    const expected = this.#model.log.slice(this.#checked);
    const settled = this.#real.log.slice(this.#checked);
    this.#checked = this.#real.log.length;
    const possible = expected.map((outcomes, n) => outcomes.find((each) => each === settled[n]) ?? outcomes[0]);
    mustEqual(settled, possible);
    mustEqual(this.#real.pending, this.#model.pending);
  }

  /** Ends everything, until nobody has a reason to wait. */
  async end(): Promise<void> {
    const { receivers, senders } = this.#model.shape();
    for (const by of senders.keys()) this.run({ do: "dropSender", by });
    for (const at of receivers.keys()) this.run({ do: "drain", at });
    for (const at of receivers.keys()) this.run({ do: "dropReceiver", at });
    await this.settle();
    for (const permit of this.#model.permits.keys()) this.run({ do: "permitDrop", permit });
    this.run({ do: "advance", ms: 2 ** 32 });
    for (const signal of [0, 1]) this.run({ do: "abort", signal });
    await this.settle();
  }

  /** Every value that was sent was received once, unless it was given up with the last receiver, and nothing is left. */
  conserve(): void {
    const events = [...this.#real.log, ...this.#known];
    const sent = events.flatMap((event) => /^(\d+): sent$/.exec(event)?.[1] ?? []);
    const failed = /: (disconnected|full|timeout)/;
    const received = events.flatMap((event) => (failed.test(event) ? [] : [...event.matchAll(/ m(\d+)/g)]));
    const values = received.map(([, value]) => value as string);
    expect(new Set(values).size).toBe(values.length);
    expect(values.filter((value) => !sent.includes(value))).toEqual([]);
    expect(values.length + this.#lost).toBe(sent.length);
    expect([this.#clock.pending, this.#real.pending]).toEqual([0, 0]);
    expect(this.#real.shape().listeners.every((listeners) => listeners === 0)).toBe(true);
  }

  async #look(id: number, command: Command): Promise<void> {
    await flush();
    const start = `${id}: `;
    const observed = this.#real.log.find((event) => event.startsWith(start))?.slice(start.length);
    this.#compare(id, command, "later", observed);
    await this.settle();
  }

  #compare(id: number, command: Command, known: string, observed: string | undefined): void {
    const expected = this.#model.run(id, command, observed);
    mustEqual([id, known], [id, expected]);
    const [shape, expectedShape] = [this.#real.shape(), this.#model.shape()];
    mustEqual(shape.receivers, expectedShape.receivers);
    mustEqual(shape.senders, expectedShape.senders);
    mustEqual([shape.timers, shape.listeners], [expectedShape.timers, expectedShape.listeners]);
  }
}

async function interleave(openings: readonly Opening[], steps: readonly Step[]): Promise<void> {
  using clock = installClock();
  const comparison = new Comparison(openings, clock);
  for (const step of steps) {
    const pause = step === FLUSH ? comparison.settle() : comparison.run(step);
    if (pause !== undefined) await pause;
  }
  await comparison.end();
  comparison.conserve();
}

async function check(property: fc.IAsyncPropertyWithHooks<[Opening, Step[]]>): Promise<void> {
  const details = await fc.check(property, {
    numRuns: RUNS,
    seed: Number(SEED),
    path: PATH,
    // Not `interruptAfterTimeLimit`, which leaves a run behind that is still inside, with its clock in force for all others.
    skipAllAfterTimeLimit: ENOUGH_MS,
    maxSkipsPerRun: 0,
  });
  const isOutOfTime = details.failed && details.counterexample === null;
  if (!details.failed || (isOutOfTime && details.numRuns > 0)) return;
  const replay = `Set PNEUMATIC_SEED="${details.seed}@${details.counterexamplePath}" to see this again`;
  throw new Error(`${replay}\n${fc.defaultReportMessage(details)}`, { cause: details.errorInstance });
}

describe.each([
  ["an unbounded channel", INFINITY],
  ["a rendezvous", 0],
  ["a channel bounded to 1", 1],
  ["a channel bounded to 2", 2],
  ["a channel bounded to 5", 5],
])("%s", (_, capacity) => {
  // 2, 12, 18, 20, 25, 28, 38, 41, 42, 44, 48, 51, 52, 54, 57, 58, 60, 68, 69, 73, 74, 76, 78, 79, 80, 81, 82, 83
  // 84, 85, 86, 87, 89, 93, 94, 95, 96, 97, 98, 99, 101, 102, 103, 107, 108, 112, 113, 114, 116
  test.each([
    ["one receiver", false],
    ["several receivers", true],
  ])("the channel agrees with its model whatever its ends do, with %s", async (_name, shared) => {
    const first: Opening = { capacity, shared };
    await check(fc.asyncProperty(OPENING, STEPS, (second, steps) => interleave([first, second], steps)));
  });
});
