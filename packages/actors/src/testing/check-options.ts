/** Refuses options and arguments of this entry that cannot be. */
import { InvalidDefinitionError } from "../errors.ts";

/** Throws for what are no options. */
export function checkedOptions(call: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new InvalidDefinitionError(`${call} takes an object of options, not ${String(options)}`);
}

/** `seed`, if it is one. */
export function checkedSeed(seed: number): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw new InvalidDefinitionError(`A seed is a whole number, not ${String(seed)}`);
}

/** Throws unless `ms` is a time by which a clock can be advanced. */
export function checkedAdvance(ms: number): void {
  if (typeof ms === "number" && ms >= 0 && ms < Number.POSITIVE_INFINITY) return;
  throw new InvalidDefinitionError(`Time is advanced by a number of milliseconds from 0, not ${String(ms)}`);
}
