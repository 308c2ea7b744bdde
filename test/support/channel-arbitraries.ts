/** What fast-check draws the interleavings of the model test from. */
import fc from "fast-check";
import type { Command, Opening, Wait } from "./channel-commands.ts";
import { SIGNALS, SLOTS } from "./channel-commands.ts";

/** Lets promises settle. */
export const FLUSH = "flush";
export type Step = Command | typeof FLUSH;

const by = fc.nat(7);
const at = fc.nat(9);
const biased = fc.boolean();
const signal = fc.nat(SIGNALS - 1);
const slot = fc.nat(SLOTS - 1);
const limit = fc.constantFrom(0, 1, 2, 5, 1000);
const count = fc.constantFrom(1, 1, 2, 2, 0, 3, 5);
const timeout = fc.constantFrom(0, 2, 4, 10, 2 ** 31, Number.POSITIVE_INFINITY);
/** Mostly the channels, which come first. */
const arm = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: at });
const arms = fc.array(arm, { maxLength: 4 });
/** A timeout, a signal, both or neither. */
const wait: fc.Arbitrary<Wait> = fc.record({ timeout, signal }, { requiredKeys: [] });

/** What moves values comes more often than what ends everything. */
const WEIGHTED: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Step>])[] = [
  [32, command("send", { by, wait })],
  [16, command("trySend", { by })],
  [12, command("reserve", { by, count, wait })],
  [8, command("tryReserve", { by, count })],
  [16, command("permitSend", { permit: by })],
  [6, command("permitDrop", { permit: by })],
  [4, command("permitsDrop", { batch: by })],
  [3, fc.record({ do: fc.constant("closed" as const), by, signal }, { requiredKeys: ["do", "by"] })],
  [6, command("clone", { by })],
  [4, command("dropSender", { by })],
  [3, command("upgrade", { channel: by })],
  [24, command("recv", { at, wait })],
  [12, command("tryRecv", { at })],
  [10, fc.record({ do: fc.constant("recvMany" as const), at, limit, signal }, { requiredKeys: ["do", "at", "limit"] })],
  [3, command("drain", { at })],
  [5, command("tryIter", { at, limit: fc.nat(4) })],
  [8, fc.record({ do: fc.constant("iter" as const), at, slot, signal }, { requiredKeys: ["do", "at", "slot"] })],
  [14, command("next", { slot })],
  [6, command("return", { slot })],
  [8, command("cloneReceiver", { at: fc.nat(1) })],
  [20, command("select", { arms, biased, wait })],
  [8, command("trySelect", { arms, biased })],
  [12, command("abort", { signal })],
  [14, command("advance", { ms: fc.constantFrom(2, 4, 8, 2 ** 31) })],
  [1, command("close", { at })],
  [2, command("close", { at: fc.nat(1) })],
  [3, command("dropReceiver", { at })],
  [12, fc.constant<Step>(FLUSH)],
];

export const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(...WEIGHTED.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  { maxLength: 80, size: "max" },
);

export const OPENING: fc.Arbitrary<Opening> = fc.record({
  capacity: fc.constantFrom(0, 1, 2, 5, Number.POSITIVE_INFINITY),
  shared: fc.boolean(),
});

type CommandOf<Do extends Command["do"]> = Extract<Command, { do: Do }>;
type Rest<Do extends Command["do"]> = Omit<CommandOf<Do>, "do">;

function command<Do extends Command["do"]>(
  name: Do,
  rest: { [Key in keyof Rest<Do>]: fc.Arbitrary<Rest<Do>[Key]> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Step>;
}
