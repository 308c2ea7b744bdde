/** Which children start again together when one of them has to: OTP's strategies, as one pure function. */

/**
 * Who is restarted with a child that ends and is to be restarted: `one_for_one` nobody, `one_for_all` all the others,
 * `rest_for_one` those that were started after it. As in OTP.
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

export const STRATEGIES: readonly Strategy[] = ["one_for_one", "one_for_all", "rest_for_one"];

/** The first of the children, by their place in the order of starting, that start again because of the one at `failed`. */
export function firstAffected(strategy: Exclude<Strategy, "one_for_one">, failed: number): number {
  return strategy === "one_for_all" ? 0 : failed;
}
