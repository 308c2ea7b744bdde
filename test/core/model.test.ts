/**
 * Random interleavings of everything both ends can do, compared with a naive model: every result, the order in which
 * promises settle, lengths, timers and listeners. A failure prints a seed and a path; pass them to `fc.assert` to replay.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Command, Wait } from "../support/channel-commands.ts";
import { SIGNALS, SLOTS } from "../support/channel-commands.ts";
import { ChannelDriver } from "../support/channel-driver.ts";
import { ChannelModel } from "../support/channel-model.ts";
import type { Flavor } from "../support/flavors.ts";
import { FLAVORS, UNBOUNDED } from "../support/flavors.ts";
import { flush } from "../support/pending.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";
import { installClock } from "../support/virtual-clock.ts";

const { PNEUMATIC_LONG } = process.env;
const LONG = PNEUMATIC_LONG === "1";
const RUNS = LONG ? 20_000 : 300;
const FLUSH = "flush";

type Step = Command | typeof FLUSH;

const ms = fc.constantFrom(0, 1, 2, 5, 10, 2 ** 31, Number.POSITIVE_INFINITY);
const signal = fc.nat(SIGNALS - 1);
const slot = fc.nat(SLOTS - 1);
const by = fc.nat(7);

/** A timeout, a signal, both or neither. */
const wait: fc.Arbitrary<Wait> = fc.record({ timeout: ms, signal }, { requiredKeys: [] });

/** What moves values comes more often than what ends everything. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 48, arbitrary: fc.record({ do: fc.constant("send" as const), by, wait }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("trySend" as const), by }) },
  { weight: 32, arbitrary: fc.record({ do: fc.constant("recv" as const), wait }) },
  { weight: 20, arbitrary: fc.constant({ do: "tryRecv" } as const) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("tryIter" as const), limit: fc.nat(4) }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("next" as const), slot }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant("iter" as const), slot, signal }, { requiredKeys: ["do", "slot"] }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("return" as const), slot }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant("abort" as const), signal }) },
  {
    weight: 16,
    arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(1, 2, 4, 7, 2 ** 31) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("clone" as const), by }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("dropSender" as const), by }) },
  { weight: 4, arbitrary: fc.constant({ do: "upgrade" } as const) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("closed" as const), by, signal }, { requiredKeys: ["do", "by"] }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "close" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "dropReceiver" } as const) },
  { weight: 16, arbitrary: fc.constant(FLUSH as typeof FLUSH) },
);

/** An end that leaves nobody a reason to wait. */
function ending(senders: number): Command[] {
  return [
    ...Array.from({ length: senders }, (_, index): Command => ({ do: "dropSender", by: index })),
    { do: "tryIter", limit: 1000 },
    { do: "tryRecv" },
    { do: "dropReceiver" },
  ];
}

class Comparison {
  readonly #real: ChannelDriver;
  readonly #model: ChannelModel;
  readonly #bounded: boolean;
  /** What was known at once, of the real channel. */
  readonly known: string[] = [];
  #id = 0;

  constructor(flavor: Flavor, clock: VirtualClock) {
    this.#bounded = flavor !== UNBOUNDED;
    this.#real = new ChannelDriver(flavor, clock);
    this.#model = new ChannelModel(flavor.room);
  }

  get senders(): number {
    return this.#model.shape().disconnected.length;
  }

  run(drawn: Command): void {
    const command = this.#fitted(drawn);
    const id = this.#id++;
    const expected = this.#model.run(id, command);
    const known = this.#real.run(id, command);
    expect([id, known]).toEqual([id, expected]);
    expect(this.#real.shape()).toEqual(this.#model.shape());
    this.known.push(`${id}: ${known}`);
  }

  /** Lets all promises settle that can, and no others may have. */
  async settle(): Promise<void> {
    await flush();
    expect(this.#real.log).toEqual(this.#model.log);
  }

  /** Every value that was sent was received once, in the order of the calls, unless it was given up with the receiver. */
  conserve(givenUp: number): void {
    const events = [...this.#real.log, ...this.known];
    const sent = events.filter((event) => event.endsWith(": sent")).map((event) => Number.parseInt(event, 10));
    const received = events.flatMap((event) => [...event.matchAll(/value (\d+)/g)].map(([, value]) => Number(value)));
    expect(new Set(received).size).toBe(received.length);
    expect(received.filter((value) => !sent.includes(value))).toEqual([]);
    expect(received.length + givenUp).toBe(sent.length);
  }

  #fitted(command: Command): Command {
    const fitted = "by" in command ? { ...command, by: command.by % this.senders } : command;
    return fitted.do === "send" && !this.#bounded ? { do: "trySend", by: fitted.by } : fitted;
  }

  get queued(): number {
    return this.#real.shape().length;
  }
}

async function interleave(flavor: Flavor, steps: readonly Step[]): Promise<void> {
  using clock = installClock();
  const comparison = new Comparison(flavor, clock);
  let givenUp = 0;
  for (const each of steps) {
    if (each === FLUSH) {
      await comparison.settle();
      continue;
    }
    if (each.do === "dropReceiver") givenUp += comparison.queued;
    comparison.run(each);
  }
  for (const command of ending(comparison.senders)) comparison.run(command);
  await comparison.settle();
  comparison.conserve(givenUp);
  expect(clock.pending).toBe(0);
}

describe.each(FLAVORS)("$name", (flavor) => {
  // 2, 18, 20, 28, 38, 41, 42, 44, 48, 51, 52, 54, 57, 58, 60, 73, 74, 76, 112, 113, 114, 116
  test(
    "a channel agrees with its model whatever both ends do",
    async () => {
      const steps = fc.array(step, { maxLength: 80, size: "max" });
      await fc.assert(
        fc.asyncProperty(steps, (drawn) => interleave(flavor, drawn)),
        { numRuns: RUNS },
      );
    },
    LONG ? 600_000 : 20_000,
  );
});

// The comparison itself: a model that forgets something must be noticed.
test("a model of another capacity disagrees with a channel", async () => {
  const other: Flavor = { name: "mislabelled", room: 2, open: FLAVORS[1]!.open };
  const steps = fc.array(step, { maxLength: 80, size: "max" });
  const details = await fc.check(
    fc.asyncProperty(steps, (drawn) => interleave(other, drawn)),
    { numRuns: 50 },
  );
  expect(details.failed).toBe(true);
});
