/** How one contender fared in one round, as its process tells the parent and as the results are kept. */
import type { Figure } from "./measure.ts";

export type Outcome =
  | { readonly kind: "figure"; readonly figure: Figure }
  /** It did something else than asked. */
  | { readonly kind: "wrong"; readonly reason: string }
  /** It threw. */
  | { readonly kind: "failed"; readonly reason: string }
  /** It did not end. */
  | { readonly kind: "hung"; readonly reason: string }
  /** It is not here. */
  | { readonly kind: "absent"; readonly reason: string };

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}
