/** Makes the decisions of a failing run plainer, for as long as the run still fails in the same way. */
import type { Decisions } from "./choices.ts";

/** Repeats the run of `decisions`. Resolves to the decisions that were made if it fails in the same way, else to undefined. */
type Repeat = (decisions: Decisions) => Promise<Decisions | undefined>;

/**
 * The decisions with the fewest steps that overtake another, and then the fewest faults, that were found within `runs`
 * repetitions. The order goes first: if it is plain, a fault that is left out moves no other choice.
 */
export async function shrink(given: Decisions, runs: number, repeat: Repeat): Promise<Decisions> {
  let best = given;
  let left = runs;
  const attempt = (candidate: Decisions): Promise<Decisions | undefined> => {
    left--;
    return repeat(candidate);
  };
  for (let before = Number.POSITIVE_INFINITY; before > best.strikes.length; ) {
    before = best.strikes.length;
    const { strikes } = best;
    const order = await fewest(best.order, left, async (order) => (await attempt({ order, strikes }))?.order);
    const those = (kept: readonly number[]): string[] => strikes.filter((_, at) => kept[at] === 1);
    const all = strikes.map(() => 1);
    const kept = await fewest(all, left, async (kept) => (await attempt({ order, strikes: those(kept) })) && kept);
    best = { order, strikes: those(kept) };
  }
  return best;
}

/**
 * Returns the list with the fewest choices other than 0 found within `runs` repetitions. It makes parts of the choices plain,
 * all of them at first and each alone at last. Parts overlap, since two choices may make sense only together. (Zeller's delta
 * debugging.)
 */
async function fewest(
  choices: readonly number[],
  runs: number,
  repeat: (choices: readonly number[]) => Promise<readonly number[] | undefined>,
): Promise<readonly number[]> {
  let best = withoutTrailingZeros(choices);
  let left = runs;
  for (let size = overtaking(best); size >= 1 && left > 0; ) {
    const before = overtaking(best);
    for (let from = 0; from < overtaking(best) && left > 0; left--) {
      const made = await repeat(without(best, from, size));
      if (made !== undefined && overtaking(made) < overtaking(best)) best = withoutTrailingZeros(made);
      else from += Math.ceil(size / 2);
    }
    if (size > 1) size = Math.ceil(size / 2);
    else size = overtaking(best) < before ? 2 : 0;
  }
  return best;
}

/** Returns `choices`, with some of those that are not 0 set to 0: `size` of them, beginning with number `from`. */
function without(choices: readonly number[], from: number, size: number): number[] {
  let at = 0;
  return choices.map((choice) => {
    if (choice === 0) return 0;
    const isPart = at >= from && at < from + size;
    at++;
    return isPart ? 0 : choice;
  });
}

function overtaking(choices: readonly number[]): number {
  return choices.reduce((sum, choice) => sum + (choice === 0 ? 0 : 1), 0);
}

/** Removes the zeros at the end, which are the default. */
function withoutTrailingZeros(choices: readonly number[]): readonly number[] {
  let end = choices.length;
  while (end > 0 && choices[end - 1] === 0) end--;
  return choices.slice(0, end);
}
