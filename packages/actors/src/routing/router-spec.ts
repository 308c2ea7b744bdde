/** Checks the options of `route`, and fills in what was left out. */
import { InvalidDefinitionError } from "../errors.ts";
import type { Intensity } from "../supervisor/actor-options.ts";
import type { RuntimeChildSpec } from "../supervisor/child-spec.ts";
import { childSpec } from "../supervisor/child-spec.ts";
import { checkIntensity } from "../supervisor/settings.ts";
import type { ElasticSize, RoutingStrategy } from "./router-options.ts";

/** A size with its defaults filled in. */
export type Limits = Required<ElasticSize>;

/** The options as the runtime reads them, with their defaults filled in. */
export interface RouterSpec {
  readonly routee: RuntimeChildSpec;
  readonly name: string | undefined;
  readonly intensity: Intensity;
  readonly strategy: RoutingStrategy;
  readonly key: ((message: unknown) => unknown) | undefined;
  readonly limits: Limits;
}

const ROUTING_STRATEGIES: readonly unknown[] = [
  "round_robin",
  "random",
  "least_loaded",
  "consistent_hash",
  "broadcast",
];
const DEFAULT_LOADED_AT = 2;
const DEFAULT_IDLE_MS = 10_000;

/** Checks options and fills in what was left out. */
export function routerSpec(definition: unknown, options: unknown): RouterSpec {
  if (typeof options !== "object" || options === null) throw invalidRouterOptions("they are an object with a size");
  const {
    strategy = "round_robin",
    size,
    key,
    intensity,
    ...rest
  } = options as Partial<RouterSpec> & { size: unknown };
  if (!ROUTING_STRATEGIES.includes(strategy)) {
    throw invalidRouterOptions(`strategy is one of ${ROUTING_STRATEGIES.join(", ")}, not ${String(strategy)}`);
  }
  if (strategy === "consistent_hash" && typeof key !== "function") {
    throw invalidRouterOptions(`consistent_hash needs a key, a function of the message, not ${typeof key}`);
  }
  if (strategy !== "consistent_hash" && key !== undefined)
    throw invalidRouterOptions(`a key goes with consistent_hash alone`);
  const limits = limitsOf(size, strategy);
  const routee = childSpec(definition, rest, "permanent");
  const { name } = routee;
  return { routee, name, intensity: checkIntensity(intensity), strategy, key, limits };
}

/** Checks a size, and fills in the defaults. */
export function limitsOf(size: unknown, strategy: RoutingStrategy): Limits {
  if (typeof size === "number") return limits({ min: size, max: size });
  if (typeof size !== "object" || size === null) {
    throw invalidRouterOptions(
      `size is the number of routees, or { min, max }, not ${size === null ? "null" : typeof size}`,
    );
  }
  if (strategy === "broadcast")
    throw invalidRouterOptions("the size of a broadcast is a number: more routees do not share the load");
  return limits(size as ElasticSize);
}

function limits({ min, max, loadedAt = DEFAULT_LOADED_AT, idleMs = DEFAULT_IDLE_MS }: ElasticSize): Limits {
  if (!(Number.isSafeInteger(min) && min >= 1))
    throw invalidRouterOptions(`size is an integer from 1, not ${String(min)}`);
  if (!(Number.isSafeInteger(max) && max >= min)) {
    throw invalidRouterOptions(`size.max is an integer from size.min, which is ${min}, not ${String(max)}`);
  }
  if (!(Number.isSafeInteger(loadedAt) && loadedAt >= 1)) {
    throw invalidRouterOptions(`size.loadedAt is an integer from 1, not ${String(loadedAt)}`);
  }
  if (!(typeof idleMs === "number" && idleMs > 0))
    throw invalidRouterOptions(`size.idleMs is milliseconds above 0, not ${idleMs}`);
  return { min, max, loadedAt, idleMs };
}

function invalidRouterOptions(why: string): InvalidDefinitionError {
  return new InvalidDefinitionError(`Invalid options of a router: ${why}`);
}
