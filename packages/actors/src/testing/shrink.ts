/** Makes the decisions of a run plainer, for as long as the run that they give still fails. */
import type { Decisions } from "./choices.ts";

/** Repeats the run that `decisions` give; resolves to the decisions it made if it fails in the same way. */
type Repeat = (decisions: Decisions) => Promise<Decisions | undefined>;

/**
 * The decisions with the fewest that are not 0 that were found within `runs` repetitions: parts of them, all at first and at
 * last each alone, are made plain. Parts overlap, since two decisions may make sense together only. (Zeller's delta debugging.)
 */
export async function shrink(decisions: Decisions, runs: number, repeat: Repeat): Promise<Decisions> {
  let best = decisions;
  let left = runs;
  for (let size = count(best); size >= 1 && left > 0; ) {
    const before = count(best);
    for (let from = 0; from < count(best) && left > 0; left--) {
      const made = await repeat(without(best, from, size));
      if (made !== undefined && count(made) < count(best)) best = made;
      else from += Math.ceil(size / 2);
    }
    if (size > 1) size = Math.ceil(size / 2);
    else size = count(best) < before ? 2 : 0;
  }
  return best;
}

/** `decisions`, of which so many that are not 0, from that one on, are 0. */
function without({ order, faults }: Decisions, from: number, size: number): Decisions {
  let at = 0;
  const plainer = (choice: number): number => {
    if (choice === 0) return 0;
    const isPart = at >= from && at < from + size;
    at++;
    return isPart ? 0 : choice;
  };
  return { order: order.map(plainer), faults: faults.map(plainer) };
}

function count({ order, faults }: Decisions): number {
  return [...order, ...faults].reduce((sum, choice) => sum + (choice === 0 ? 0 : 1), 0);
}
