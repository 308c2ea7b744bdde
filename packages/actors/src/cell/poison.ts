/** The fate of a message that its handler panicked on, when the actor starts again. */
import { InvalidDefinitionError } from "../errors.ts";

/**
 * `drop`: the message is given up; `quarantine`: it is kept among the dead letters with its error, and can be redelivered;
 * {@link retry}: it is handled again first.
 */
export type Poison = "drop" | "quarantine" | Retry;

/** Made by {@link retry}. */
export interface Retry {
  readonly retries: number;
}

/**
 * Lets a message that panics be handled again, before all others, by the next incarnation, at most `times` times;
 * `ctx.attempt` counts how often it was started.
 *
 * Its ask stays open until the last attempt has failed. If the actor is not restarted, the message is given up.
 * Throws `InvalidDefinitionError` unless `times` is an integer of 1 or more.
 *
 * @example
 * ```ts
 * import { ActorSystem, actor, retry } from "@pneumatic/actors";
 *
 * const flaky = actor({
 *   on: {
 *     work: ({ attempt }) => {
 *       if (attempt < 3) throw new Error("not yet");
 *       return attempt;
 *     },
 *   },
 * });
 * await using system = new ActorSystem({ logLevel: "silent" });
 * using address = system.spawn(flaky, { poison: retry(2) });
 * console.log(await address.ask({ type: "work" })); // 3
 * ```
 */
export function retry(times: number): Retry {
  if (Number.isSafeInteger(times) && times >= 1) return Object.freeze({ retries: times });
  throw new InvalidDefinitionError(`retry(times) takes an integer of 1 or more, not ${String(times)}`);
}
