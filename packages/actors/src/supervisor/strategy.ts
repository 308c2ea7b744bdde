/** The children that start again together when one of them has to: OTP's strategies, as one pure function. */
import type { Strategy } from "./supervisor-address.ts";

export const STRATEGIES: readonly Strategy[] = ["one_for_one", "one_for_all", "rest_for_one"];

/** Returns the index of the first child, in the order of starting, that starts again because of the one at `failed`. */
export function firstAffected(strategy: Exclude<Strategy, "one_for_one">, failed: number): number {
  return strategy === "one_for_all" ? 0 : failed;
}
